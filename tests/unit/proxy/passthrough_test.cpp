#include "proxy/build.hpp"
#include "proxy/custom.hpp"
#include "proxy/interpret.hpp"
#include "proxy/passthrough.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace sluice::proxy {
namespace {

using catalog::test::desk;
using http::Method;

accounts::Credential const kCredential{"authorization", {}, Secret{"Bearer t"}};

/// A body that nobody reads.
class NoBytes final : public http::BodySource {
public:
    Task<Result<std::string>> read() override { co_return std::string(); }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return 0; }
    void cancel() override {}
};

http::Headers headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields)
{
    http::Headers made;
    for (auto const& [name, value] : fields)
        made.add(name, value);
    return made;
}

TEST(PassedHeaders, AreThoseThatMeanTheSameToEveryServer)
{
    auto const passed = passed_headers(headers({{"Idempotency-Key", "k"},
                                                {"If-Match", "\"1\""},
                                                {"If-None-Match", "\"2\""},
                                                {"Prefer", "return=minimal"},
                                                {"Accept", "text/csv"},
                                                {"Accept-Language", "de"},
                                                {"Range", "bytes=0-9"}}),
                                       *desk());
    EXPECT_EQ(passed.size(), 7U);
    EXPECT_EQ(passed.find("range"), "bytes=0-9");
}

TEST(PassedHeaders, AreNeverThoseOfTheConnectionOrOfTheCaller)
{
    auto const passed = passed_headers(headers({{"Connection", "close, Prefer"},
                                                {"Prefer", "x"},
                                                {"Host", "sluice"},
                                                {"Authorization", "Bearer slx_api_x"},
                                                {"Cookie", "a=b"},
                                                {"TE", "trailers"},
                                                {"Upgrade", "h2c"},
                                                {"X-Forwarded-For", "10.0.0.1"},
                                                {"X-Unknown", "x"},
                                                {"Accept", "*/*"}}),
                                       *desk());
    EXPECT_TRUE(passed.empty());
}

TEST(Forwardable, NeverPassesOnCookiesHopByHopOrChallenges)
{
    auto const passed = forwardable(headers({{"Set-Cookie", "x"},
                                             {"Connection", "keep-alive, X-Internal"},
                                             {"X-Internal", "x"},
                                             {"Keep-Alive", "timeout=5"},
                                             {"Transfer-Encoding", "x"},
                                             {"WWW-Authenticate", "x"},
                                             {"Server", "x"},
                                             {"Location", "x"},
                                             {"ETag", "\"7\""},
                                             {"X-Calls", "1/40"},
                                             {"Access-Control-Allow-Origin", "*"},
                                             {"Idempotent-Replayed", "true"},
                                             {"RateLimit-Limit", "7"}}));
    EXPECT_EQ(passed.size(), 5U);
    EXPECT_EQ(passed.find("x-upstream-idempotent-replayed"), "true") << "it is not Sluice that repeats";
    EXPECT_EQ(passed.find("x-calls"), "1/40");
    EXPECT_EQ(passed.find("etag"), "\"7\"");
    EXPECT_EQ(passed.find("x-upstream-ratelimit-limit"), "7");
    EXPECT_EQ(passed.find("x-upstream-access-control-allow-origin"), "*");
}

TEST(Streaming, IsForAnswersThatNobodyReadsHere)
{
    Passthrough through;
    auto const streams = [&](std::string_view type, std::string_view coding = "") {
        auto fields = headers({{"content-type", type}});
        if (!coding.empty())
            fields.add("content-encoding", coding);
        return is_streamed(through, fields);
    };
    EXPECT_FALSE(streams("application/pdf"));

    through.streams = Passthrough::Streams::unread;
    EXPECT_TRUE(streams("application/pdf"));
    EXPECT_TRUE(streams("text/csv; charset=utf-8"));
    EXPECT_FALSE(streams("text/csv; charset=iso-8859-1")) << "it becomes UTF-8";
    EXPECT_FALSE(streams("application/vnd.api+json"));
    EXPECT_FALSE(is_streamed(through, {})) << "it may be JSON";

    through.streams = Passthrough::Streams::all;
    EXPECT_TRUE(streams("application/json"));
    EXPECT_TRUE(is_streamed(through, {}));
}

