// All windows of an answer, and what could not be read of it.
#include "reading.hpp"

#include <ostream>

namespace sluice::ratelimit {

void PrintTo(Window const& window, std::ostream* out)
{
    auto const shown = [](std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "-"; };
    *out << window.name << " (" << window.unit << ") " << shown(window.limit) << " / " << shown(window.remaining)
         << " / " << shown(window.reset_s) << ", length " << shown(window.length_s)
         << (window.limit_derived ? ", limit derived" : "") << (window.reset_derived ? ", reset derived" : "");
}

namespace {

using Windows = std::vector<Window>;

constexpr auto kTwoWindows = R"({"windows":[
    {"name":"burst","limit":{"header":"x-limit"},"remaining":{"header":"x-left"},
     "window_s":{"header":"x-interval-ms","unit":"delta_ms"}},
    {"name":"points","unit":"cost","limit":{"const":1000},"remaining":{"header":"x-points"},
     "reset":{"header":"x-reset","unit":"epoch_s"},"window_s":3600}]})";

Windows windows_of(Rule const* rule, Headers const& headers, int status = 200)
{
    return reading_of(rule, status, headers).windows;
}

std::string unread(Rule const* rule, Headers const& headers, int status = 200)
{
    return reading_of(rule, status, headers).unread;
}

TEST(RateLimitWindows, AreAllThatAreKnown)
{
    auto const rule = compiled(kTwoWindows);
    auto const windows = windows_of(&rule, {{"x-limit", "100"},
                                            {"x-left", "40.9"},
                                            {"x-interval-ms", "9500"},
                                            {"x-points", "7"},
                                            {"x-reset", "1795176060.5"}});
    EXPECT_EQ(
        windows,
        (Windows{{.name = "burst", .limit = 100, .remaining = 40, .reset_s = 10, .length_s = 10, .reset_derived = true},
                 {.name = "points",
                  .unit = "cost",
                  .limit = 1000,
                  .remaining = 7,
                  .reset_s = 61,
                  .length_s = 3600,
                  .limit_derived = true}}));
}

TEST(RateLimitWindows, AreLeftOutIfNothingIsKnown)
{
    auto const rule = compiled(R"({"windows":[{"name":"a","limit":{"header":"x-limit"},"window_s":60}]})");
    EXPECT_EQ(windows_of(&rule, {}), Windows{});
    EXPECT_EQ(windows_of(&rule, {{"x-limit", "-1"}}), Windows{}) << "unlimited";
    EXPECT_EQ(windows_of(nullptr, {}), Windows{});
}

TEST(RateLimitWindows, OfTheStandardsFieldHaveItsNames)
{
    EXPECT_EQ(windows_of(nullptr, {{"RateLimit", R"("bu\"rst";r=12;t=4, "bytes";r=3)"},
                                   {"RateLimit-Policy", R"("bu\"rst";q=100;w=60, "bytes";q=9;qu="content-bytes")"}}),
              (Windows{{.name = "bu\"rst", .limit = 100, .remaining = 12, .reset_s = 4, .length_s = 60},
                       {.name = "bytes", .unit = "content-bytes", .limit = 9, .remaining = 3}}));
    EXPECT_EQ(windows_of(nullptr, {{"RateLimit", "limit=100, remaining=50, reset=5"}}),
              (Windows{{.name = "default", .limit = 100, .remaining = 50, .reset_s = 5}}));
    EXPECT_EQ(windows_of(nullptr, {{"x-ratelimit-remaining", "5"}}), (Windows{{.name = "default", .remaining = 5}}));
}

TEST(RateLimitWindows, OfTheVendorsNamesAreShort)
{
    auto const windows = windows_of(nullptr, {{"RateLimit", '"' + std::string(500, 'a') + "\";r=1"}});
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows[0].name, std::string(64, 'a'));
}

TEST(RateLimitWindows, AreAtMostSixteen)
{
    std::string field;
    for (int i = 0; i < 40; ++i)
        field += (i == 0 ? "" : ", ") + std::string("\"w") + std::to_string(i) + "\";r=1";
    EXPECT_EQ(windows_of(nullptr, {{"RateLimit", field}}).size(), kMaxWindows);
}

TEST(RateLimitWindows, TheGoverningOneOfARefusedCallIsUsedUp)
{
    EXPECT_EQ(
        windows_of(nullptr, {{"x-ratelimit-limit", "60"}, {"x-ratelimit-remaining", "58"}, {"retry-after", "9"}}, 429),
        (Windows{{.name = "default", .limit = 60, .remaining = 0, .reset_s = 9}}));
    auto const rule = compiled(kTwoWindows);
    auto const windows = windows_of(&rule, {{"x-left", "4"}, {"x-points", "7"}}, 429);
    ASSERT_EQ(windows.size(), 2U);
    EXPECT_EQ(windows[0].remaining, 0);
    EXPECT_EQ(windows[1].remaining, 7);
}

TEST(RateLimitWindows, ToldTwiceAreTakenWithTheResetThatWasSent)
{
    auto const rule = compiled(R"({"windows":[
        {"name":"minute","limit":{"header":"x-limit-minute"},"remaining":{"header":"x-left-minute"},"window_s":60},
        {"name":"tightest","limit":{"header":"x-limit"},"remaining":{"header":"x-left"},
         "reset":{"header":"x-reset","unit":"delta_s"}}]})");
    Headers headers{
        {"x-limit-minute", "20"}, {"x-left-minute", "3"}, {"x-limit", "20"}, {"x-left", "3"}, {"x-reset", "17"}};
    EXPECT_EQ(read(&rule, 200, headers), (Limits{.limit = 20, .remaining = 3, .reset_s = 17}));
    headers[2].second = "500";
    EXPECT_EQ(read(&rule, 200, headers), (Limits{.limit = 20, .remaining = 3, .reset_s = 60, .reset_derived = true}));
}

