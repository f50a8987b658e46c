#include "../catalog/example.hpp"
#include "proxy/build.hpp"
#include "proxy/error_body.hpp"
#include "proxy/interpret.hpp"
#include "proxy/json_text.hpp"
#include "proxy/parts.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

using catalog::test::desk;

accounts::Credential const kCredential{"authorization", {}, Secret{"Bearer t"}};

catalog::Method const& method(std::string_view name)
{
    return *desk()->find("tickets", name);
}

http::IncomingResponse answer(int status, std::string body, std::string type = "application/json")
{
    http::IncomingResponse response;
    response.status = status;
    response.headers.add("content-type", type);
    response.body = std::move(body);
    return response;
}

Outcome interpreted(std::string_view name, http::IncomingResponse response)
{
    return interpret(*desk(), method(name), std::move(response), test::FakeClock().now());
}

TEST(Build, PutsEachValueInItsPlaceEncoded)
{
    catalog::CallParts parts;
    parts.path = {{"id", "a/b"}};
    parts.query = {{"ids", "1"}, {"created[gte]", "x y"}};
    auto const request = build(method("get"), parts, nullptr, "https://a.desk.example", kCredential);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->url, "https://a.desk.example/api/tickets/a%2Fb?ids=1&created%5Bgte%5D=x%20y");
    EXPECT_EQ(request->headers.find("authorization"), "Bearer t");
    EXPECT_FALSE(request->headers.contains("content-type"));
}

TEST(Build, RefusesPathValuesThatWouldLeaveTheResource)
{
    for (auto const* value : {"", ".", ".."}) {
        catalog::CallParts parts;
        parts.path = {{"id", value}};
        EXPECT_FALSE(build(method("get"), parts, nullptr, "https://a", kCredential)) << value;
    }
    EXPECT_EQ(build(method("get"), {}, nullptr, "https://a", kCredential).error().failures().front().path, "id");
}

TEST(Build, SendsTheBodyOfADelete)
{
    catalog::CallParts parts;
    parts.path = {{"id", "5"}};
    parts.body = json::parse(R"({"ids":[1]})").value();
    auto const request = build(method("delete"), parts, nullptr, "https://a", kCredential);
    EXPECT_EQ(request->body, R"({"ids":[1]})");
    EXPECT_EQ(request->headers.find("content-type"), "application/json");
}

TEST(SplitPage, FindsItemsAndCursorWithoutChangingThem)
{
    std::string body = R"({"object":"list","data":[{"id":1, "t":"]"},{"id":2}] ,"meta":{"next_cursor":"abc"}})";
    auto const page = split_page(body, "data", "meta.next_cursor");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items, R"([{"id":1, "t":"]"},{"id":2}])");
    EXPECT_EQ(page->count, 2U);
    EXPECT_EQ(page->next, "abc");
}

TEST(SplitPage, KnowsTheLastPageBareArraysAndWhatIsNoList)
{
    std::string last = R"({"data":[],"meta":{"next_cursor":null}})";
    EXPECT_FALSE(split_page(last, "data", "meta.next_cursor")->next);
    std::string bare = " [1,2,3] ";
    EXPECT_EQ(split_page(bare, "", "")->items, "[1,2,3]");
    for (std::string body : {"{}", "{\"data\":{}}", "nonsense", "", "{\"data\":[1,}"})
        EXPECT_FALSE(split_page(body, "data", "")) << body;
}

TEST(Interpret, SortsSuccesses)
{
    EXPECT_EQ(interpreted("get", answer(200, R"({"id":1})")).kind, Outcome::Kind::object);
    EXPECT_EQ(interpreted("list", answer(200, R"({"data":[1],"meta":{}})")).kind, Outcome::Kind::list);
    EXPECT_EQ(interpreted("delete", answer(204, "")).kind, Outcome::Kind::empty);
    EXPECT_EQ(interpreted("get", answer(200, "PNG", "image/png")).kind, Outcome::Kind::binary);
}

TEST(Interpret, CallsBrokenJsonABadGateway)
{
    auto const outcome = interpreted("get", answer(200, R"({"id":)"));
    EXPECT_EQ(outcome.kind, Outcome::Kind::error);
    EXPECT_EQ(outcome.status, 502);
}