TEST(Streaming, LeavesACodingThatTheClientTakes)
{
    Passthrough through;
    through.streams = Passthrough::Streams::all;
    auto const takes = [&](std::string accepted, std::string_view coding) {
        through.accept_encoding = std::move(accepted);
        return is_streamed(through, headers({{"content-encoding", coding}}));
    };
    EXPECT_TRUE(takes("br, gzip;q=0.5", "gzip"));
    EXPECT_TRUE(takes("*", "zstd"));
    EXPECT_TRUE(takes("", "identity"));
    EXPECT_FALSE(takes("", "gzip"));
    EXPECT_FALSE(takes("gzip;q=0, br", "gzip"));
    EXPECT_FALSE(takes("gzip;q=0.000", "gzip"));
    EXPECT_FALSE(takes("gzip", "gzip, br")) << "each coding would have to be taken";
}

TEST(Build, LetsTheClientsHeadersReplaceThoseOfTheDefinition)
{
    auto method = *desk()->find("tickets", "list");
    method.headers = {{"x-version", "1"}, {"prefer", "fixed"}};
    Passthrough through;
    through.headers = headers({{"accept", "text/csv"}, {"prefer", "mine"}, {"authorization", "Bearer stolen"}});

    auto const request = build(method, {}, &through, "https://a", kCredential);

    ASSERT_TRUE(request);
    EXPECT_EQ(request->headers.find("accept"), "text/csv");
    EXPECT_EQ(request->headers.find("prefer"), "mine");
    EXPECT_EQ(request->headers.find("x-version"), "1");
    EXPECT_EQ(request->headers.find("authorization"), "Bearer t");
    EXPECT_EQ(request->headers.find_last("authorization"), "Bearer t");
}

TEST(Build, SendsAStreamAsItIs)
{
    Passthrough through;
    through.body = RawBody{"application/zip", {}, std::make_shared<NoBytes>(), "gzip"};
    catalog::CallParts parts;
    parts.path = {{"id", "7"}};

    auto const request = build(*desk()->find("tickets", "update"), parts, &through, "https://a", kCredential);

    ASSERT_TRUE(request);
    EXPECT_EQ(request->source, through.body->source);
    EXPECT_EQ(request->headers.find("content-type"), "application/zip");
    EXPECT_EQ(request->headers.find("content-encoding"), "gzip");
}

TEST(CustomMethod, SendsPathAndQueryAsTheyAreWritten)
{
    auto const method = custom_method(Method::post, "api/v2/a%20b;v=1/c:d/", "ids=1&ids=2&q=a+b", *desk());
    ASSERT_TRUE(method);
    EXPECT_EQ(method->access, catalog::Access::write);
    auto const request = build(*method, {}, nullptr, "https://a/base", kCredential);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->url, "https://a/base/api/v2/a%20b;v=1/c:d/?ids=1&ids=2&q=a+b");
    EXPECT_EQ(custom_method(Method::head, "x", "", *desk())->access, catalog::Access::read);
}

TEST(CustomMethod, AddsTheCredentialBehindTheClientsOwnQuery)
{
    accounts::Credential const in_query{{}, "api_key", Secret{"k"}};
    EXPECT_EQ(build(*custom_method(Method::get, "x", "a=1", *desk()), {}, nullptr, "https://a", in_query)->url,
              "https://a/x?a=1&api_key=k");
    EXPECT_EQ(build(*custom_method(Method::get, "x", "", *desk()), {}, nullptr, "https://a", in_query)->url,
              "https://a/x?api_key=k");
}

TEST(CustomMethod, RefusesEveryPathThatCouldLeadOutOfTheBaseUrl)
{
    for (auto const* path :
         {"../x", "a/../b", "a/..",   "./a",         "a/%2e%2e/b", "a/.%2E", "%2E%2E/x", "a/%252e%252e/b",
          "a//b", "/a",     "a/%2Fb", "a/%2f..%2fb", "a%5cb",      "a\\b",   "a/..;/b",  "a/%00b",
          "a b",  "a#b",    "a?b",    "\xc3\xa4",    "%zz",        "%2"}) {
        auto const method = custom_method(Method::get, path, "", *desk());
        ASSERT_FALSE(method) << path;
        EXPECT_EQ(method.error().failures().front().path, "path") << path;
    }
    EXPECT_FALSE(custom_method(Method::get, std::string(5000, 'a'), "", *desk()));
    EXPECT_FALSE(custom_method(Method::options, "a", "", *desk()));
}

TEST(Interpret, LeavesAStreamAsItIs)
{
    http::IncomingResponse response;
    response.status = 200;
    response.headers.add("content-type", "application/json");
    response.source = std::make_shared<NoBytes>();

    auto const outcome =
        interpret(*desk(), *desk()->find("tickets", "get"), std::move(response), test::FakeClock().now());

    EXPECT_EQ(outcome.kind, Outcome::Kind::binary);
    EXPECT_TRUE(outcome.source);
}

} // namespace
} // namespace sluice::proxy
