#include "ratelimit/vendors.hpp"
#include "reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace sluice::ratelimit {

void PrintTo(Limits const& limits, std::ostream* out)
{
    auto const shown = [](std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "-"; };
    *out << shown(limits.limit) << " / " << shown(limits.remaining) << " / " << shown(limits.reset_s)
         << ", retry after " << shown(limits.retry_after_s) << (limits.throttled ? ", throttled" : "")
         << (limits.limit_derived ? ", limit derived" : "") << (limits.reset_derived ? ", reset derived" : "");
}

namespace {

// --- The vectors -----------------------------------------------------------------------------------------------------

struct Vector {
    std::string name;
    json::object content;
};

void PrintTo(Vector const& vector, std::ostream* out)
{
    *out << vector.name;
}

std::vector<Vector> load_vectors()
{
    std::ifstream file(SLUICE_TEST_DATA "/ratelimit/vectors.json");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    auto const parsed = json::parse(text);
    std::vector<Vector> vectors;
    if (!parsed)
        return vectors;
    for (auto const& entry : parsed->as_array())
        vectors.push_back({std::string(entry.at("name").as_string()), entry.as_object()});
    return vectors;
}

Headers headers_of(Vector const& vector)
{
    Headers headers;
    for (auto const& member : vector.content.at("headers").as_object())
        headers.emplace_back(member.key(), member.value().as_string());
    return headers;
}

std::string body_of(Vector const& vector)
{
    auto const* body = vector.content.if_contains("body");
    return body != nullptr ? boost::json::serialize(*body) : std::string{};
}

std::optional<std::int64_t> number_of(json::object const& expected, std::string_view name)
{
    auto const& number = expected.at(name);
    return number.is_null() ? std::nullopt : std::optional(number.as_int64());
}

bool is_derived(json::object const& expected, std::string_view what)
{
    return std::ranges::any_of(expected.at("derived").as_array(),
                               [what](json::value const& name) { return name.as_string() == what; });
}

/// The rule of the vendor that the vector names; null if it names none.
Rule const* rule_of(Vector const& vector)
{
    auto const* name = json::string_at(vector.content, "vendor");
    if (name == nullptr)
        return nullptr;
    auto const* vendor = find_vendor(*name);
    EXPECT_NE(vendor, nullptr) << *name;
    return vendor != nullptr ? vendor->rule.get() : nullptr;
}

class RateLimitVectors : public testing::TestWithParam<Vector> {};

TEST_P(RateLimitVectors, GiveTheExpectedLimits)
{
    auto const& vector = GetParam();
    auto const status = static_cast<int>(vector.content.at("status").as_int64());

    auto const limits = read(rule_of(vector), status, headers_of(vector), body_of(vector));

    auto const& expected = vector.content.at("expected").as_object();
    EXPECT_EQ(limits.limit, number_of(expected, "limit"));
    EXPECT_EQ(limits.remaining, number_of(expected, "remaining"));
    EXPECT_EQ(limits.reset_s, number_of(expected, "reset"));
    EXPECT_EQ(limits.retry_after_s, number_of(expected, "retry_after"));
    EXPECT_EQ(limits.limit_derived, is_derived(expected, "limit"));
    EXPECT_EQ(limits.reset_derived, is_derived(expected, "reset"));
}

std::string test_name(testing::TestParamInfo<Vector> const& info)
{
    std::string name;
    for (char const c : info.param.name) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            name += c;
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, RateLimitVectors, testing::ValuesIn(load_vectors()), test_name);

TEST(RateLimitVectorFile, HoldsAllCases)
{
    EXPECT_EQ(load_vectors().size(), 61U);
}

// --- Windows ---------------------------------------------------------------------------------------------------------

TEST(RateLimitNormaliseTest, FullBucketHasAReset)
{
    auto const rule = compiled(R"({"windows":[{"name":"a","ratio":{"header":"x-calls"},"drain_s":20}]})");
    EXPECT_EQ(read(&rule, 200, {{"x-calls", "40/40"}}),
              (Limits{.limit = 40, .remaining = 0, .reset_s = 20, .reset_derived = true}));
    EXPECT_EQ(read(&rule, 200, {{"x-calls", "0/40"}}),
              (Limits{.limit = 40, .remaining = 40, .reset_s = 0, .reset_derived = true}));
    EXPECT_EQ(read(&rule, 200, {{"x-calls", "0/0"}}), (Limits{.limit = 0, .remaining = 0}));
    EXPECT_EQ(read(&rule, 200, {{"x-calls", "10/40/3"}}), Limits{});
    EXPECT_EQ(read(&rule, 200, {{"x-calls", "10/"}}), Limits{});
}

TEST(RateLimitNormaliseTest, ReadsTheFirstOfSeveralRatios)
{
    auto const rule = compiled(R"({"windows":[{"name":"day","ratio":{"header":"sforce-limit-info"}}]})");
    EXPECT_EQ(read(&rule, 200, {{"Sforce-Limit-Info", "api-usage=18/5000; per-app-api-usage=17/250(appName=x)"}}),
              (Limits{.limit = 5000, .remaining = 4982}));
}

TEST(RateLimitNormaliseTest, BlanksAroundAValueSayNothing)
{
    auto const limits = guessed({{"x-ratelimit-limit", " \t 100"}, {"x-ratelimit-remaining", "  40 \t "}});
    EXPECT_EQ(limits.limit, 100);
    EXPECT_EQ(limits.remaining, 40);
}

TEST(RateLimitNormaliseTest, AddsUsedAndRemainingExactly)
{
    auto const rule =
        compiled(R"({"windows":[{"name":"a","used":{"header":"x-used"},"remaining":{"header":"x-left"}}]})");
    // In binary fractions the first sum is a little over 100.
    EXPECT_EQ(read(&rule, 200, {{"x-used", "16.1"}, {"x-left", "83.9"}}).limit, 100);
    EXPECT_EQ(read(&rule, 200, {{"x-used", "4"}, {"x-left", "95.5"}}), (Limits{.limit = 100, .remaining = 95}));
}

TEST(RateLimitNormaliseTest, LastOfDuplicateHeadersWins)
{
    EXPECT_EQ(guessed({{"X-RateLimit-Remaining", "5"}, {"x-ratelimit-remaining", "4"}}).remaining, 4);
}

TEST(RateLimitNormaliseTest, IgnoresValuesOverOneKibibyte)
{
    EXPECT_EQ(guessed({{"x-ratelimit-remaining", std::string(1023, ' ') + "7"}}).remaining, 7);
    EXPECT_EQ(guessed({{"x-ratelimit-remaining", std::string(1024, ' ') + "7"}}), Limits{});
}

TEST(RateLimitNormaliseTest, NegativeLimitMeansUnlimited)
{
    EXPECT_EQ(guessed({{"x-ratelimit-limit", "-1"}, {"x-ratelimit-remaining", "-1"}}), Limits{});
}

TEST(RateLimitNormaliseTest, ExhaustedWindowWithTheLongestResetGoverns)
{
    EXPECT_EQ(guessed({{"ratelimit", R"("a";r=0;t=5, "b";r=0;t=50, "c";r=1;t=500)"}}),
              (Limits{.remaining = 0, .reset_s = 50}));
    EXPECT_EQ(guessed({{"ratelimit", R"("a";r=3;t=5, "b";r=3;t=50)"}}), (Limits{.remaining = 3, .reset_s = 50}));
}

TEST(RateLimitNormaliseTest, OtherUnitsGovernOnlyWhereNoRequestsAreCounted)
{
    auto const rule = compiled(R"({"windows":[{"name":"requests","remaining":{"header":"x-requests"}},
                                             {"name":"tokens","unit":"tokens","remaining":{"header":"x-tokens"}}]})");
    EXPECT_EQ(read(&rule, 200, {{"x-requests", "9"}, {"x-tokens", "1"}}).remaining, 9);
    EXPECT_EQ(read(&rule, 200, {{"x-tokens", "1"}}), Limits{});
    EXPECT_EQ(read(&rule, 200, {{"x-requests", "9"}, {"x-tokens", "0"}}).remaining, 0);
}

