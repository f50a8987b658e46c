// What an outcome says of its vendor's limits, and the headers that tell it to a client.
#include "proxy/interpret.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace sluice::proxy {
namespace {

using namespace catalog::test;

Outcome outcome_with(std::vector<std::pair<std::string, std::string>> const& headers, int status = 200)
{
    auto const integration = test::must(compile_text(
        replaced(kManifest, "rate_limit:\n  windows: [{name: account, ratio: {header: x-calls}, drain_s: 20}]\n",
                 "rate_limit:\n  windows:\n"
                 "    - {name: account, ratio: {header: x-calls}, drain_s: 20}\n"
                 "    - {name: points, unit: cost, limit: {const: 1000}, remaining: {header: x-points}}\n"),
        kDocument));
    http::IncomingResponse response;
    response.status = status;
    response.headers.add("content-type", "application/json");
    for (auto const& [name, value] : headers)
        response.headers.add(name, value);
    response.body = R"({"id":7})";
    return interpret(*integration, *integration->find("tickets", "get"), std::move(response), test::FakeClock().now());
}

TEST(LimitsOfAnOutcome, AreThoseOfAllWindows)
{
    auto const outcome = outcome_with({{"x-calls", "10/40"}, {"x-points", "5"}});
    EXPECT_EQ(outcome.limits.remaining, 30);
    ASSERT_EQ(outcome.windows.size(), 2U);
    EXPECT_EQ(outcome.windows[0].name, "account");
    EXPECT_EQ(outcome.windows[0].remaining, 30);
    EXPECT_EQ(outcome.windows[1].unit, "cost");
    EXPECT_EQ(outcome.windows[1].remaining, 5);
    EXPECT_EQ(outcome.unread_limit, "");
}

TEST(LimitsOfAnOutcome, NameTheHeaderThatCannotBeRead)
{
    auto const outcome = outcome_with({{"x-calls", "10 of 40"}});
    EXPECT_EQ(outcome.unread_limit, "x-calls");
    EXPECT_EQ(outcome.limits.remaining, std::nullopt);
}

TEST(LimitsOfAnOutcome, MoveWithIt)
{
    auto outcome = outcome_with({{"x-calls", "10/40"}, {"x-points", "?"}});
    auto const expected = outcome.windows;
    Outcome moved;
    moved = std::move(outcome);
    std::optional<Outcome> const again = std::move(moved);
    EXPECT_EQ(again->windows, expected);
    EXPECT_EQ(again->unread_limit, "x-points");
}

TEST(StructuredLimitHeaders, HaveAllWindowsBesideTheThreeHeaders)
{
    auto const outcome = outcome_with({{"x-calls", "10/40"}, {"x-points", "5"}});
    http::Headers headers;
    add_limit_headers(outcome.limits, headers, outcome.windows);
    EXPECT_EQ(headers.find("ratelimit-remaining"), "30");
    EXPECT_EQ(headers.find("ratelimit"), R"("account";r=30;t=5, "points";r=5)");
    EXPECT_EQ(headers.find("ratelimit-policy"), R"("account";q=40, "points";q=1000;qu="cost")");
}

TEST(StructuredLimitHeaders, TakeThePlaceOfTheVendors)
{
    http::Headers headers;
    headers.add("RateLimit", "\"theirs\";r=1");
    headers.add("ratelimit-policy", "\"theirs\";q=1");
    headers.add("etag", "\"7\"");
    std::vector<ratelimit::Window> const windows{{.name = "ours", .remaining = 5}};
    add_limit_headers({}, headers, windows);
    EXPECT_EQ(headers.find("ratelimit"), "\"ours\";r=5");
    EXPECT_EQ(headers.find("x-upstream-ratelimit"), "\"theirs\";r=1");
    EXPECT_EQ(headers.find("ratelimit-policy"), "\"theirs\";q=1") << "there is no quota to tell";
    EXPECT_EQ(headers.size(), 4U);
}

TEST(StructuredLimitHeaders, AreNotAddedWithoutWindows)
{
    http::Headers headers;
    add_limit_headers({}, headers, {});
    EXPECT_TRUE(headers.empty());
}

} // namespace
} // namespace sluice::proxy