TEST(Interpret, KeepsTheVendorsStatusAndMessage)
{
    auto const outcome = interpreted("get", answer(403, R"({"error":{"msg":"Missing scope"}})"));
    EXPECT_EQ(outcome.status, 403);
    EXPECT_EQ(outcome.message, "Missing scope");
    auto const html = interpreted("get", answer(500, "<html>", "text/html"));
    EXPECT_EQ(html.status, 500);
    EXPECT_EQ(html.message, "The vendor answered 500 Internal Server Error.");
}

TEST(Interpret, TurnsARedirectIntoAConflictThatNamesTheSurvivor)
{
    auto response = answer(301, "");
    response.headers.add("location", "/api/tickets/9");
    auto const outcome = interpreted("update", std::move(response));
    EXPECT_EQ(outcome.status, 409);
    EXPECT_EQ(outcome.remote_status, 301);
    EXPECT_NE(outcome.message.find("/api/tickets/9"), std::string::npos);
}

TEST(Interpret, NeverPassesOnCookiesHopByHopOrChallenges)
{
    auto response = answer(200, "{}");
    for (auto const* name : {"Set-Cookie", "Connection", "Transfer-Encoding", "WWW-Authenticate", "Server", "Location"})
        response.headers.add(name, "x");
    response.headers.add("X-Calls", "1/40");
    response.headers.add("RateLimit-Limit", "7");
    auto const passed = forwardable(response.headers);
    EXPECT_EQ(passed.size(), 2U);
    EXPECT_EQ(passed.find("x-calls"), "1/40");
    EXPECT_EQ(passed.find("x-upstream-ratelimit-limit"), "7");
}

TEST(Interpret, MovesWithItsPage)
{
    auto outcome = interpreted("list", answer(200, R"({"data":[1,2]})"));
    auto const moved = std::move(outcome);
    EXPECT_EQ(moved.page.items, "[1,2]");
    EXPECT_EQ(moved.page.items.data(), moved.body.data() + 8);
}

TEST(ErrorBody, SaysWhenToCallAgainAndKeepsTheVendorsWords)
{
    auto response = answer(429, R"({"error":{"msg":"Too many"}})");
    response.headers.add("x-calls", "40/40");
    response.headers.add("retry-after", "5");
    auto const body = *json::parse(remote_error_body(interpreted("list", std::move(response))));
    EXPECT_EQ(body.at("statusCode"), 429);
    EXPECT_EQ(body.at("is_remote_error"), true);
    EXPECT_EQ(body.at("message"),
              "Too many. The limit is 40 calls, 0 are left, all are back in 5 s. Call again in 5 s.");
    EXPECT_EQ(body.at("raw_response").at("error").at("msg"), "Too many");
}

TEST(RestParts, TakeParentsAndPagingOutOfTheQuery)
{
    auto const parts =
        rest_parts(method("list"), std::nullopt, *http::Query::parse("limit=5&next_cursor=c&x=1"), std::nullopt);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->limit, 5);
    EXPECT_EQ(parts->next_cursor, "c");
    EXPECT_EQ(parts->query.size(), 1U);
}

TEST(RestParts, NameWhatIsMissingOrTooMuch)
{
    EXPECT_EQ(rest_parts(method("get"), std::nullopt, {}, std::nullopt).error().failures().front().path, "id");
    EXPECT_EQ(rest_parts(method("list"), "5", {}, std::nullopt).error().failures().front().path, "id");
    for (auto const* limit : {"0", "101", "x", "1.5", "-1"})
        EXPECT_EQ(
            rest_parts(method("list"), std::nullopt, *http::Query::parse(std::string("limit=") + limit), std::nullopt)
                .error()
                .failures()
                .front()
                .path,
            "limit");
}

TEST(CursorBinding, ChangesWithAccountMethodAndEveryArgument)
{
    catalog::CallParts parts;
    parts.query = {{"a", "1"}, {"b", "2"}};
    auto const binding = cursor_binding("ia_1", method("list"), parts);
    EXPECT_NE(binding, cursor_binding("ia_2", method("list"), parts));
    EXPECT_NE(binding, cursor_binding("ia_1", method("get"), parts));
    auto reordered = parts;
    std::swap(reordered.query[0], reordered.query[1]);
    EXPECT_EQ(binding, cursor_binding("ia_1", method("list"), reordered));
    parts.query[0].second = "12";
    EXPECT_NE(binding, cursor_binding("ia_1", method("list"), parts));
}

} // namespace
} // namespace sluice::proxy