TEST(RateLimitNormaliseTest, StrictGivesTheWindowLengthWhereTheResetIsMissing)
{
    constexpr auto kLoose = R"({"windows":[{"name":"a","limit":{"header":"x-limit"},
        "reset":{"header":"x-reset","unit":"delta_s"},"window_s":60}],"strict":false})";
    auto loose = compiled(kLoose);
    EXPECT_EQ(read(&loose, 200, {{"x-limit", "10"}}), (Limits{.limit = 10}));
    loose.strict = true;
    EXPECT_EQ(read(&loose, 200, {{"x-limit", "10"}}), (Limits{.limit = 10, .reset_s = 60, .reset_derived = true}));
    EXPECT_EQ(read(&loose, 200, {{"x-limit", "10"}, {"x-reset", "3"}}), (Limits{.limit = 10, .reset_s = 3}));
    EXPECT_EQ(read(&loose, 200, {}), Limits{});
}

TEST(RateLimitNormaliseTest, DocumentedLimitAloneSaysNoReset)
{
    auto const rule =
        compiled(R"({"windows":[{"name":"a","limit":{"const":500},"window_s":60}],"default_retry_s":60})");
    EXPECT_EQ(read(&rule, 200, {}), (Limits{.limit = 500, .limit_derived = true}));
    EXPECT_EQ(read(&rule, 429, {}), (Limits{.limit = 500,
                                            .remaining = 0,
                                            .reset_s = 60,
                                            .retry_after_s = 60,
                                            .throttled = true,
                                            .limit_derived = true,
                                            .reset_derived = true}));
}

