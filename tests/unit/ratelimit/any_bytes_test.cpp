// Whatever a vendor sends.
#include "base/encoding.hpp"
#include "ratelimit/structured_fields.hpp"
#include "ratelimit/vendors.hpp"
#include "reading.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace sluice::ratelimit {
namespace {

/// Every member a rule can have, over the names that the generator uses.
constexpr auto kWholeRule = R"({"windows":[
    {"name":"a","limit":{"header":"x-ratelimit-limit"},"remaining":{"header":"x-ratelimit-remaining"},
     "used":{"header":"ratelimit"},"reset":{"header":"x-ratelimit-reset","unit":"auto"},
     "window_s":{"header":"ratelimit-reset","unit":"delta_ms"}},
    {"name":"b","ratio":{"header":"x-ratelimit-limit"},"drain_s":20},
    {"name":"c","unit":"cost","limit":{"const":10},"used":{"header":"x-ratelimit-remaining"},
     "restore_per_s":{"header":"ratelimit-limit"}},
    {"name":"d","reset":{"header":"ratelimit-reset","unit":"epoch_ms"},"remaining":{"body":"$.a[0]"}},
    {"name":"e","reset":{"header":"ratelimit-reset","unit":"duration"},"limit":{"body":"$.a[1]"}},
    {"name":"f","reset":{"header":"retry-after","after":"1","unit":"httpdate"}}],
  "throttled_when":{"or":[{"header":"retry-after","equals":[1,"0"]}]},"default_retry_s":1,"strict":true})";

class ByteSource {
public:
    /// Half of the strings are any bytes, half are made of what the grammars are made of.
    std::string next()
    {
        static constexpr std::array<std::string_view, 52> kPieces{
            "0",
            "1",
            "9",
            "60",
            "1795176060",
            "9223372036854775807",
            "18446744073709551616",
            "-",
            ".",
            "/",
            ",",
            ";",
            "=",
            "\"",
            "\\",
            ":",
            " ",
            "\t",
            "a",
            "limit=",
            "remaining=",
            "w=",
            ";r=",
            ";t=",
            ";q=",
            "ms",
            "s",
            "h",
            "d",
            "us",
            "T",
            "Z",
            "+",
            "2026-11-20T12:00:37",
            "9999-12-31T23:59:59Z",
            "Fri,",
            " Nov",
            " 20 ",
            " 2026",
            "12:00:00",
            " GMT",
            "+0100",
            "(",
            "20-",
            "Nov-2",
            "$",
            "{",
            "}",
            "[",
            "]",
            "\"call_count\":",
            "total=",
        };
        std::string text;
        auto const any = below(2) == 0;
        for (auto left = below(12); left > 0; --left) {
            if (any)
                text += static_cast<char>(below(256));
            else
                text += kPieces[below(kPieces.size())];
        }
        return text;
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }

private:
    std::mt19937_64 engine_{20261120};
};

void expect_sane(Limits const& limits)
{
    for (auto const number : {limits.limit, limits.remaining, limits.reset_s, limits.retry_after_s})
        ASSERT_GE(number.value_or(0), 0);
    for (auto const seconds : {limits.reset_s, limits.retry_after_s})
        ASSERT_LE(seconds.value_or(0), 366 * 86400);
    ASSERT_TRUE(!limits.throttled || limits.remaining == 0);
    ASSERT_TRUE(limits.remaining != 0 || limits.reset_s.value_or(1) >= 1);
    ASSERT_EQ(limits.retry_after_s, limits.throttled ? limits.reset_s : std::nullopt);
    ASSERT_TRUE(!limits.limit_derived || limits.limit);
    ASSERT_TRUE(!limits.reset_derived || limits.reset_s);
}

/// Whether the text is a list of strings with parameters, as RFC 9651 wants it.
bool is_structured(std::string_view field)
{
    bool is_quoted = false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] < ' ' || field[i] > '~')
            return false;
        if (is_quoted && field[i] == '\\')
            ++i;
        else if (field[i] == '"')
            is_quoted = !is_quoted;
    }
    return !is_quoted;
}

void expect_sane(Reading const& reading, Headers const& headers)
{
    ASSERT_NO_FATAL_FAILURE(expect_sane(reading.limits));
    ASSERT_LE(reading.windows.size(), kMaxWindows);
    for (auto const& window : reading.windows) {
        ASSERT_LE(window.name.size(), 64U);
        for (auto const number : {window.limit, window.remaining, window.reset_s, window.length_s})
            ASSERT_GE(number.value_or(0), 0);
        ASSERT_LE(window.reset_s.value_or(0), 366 * 86400);
    }
    auto const fields = structured_fields(reading.windows);
    ASSERT_TRUE(is_structured(fields.limit)) << fields.limit;
    ASSERT_TRUE(is_structured(fields.policy)) << fields.policy;
    ASSERT_TRUE(reading.unread.empty() ||
                std::ranges::any_of(headers, [&](auto const& each) { return iequals(each.first, reading.unread); }))
        << reading.unread;
}

