#include "http_server/router.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

Router example()
{
    Router router;
    router.add(Method::get, "/account", 0);
    router.add(Method::post, "/account", 1);
    router.add(Method::get, "/account/{id}", 2);
    router.add(Method::get, "/account/me", 3);
    router.add(Method::delete_, "/account/{id}/mcp/{server}", 4);
    return router;
}

TEST(Router, FindsLiteralsBeforePlaceholders)
{
    auto const router = example();
    EXPECT_EQ(router.find(Method::get, "/account/me").index, 3U);
    auto const match = router.find(Method::get, "/account/x%2Fy");
    EXPECT_EQ(match.index, 2U);
    EXPECT_EQ(match.parameters.front().second, "x/y");
}

TEST(Router, GivesTheRestOfAPathAsItIsWritten)
{
    Router router;
    router.add(Method::get, "/files/{path...}", 0);
    router.add(Method::get, "/files/{id}/name", 1);
    router.add(Method::post, "/files/all", 2);

    auto const rest = router.find(Method::get, "/files/a%2Fb/../c//");
    ASSERT_EQ(rest.index, 0U);
    EXPECT_EQ(rest.parameters.front().first, "path");
    EXPECT_EQ(rest.parameters.front().second, "a%2Fb/../c//");
    EXPECT_EQ(router.find_index(Method::get, "/files/a/b"), 0U);
    EXPECT_EQ(router.find(Method::get, "/files/7/name").index, 1U);
    EXPECT_EQ(router.find(Method::get, "/files/7/names").index, 0U);
    EXPECT_EQ(router.find(Method::post, "/files/all").index, 2U);
    EXPECT_EQ(router.find(Method::post, "/files/7").allow, "GET, HEAD");
    EXPECT_EQ(router.find(Method::get, "/files/").index, Router::kNone);
    EXPECT_EQ(router.find(Method::get, "/files").index, Router::kNone);
}

TEST(Router, TellsAWrongMethodFromAWrongPath)
{
    auto const router = example();
    auto const wrong_method = router.find(Method::delete_, "/account");
    EXPECT_EQ(wrong_method.index, Router::kNone);
    EXPECT_EQ(wrong_method.allow, "GET, HEAD, POST");
    for (auto const* path :
         {"/", "", "/accounts", "/account/", "/account/a/mcp", "/account/a/mcp/b/c", "account", "/account/%zz"}) {
        auto const match = router.find(Method::get, path);
        EXPECT_EQ(match.index, Router::kNone) << path;
        EXPECT_EQ(match.allow, "") << path;
    }
}

TEST(Router, NamesEveryPlaceholder)
{
    auto const match = example().find(Method::delete_, "/account/a/mcp/b");
    ASSERT_EQ(match.parameters.size(), 2U);
    EXPECT_EQ(match.parameters[0], (std::pair<std::string_view, std::string>{"id", "a"}));
    EXPECT_EQ(match.parameters[1], (std::pair<std::string_view, std::string>{"server", "b"}));
}

} // namespace
} // namespace sluice::http