// --- Times -----------------------------------------------------------------------------------------------------------

TEST(RateLimitNormaliseTest, GuessesTheUnitOfAReset)
{
    constexpr std::array<std::pair<char const*, std::int64_t>, 19> kCases{{
        {"0", 0},
        {"-5", 0},
        {"59.001", 60},
        {"31622400", 31622400},
        {"1795176060", 60},
        {"1795176060.5", 61},
        {"1795176060500", 61},
        {"1000000000", 0},
        {"1h2m3.5s", 3724},
        {"20ms", 1},
        {"1us", 1},
        {"1d", 86400},
        {"2026-11-20T12:00:30Z", 30},
        {"2026-11-20 12:00:30", 30},
        {"Fri, 20 Nov 2026 12:00:54 GMT", 54},
        {"Friday, 20-Nov-26 12:00:54 GMT", 54},
        {"Fri Nov 20 12:00:54 2026", 54},
        {"Fri, 20 Nov 2026 07:01:00 -0500", 60},
        {"Fri Nov 20 2026 13:00:02 GMT+0100 (Central European Standard Time)", 2},
    }};
    for (auto const& [value, seconds] : kCases)
        EXPECT_EQ(guessed_reset(value), Limits{.reset_s = seconds}) << value;
}

TEST(RateLimitNormaliseTest, DropsResetsItCannotRead)
{
    for (auto const* value : {"",
                              " ",
                              "soon",
                              "31622401",
                              "999999999",
                              "100000000000000",
                              "99999999999999999999",
                              "1e3",
                              "0x10",
                              "+5",
                              "5,6",
                              "5 s",
                              ".5",
                              "5.",
                              "--5",
                              "1h-5m",
                              "h",
                              "9999999999999h",
                              "400d",
                              "2026-13-20T12:00:00Z",
                              "9999-11-20T12:00:00Z",
                              "Fri, 20 Nov 9999 12:00:54 GMT",
                              "Fri, 31 Nov 2026 12:00:54 GMT",
                              "Fri, 20 Nov 2026 12:00:54 PST",
                              "20 Nov 2026",
                              "Nov Nov 2026 12:00:54",
                              "Fri, 20 Nov 2026 25:00:00 GMT",
                              "1-2-3",
                              "20--26 12:00:00",
                              "(",
                              "\xff\xfe"})
        EXPECT_EQ(guessed_reset(value), Limits{}) << value;
}