TEST(RateLimitUnread, IsTheFirstHeaderThatCouldNotBeRead)
{
    auto const rule = compiled(kTwoWindows);
    EXPECT_EQ(unread(&rule, {{"x-limit", "100"}, {"x-left", "4"}, {"x-reset", "1795176060"}}), "");
    EXPECT_EQ(unread(&rule, {{"x-limit", "100"}, {"x-left", "some"}, {"x-reset", "soon"}}), "x-left");
    EXPECT_EQ(unread(&rule, {{"X-Reset", "in a minute"}}), "x-reset");
    EXPECT_EQ(unread(&rule, {{"x-interval-ms", "ten"}}), "x-interval-ms");
    EXPECT_EQ(unread(&rule, {{"x-reset", "1795176060000"}}), "x-reset") << "thousands of years away";
    EXPECT_EQ(unread(&rule, {{"x-left", ""}}), "") << "nothing is said";
    auto const ratio = compiled(R"({"windows":[{"name":"a","ratio":{"header":"x-calls"}}]})");
    EXPECT_EQ(unread(&ratio, {{"x-calls", "10 of 40"}}), "x-calls");
}

TEST(RateLimitUnread, IsAlsoAWellKnownHeader)
{
    EXPECT_EQ(unread(nullptr, {{"X-RateLimit-Limit", "unlimited"}}), "x-ratelimit-limit");
    EXPECT_EQ(unread(nullptr, {{"RateLimit", "\"a"}}), "ratelimit");
    EXPECT_EQ(unread(nullptr, {{"RateLimit", R"("a";r=1)"}, {"RateLimit-Policy", "?;"}}), "ratelimit-policy");
    EXPECT_EQ(unread(nullptr, {{"X-RateLimit-Remaining", "5"}}), "");
}

TEST(RateLimitUnread, IsRetryAfterOfARefusedCallAlone)
{
    EXPECT_EQ(unread(nullptr, {{"Retry-After", "later"}}, 429), "retry-after");
    EXPECT_EQ(unread(nullptr, {{"Retry-After", "later"}}, 200), "");
}

// --- JSON in a header ------------------------------------------------------------------------------------------------

constexpr auto kUsage = R"({"windows":[
    {"name":"calls","unit":"percent","limit":{"const":100},"used":{"header":"x-usage","json":"$.*[*].calls"}}],
    "retry_after":{"header":"x-usage","json":"$.*[*].wait","unit":"delta_min"}})";

TEST(RateLimitNormaliseTest, ReadsJsonInAHeader)
{
    auto const rule = compiled(kUsage);
    auto const used = [&rule](std::string const& value) { return read(&rule, 200, {{"X-Usage", value}}).remaining; };
    EXPECT_EQ(used(R"({"1":[{"calls":3},{"calls":41}],"2":[{"calls":"7"}]})"), 59) << "the largest counts";
    EXPECT_EQ(used(R"({"1":[{"calls":"many"},{"calls":2.5}]})"), 97);
    EXPECT_EQ(used(R"({"1":[{"calls":130}]})"), 0);
    EXPECT_EQ(used(R"({"1":{"calls":3}})"), std::nullopt) << "3 is no object";
    EXPECT_EQ(used(R"({"1":[]})"), std::nullopt);
    EXPECT_EQ(unread(&rule, {{"x-usage", R"({"1":[]})"}}), "");
    EXPECT_EQ(unread(&rule, {{"x-usage", R"({"1":[)"}}), "x-usage");
    EXPECT_EQ(unread(&rule, {{"x-usage", R"({"1":[{"calls":"many"}]})"}}), "x-usage");
}

TEST(RateLimitNormaliseTest, ReadsMinutes)
{
    auto const rule = compiled(kUsage);
    auto const wait = [&rule](std::string const& minutes) {
        return read(&rule, 429, {{"x-usage", R"({"1":[{"wait":)" + minutes + "}]}"}}).retry_after_s;
    };
    EXPECT_EQ(wait("19"), 1140);
    EXPECT_EQ(wait("0.51"), 31);
    EXPECT_EQ(wait("-5"), 1);
    EXPECT_EQ(wait("527040"), 366 * 86400);
    EXPECT_EQ(wait("527041"), std::nullopt);
    EXPECT_EQ(wait("5000000000000"), std::nullopt);
}

TEST(RateLimitNormaliseTest, AWordEndsAtASemicolon)
{
    auto const rule = compiled(R"({"windows":[{"name":"a","limit":{"header":"x","after":"total="},
        "remaining":{"header":"x","after":"remaining="},"reset":{"header":"x","after":"resets=","unit":"delta_s"}}]})");
    for (auto const* value : {"total=100; remaining=99; resets=41", "total=100;remaining=99;resets=41;",
                              "resets=41,remaining=99,total=100"})
        EXPECT_EQ(read(&rule, 200, {{"x", value}}), (Limits{.limit = 100, .remaining = 99, .reset_s = 41})) << value;
}

} // namespace
} // namespace sluice::ratelimit