/// The headers that a rule names.
std::vector<std::string> names_in(Rule const& rule)
{
    std::vector<std::string> names;
    auto const add = [&names](Source const& source) {
        if (!source.header.empty())
            names.push_back(source.header);
    };
    for (auto const& window : rule.windows) {
        for (auto const* source : {&window.remaining, &window.used, &window.ratio})
            if (*source)
                add(**source);
        if (window.limit)
            add(window.limit->source);
        for (auto const* time : {&window.reset, &window.length_source})
            if (*time)
                add((*time)->source);
    }
    for (auto const& condition : rule.throttled_when)
        if (condition.value)
            add(*condition.value);
    if (rule.retry_after)
        add(rule.retry_after->source);
    return names;
}

TEST(RateLimitNormaliseTest, AnyBytesGiveSaneLimitsOrNoneByTheRuleOfAnyVendor)
{
    constexpr std::array<int, 7> kStatuses{200, 400, 402, 403, 429, 503, 529};
    constexpr int kAnswersOfEach = 400;
    ByteSource bytes;
    for (auto const& vendor : vendors()) {
        auto names = vendor.rule ? names_in(*vendor.rule) : std::vector<std::string>{"ratelimit", "ratelimit-policy"};
        for (auto const* common : {"retry-after", "date", "x-ratelimit-reset"})
            names.emplace_back(common);
        for (int answer = 0; answer < kAnswersOfEach; ++answer) {
            Headers headers;
            for (auto const& name : names)
                if (bytes.below(3) != 0)
                    headers.emplace_back(name, bytes.next());
            auto const status = kStatuses[bytes.below(kStatuses.size())];
            auto const body = bytes.below(2) == 0 ? bytes.next() : R"({"error":{"code":)" + bytes.next() + "}}";
            ASSERT_NO_FATAL_FAILURE(expect_sane(reading_of(vendor.rule.get(), status, headers, body), headers))
                << vendor.name << testing::PrintToString(headers);
        }
    }
}

TEST(RateLimitNormaliseTest, AnyBytesGiveSaneLimitsOrNone)
{
    constexpr std::array<char const*, 12> kNames{"ratelimit",
                                                 "ratelimit-policy",
                                                 "ratelimit-limit",
                                                 "ratelimit-remaining",
                                                 "ratelimit-reset",
                                                 "x-ratelimit-limit",
                                                 "x-ratelimit-remaining",
                                                 "x-ratelimit-reset",
                                                 "retry-after",
                                                 "date",
                                                 "age",
                                                 "x-gorgias-account-api-call-limit"};
    constexpr std::array<int, 4> kStatuses{200, 403, 429, 503};
    auto const whole = compiled(kWholeRule);
    auto const gorgias = compiled(R"({"windows":[{"name":"account",
        "ratio":{"header":"x-gorgias-account-api-call-limit"},"drain_s":20}],
        "retry_after":{"header":"retry-after","unit":"auto"}})");
    std::array<Rule const*, 3> const rules{nullptr, &whole, &gorgias};
    ByteSource bytes;
    constexpr int kStrings = 100'000;
    for (int made = 0; made < kStrings;) {
        Headers headers;
        for (auto left = 1 + bytes.below(4); left > 0; --left, ++made)
            headers.emplace_back(kNames[bytes.below(kNames.size())], bytes.next());
        auto const body = R"({"a":[)" + bytes.next() + "," + bytes.next() + "]}";
        for (auto const* rule : rules) {
            ASSERT_NO_FATAL_FAILURE(
                expect_sane(reading_of(rule, kStatuses[bytes.below(kStatuses.size())], headers, body), headers))
                << testing::PrintToString(headers);
        }
    }
}

TEST(RateLimitNormaliseTest, ClocksFarAwayDoNoHarm)
{
    auto const rule = compiled(kWholeRule);
    for (auto const now : {Timestamp::min(), Timestamp::max(), Timestamp{}}) {
        for (auto const* value : {"5000000000000", "-5000000000000", "1795176060", "-1", "2026-11-20T12:00:37Z"}) {
            std::array<Field, 2> const fields{
                {{.name = "x-ratelimit-reset", .value = value}, {.name = "ratelimit-reset", .value = value}}};
            expect_sane(normalise(nullptr, {.status = 429, .fields = fields}, now).limits);
            expect_sane(normalise(&rule, {.status = 429, .fields = fields}, now).limits);
        }
    }
}

} // namespace
} // namespace sluice::ratelimit
