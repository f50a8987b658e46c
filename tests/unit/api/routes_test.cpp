#include "areas/areas.hpp"

#include "http_server/router.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

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

/// `route` asks for it where it is written; this is for what the wrappers do.
TEST(Routes, ThatTakeACallerNeedAPermissionAndNoOthersDo)
{
    for (auto const& route : all_routes())
        EXPECT_EQ(route.needs.has_value(), route.access == Access::caller || route.access == Access::any_token)
            << route.path;
}

TEST(Routes, ThatOnlyReadNeedAPermissionToReadAndOthersOneToWrite)
{
    for (auto const& route : all_routes())
        if (route.needs)
            EXPECT_EQ(traits_of(*route.needs).name.ends_with(":read"), http::is_safe(route.method)) << route.path;
}

/// A stranger's body is not read: whoever holds an MCP token is asked first.
TEST(Routes, OfMcpKnowStrangersOthersDoNot)
{
    for (auto const& route : all_routes())
        EXPECT_EQ(route.refuse_stranger != nullptr, route.access == Access::mcp_token) << route.path;
}

/// A client that repeats a write with its key must not make it twice, whatever the route is called.
TEST(Routes, OfTheDataPlaneThatMayChangeSomethingAreKeyed)
{
    auto const is_data_plane = [](std::string_view path) {
        return path.starts_with("/proxy/") || path.starts_with("/custom") || path.starts_with("/batch-request") ||
               path.starts_with("/tools/");
    };
    for (auto const& route : all_routes())
        EXPECT_EQ(route.is_keyed, is_data_plane(route.path) && !http::is_safe(route.method)) << route.path;
}

TEST(Routes, OpenToAnyoneTakeNoLargeBody)
{
    for (auto const& route : all_routes())
        if (route.access == Access::open || route.access == Access::link)
            EXPECT_LE(route.body_limit, kLinkBody) << route.path;
}

/// A parameter that does nothing is a mistake of the caller, and so it is told.
TEST(Routes, TakeOtherQueryParametersOnlyWhereTheyAreFiltersOrOfSomebodyElse)
{
    std::set<std::string_view> takes_others;
    for (auto const& route : all_routes())
        if (route.method == http::Method::get && route.query.takes_others)
            takes_others.insert(route.path);
    std::set<std::string_view> const lists{"/api-token",
                                           "/audit-log",
                                           "/identity-provider",
                                           "/team",
                                           "/user",
                                           "/approval",
                                           "/documentation",
                                           "/environment",
                                           "/integration",
                                           "/integrated-account",
                                           "/webhook",
                                           "/notification-destination",
                                           "/integrated-account/{id}/mcp",
                                           "/log",
                                           "/log/hours",
                                           "/mcp-server",
                                           "/environment-integration"};
    std::set<std::string_view> const others{"/",
                                            "/dashboard",
                                            "/dashboard/{path...}",
                                            "/invitation",
                                            "/oidc/callback/{team}",
                                            "/openapi.yaml",
                                            "/reference",
                                            "/reset",
                                            "/sign-in",
                                            "/approve",
                                            "/connect",
                                            "/connect/assets/{file}",
                                            "/connect/callback",
                                            "/connect/done",
                                            "/connect/start",
                                            "/custom/{path...}",
                                            "/sluice-link.d.ts",
                                            "/sluice-link.js",
                                            "/healthz",
                                            "/mcp/{token}",
                                            "/mcp/{token}/sse",
                                            "/proxy/{resource}",
                                            "/proxy/{resource}/{item}"};
    auto expected = lists;
    expected.insert(others.begin(), others.end());
    EXPECT_EQ(takes_others, expected);
}

TEST(Routes, OfAGetNameTheQueryParametersThatTheyTake)
{
    auto const names_of = [](std::string_view path) {
        std::vector<std::string_view> names;
        for (auto const& route : all_routes())
            if (route.method == http::Method::get && route.path == path)
                for (auto const name : route.query.names)
                    if (!name.empty())
                        names.push_back(name);
        return names;
    };
    using Names = std::vector<std::string_view>;
    EXPECT_EQ(names_of("/integrated-account/{id}/tools"), (Names{"methods", "tags", "format"}));
    EXPECT_EQ(names_of("/mcp-server/{server_id}/explain"), Names{"tool"});
    EXPECT_EQ(names_of("/integrated-account/{id}"), Names{});
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