TEST(RateLimitNormaliseTest, MillisecondsByTheHeadersName)
{
    EXPECT_EQ(guessed({{"x-ratelimit-reset-ms", "1500"}}).reset_s, 2);
    EXPECT_EQ(guessed({{"x-rate-limit-reset-milliseconds", "1000"}}).reset_s, 1);
}

TEST(RateLimitNormaliseTest, OwnClockServesWhereDateIsCachedOrBroken)
{
    Headers const reset{{"x-ratelimit-reset", "1795176100"}};
    auto with = [&reset](Headers more) {
        more.insert(more.end(), reset.begin(), reset.end());
        return guessed(more).reset_s;
    };
    EXPECT_EQ(with({{"Date", "Fri, 20 Nov 2026 12:00:40 GMT"}}), 60);
    EXPECT_EQ(with({{"Date", "Fri, 20 Nov 2026 12:00:40 GMT"}, {"Age", "40"}}), 100);
    EXPECT_EQ(with({{"Date", "yesterday"}}), 100);
}

// --- Throttled answers -----------------------------------------------------------------------------------------------

TEST(RateLimitNormaliseTest, ThrottledAnswerNeverSaysZeroSeconds)
{
    for (auto const* value : {"0", "-3", "0.2", "Fri, 20 Nov 2026 11:00:00 GMT"})
        EXPECT_EQ(guessed({{"Retry-After", value}}, 429),
                  (Limits{.remaining = 0, .reset_s = 1, .retry_after_s = 1, .throttled = true}))
            << value;
}

TEST(RateLimitNormaliseTest, RetryAfterOnAnOrdinaryAnswerIsNotALimit)
{
    EXPECT_EQ(guessed({{"Retry-After", "30"}}, 200), Limits{});
    EXPECT_EQ(guessed({{"Retry-After", "30"}}, 503), Limits{});
}

TEST(RateLimitNormaliseTest, UnreadableRetryAfterLeavesTheGoverningReset)
{
    EXPECT_EQ(guessed({{"x-ratelimit-reset", "7"}, {"Retry-After", "later"}}, 429),
              (Limits{.remaining = 0, .reset_s = 7, .retry_after_s = 7, .throttled = true}));
}

TEST(RateLimitNormaliseTest, StandardRetryAfterServesWhereTheRulesOwnIsMissing)
{
    auto const rule = compiled(R"({"retry_after":{"header":"x-retry-after","unit":"delta_ms"}})");
    EXPECT_EQ(read(&rule, 429, {{"x-retry-after", "2500"}, {"retry-after", "9"}}).retry_after_s, 3);
    EXPECT_EQ(read(&rule, 429, {{"retry-after", "9"}}).retry_after_s, 9);
}

TEST(RateLimitNormaliseTest, RuleSaysWhichAnswersAreThrottled)
{
    auto const rule = compiled(R"({"windows":[{"name":"a","remaining":{"header":"x-left"}}],
        "throttled_when":{"status":[529],"or":[
            {"status":403,"remaining":0}, {"status":[502,503],"header":"retry-after"},
            {"status":400,"body":"$.error.code","equals":[4,17]}, {"header":"x-why","equals":"limit"}]}})");
    auto const throttled = [&rule](int status, Headers const& headers, std::string_view body = {}) {
        return read(&rule, status, headers, body).throttled;
    };
    EXPECT_TRUE(throttled(429, {}));
    EXPECT_TRUE(throttled(529, {}));
    EXPECT_TRUE(throttled(403, {{"x-left", "0"}}));
    EXPECT_FALSE(throttled(403, {{"x-left", "1"}}));
    EXPECT_FALSE(throttled(403, {}));
    EXPECT_TRUE(throttled(503, {{"retry-after", "1"}}));
    EXPECT_FALSE(throttled(503, {}));
    EXPECT_TRUE(throttled(400, {}, R"({"error":{"code":17}})"));
    EXPECT_TRUE(throttled(400, {}, R"({"error":{"code":"17"}})"));
    EXPECT_FALSE(throttled(400, {}, R"({"error":{"code":18}})"));
    EXPECT_FALSE(throttled(400, {}, R"({"error":{"code":null}})"));
    EXPECT_FALSE(throttled(400, {}, R"({"error":)"));
    EXPECT_FALSE(throttled(401, {}, R"({"error":{"code":17}})"));
    EXPECT_TRUE(throttled(200, {{"x-why", "limit"}}));
    EXPECT_FALSE(throttled(200, {{"x-why", "other"}}));
}

