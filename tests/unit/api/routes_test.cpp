#include "areas/areas.hpp"

#include "http_server/router.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::api {
namespace {

TEST(Routes, OfAllAreasAreDifferentAndHaveAnAnswer)
{
    std::set<std::pair<http::Method, std::string_view>> seen;
    for (auto const& route : all_routes()) {
        EXPECT_TRUE(seen.emplace(route.method, route.path).second) << route.path;
        EXPECT_NE(route.answer, nullptr) << route.path;
        EXPECT_GT(route.body_limit, 0U) << route.path;
    }
    EXPECT_GT(seen.size(), 90U);
}

/// A stranger's body is not read: whoever holds an MCP token is asked first.
TEST(Routes, OfMcpKnowStrangersOthersDoNot)
{
    for (auto const& route : all_routes())
        EXPECT_EQ(route.refuse_stranger != nullptr, route.access == Access::mcp_token) << route.path;
}

TEST(Routes, OpenToAnyoneTakeNoLargeBody)
{
    for (auto const& route : all_routes())
        if (route.access == Access::open || route.access == Access::link)
            EXPECT_LE(route.body_limit, kLinkBody) << route.path;
}

TEST(Routes, WordsGoBeforePlaceholders)
{
    http::Router router;
    for (std::size_t i = 0; i < all_routes().size(); ++i)
        router.add(all_routes()[i].method, all_routes()[i].path, i);
    auto const found = router.find(http::Method::get, "/integrated-account/me");
    ASSERT_NE(found.index, http::Router::kNone);
    EXPECT_EQ(all_routes()[found.index].path, "/integrated-account/me");
}

} // namespace
} // namespace sluice::api