TEST(RateLimitNormaliseTest, ReadsNumbersAndTextsOfTheBody)
{
    auto const rule = compiled(R"({"windows":[{"name":"a","limit":{"body":"$.q[1].max"},"remaining":{"body":"$.left"},
        "reset":{"body":"$.at","unit":"auto"}}]})");
    EXPECT_EQ(read(&rule, 200, {}, R"({"q":[0,{"max":"100"}],"left":2.9,"at":1795176000.25})"),
              (Limits{.limit = 100, .remaining = 2, .reset_s = 1}));
    EXPECT_EQ(read(&rule, 200, {}, R"({"q":[0],"left":true,"at":{}})"), Limits{});
    EXPECT_EQ(read(&rule, 200, {}, R"({"left":1e300,"at":18446744073709551615})"), Limits{});
    EXPECT_EQ(read(&rule, 200, {}, R"({"left":3,"padding":")" + std::string(1024 * 1024, 'x') + R"("})"), Limits{});
}

// --- Well-known names ------------------------------------------------------------------------------------------------

TEST(RateLimitNormaliseTest, StandardFieldComesBeforeTheFamilies)
{
    EXPECT_EQ(guessed({{"ratelimit", R"("a";r=3)"}, {"ratelimit-remaining", "5"}}).remaining, 3);
    EXPECT_EQ(guessed({{"ratelimit", R"("a";q=3)"}, {"ratelimit-remaining", "5"}}).remaining, 5);
    EXPECT_EQ(guessed({{"ratelimit-remaining", "?"}, {"x-rate-limit-remaining", "6"}}).remaining, 6);
    EXPECT_EQ(guessed({{"x-ratelimit-remaining", "4"}, {"x-rate-limit-remaining", "6"}}).remaining, 4);
}

TEST(RateLimitNormaliseTest, StandardFieldMaySpanLines)
{
    Headers const headers{{"RateLimit", R"("a";r=12;t=4)"},
                          {"RateLimit", R"("b";r=3;t=9;pk=:c2x1:)"},
                          {"RateLimit-Policy", R"("a";q=100;w=60)"},
                          {"RateLimit-Policy", R"("b";q=10;qu="requests";w=60)"}};
    EXPECT_EQ(guessed(headers), (Limits{.limit = 10, .remaining = 3, .reset_s = 9}));
}

TEST(RateLimitNormaliseTest, PolicyWindowStandsInForAMissingReset)
{
    EXPECT_EQ(guessed({{"RateLimit", R"("a";r=12)"}, {"RateLimit-Policy", R"("a";q=100;w=60)"}}),
              (Limits{.limit = 100, .remaining = 12, .reset_s = 60, .reset_derived = true}));
}

TEST(RateLimitNormaliseTest, PolicyOfOtherUnitsWaitsUntilItIsExhausted)
{
    Headers headers{{"RateLimit", R"("a";r=12;t=4, "bytes";r=3;t=9)"},
                    {"RateLimit-Policy", R"("a";q=100, "bytes";q=1000;qu="content-bytes")"}};
    EXPECT_EQ(guessed(headers).remaining, 12);
    headers[0].second = R"("a";r=12;t=4, "bytes";r=0;t=9)";
    EXPECT_EQ(guessed(headers), (Limits{.limit = 1000, .remaining = 0, .reset_s = 9}));
}

TEST(RateLimitNormaliseTest, MalformedStandardFieldIsIgnored)
{
    for (auto const* value : {"", "\"a", "\"a\";r", "\"a\";r=", "\"a\";r=x", "\"a\";=1", "\"a\";r=1,",
                              "\"a\" \"b\";r=1", "\"a\\", ":a;r=1", "limit", "limit=", "remaining=x", "=5", ";", ","})
        EXPECT_EQ(guessed({{"ratelimit", value}}), Limits{}) << value;
}

} // namespace
} // namespace sluice::ratelimit
