#include "ratelimit/rule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace sluice::ratelimit {
namespace {

Result<Rule> parse(std::string_view text)
{
    auto const block = json::parse(text);
    EXPECT_TRUE(block.has_value()) << text;
    return Rule::parse(block.value());
}

std::string window(std::string_view members)
{
    return R"({"windows":[{"name":"a",)" + std::string(members) + "}]}";
}

std::vector<std::string> failing_paths(Result<Rule> const& rule)
{
    std::vector<std::string> paths;
    if (!rule)
        for (auto const& failure : rule.error().failures())
            paths.push_back(failure.path);
    return paths;
}

TEST(RateLimitRuleTest, KeepsEveryMember)
{
    auto const rule = parse(R"({
        "throttled_when": {"status": [529], "or": [{"status": 403, "remaining": 0},
                                                   {"body": "$.errors[0].code", "equals": ["A", 7]}]},
        "windows": [{"name": "primary", "unit": "tokens", "limit": {"const": 60}, "remaining": {"header": "X-Left"},
                     "used": {"body": "$.a.b[12].c"}, "reset": {"header": "X-Reset", "unit": "epoch_s"},
                     "window_s": 2.5, "drain_s": 20},
                    {"name": "other", "ratio": {"header": "x-ratio"}, "restore_per_s": {"const": 2},
                     "window_s": {"header": "X-Interval-Ms", "unit": "delta_ms"}}],
        "retry_after": {"body": "$", "after": "Retry after", "unit": "auto"}, "default_retry_s": 60, "strict": true})");

    ASSERT_TRUE(rule) << rule.error().public_detail();
    ASSERT_EQ(rule->throttled_when.size(), 3U);
    EXPECT_EQ(rule->throttled_when[0].statuses, std::vector{529});
    EXPECT_EQ(rule->throttled_when[1].remaining, 0);
    EXPECT_EQ(rule->throttled_when[2].equals, (std::vector<std::string>{"A", "7"}));
    ASSERT_EQ(rule->windows.size(), 2U);
    auto const& primary = rule->windows[0];
    EXPECT_EQ(primary.name, "primary");
    EXPECT_EQ(primary.unit, "tokens");
    EXPECT_EQ(primary.limit->constant, 60);
    EXPECT_EQ(primary.remaining->header, "x-left");
    EXPECT_EQ(primary.used->path, (BodyPath{"a", "b", std::size_t{12}, "c"}));
    EXPECT_EQ(primary.reset->unit, Unit::epoch_s);
    EXPECT_EQ(primary.length, std::chrono::milliseconds{2500});
    EXPECT_EQ(primary.drain_s, 20);
    EXPECT_EQ(rule->windows[1].restore_per_s->constant, 2);
    EXPECT_EQ(rule->windows[1].length_source->source.header, "x-interval-ms");
    EXPECT_EQ(rule->windows[1].unit, "requests");
    EXPECT_TRUE(rule->retry_after->source.path.empty());
    EXPECT_EQ(rule->retry_after->source.after, "Retry after");
    EXPECT_EQ(rule->default_retry_s, 60);
    EXPECT_TRUE(rule->strict);
}

TEST(RateLimitRuleTest, TakesPlacesInsideAHeader)
{
    auto const rule = parse(window(R"("limit":{"header":"X-Usage","json":"$.*[*].a"})"));
    ASSERT_TRUE(rule) << rule.error().public_detail();
    EXPECT_EQ(rule->windows[0].limit->source.header, "x-usage");
    EXPECT_EQ(rule->windows[0].limit->source.path, (BodyPath{Each{}, Each{}, "a"}));
}

TEST(RateLimitRuleTest, MayBeEmpty)
{
    auto const rule = parse("{}");
    ASSERT_TRUE(rule);
    EXPECT_TRUE(rule->windows.empty());
    EXPECT_FALSE(rule->strict);
}

struct BadRule {
    char const* name;
    std::string text;
    std::string path;
};

void PrintTo(BadRule const& bad, std::ostream* out)
{
    *out << bad.text;
}

std::vector<BadRule> bad_rules()
{
    auto const windows17 = [] {
        std::string text = R"({"windows":[)";
        for (int i = 0; i < 17; ++i)
            text += (i > 0 ? "," : "") + (R"({"name":")" + std::to_string(i)) + R"(","limit":{"const":1}})";
        return text + "]}";
    }();
    std::string const path17 = window(R"("limit":{"body":"$.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a"})");
    return {
        {"NotAnObject", "[]", "rate_limit"},
        {"UnknownMember", R"({"window":[]})", "rate_limit.window"},
        {"StrictIsText", R"({"strict":"yes"})", "rate_limit.strict"},
        {"DefaultIsZero", R"({"default_retry_s":0})", "rate_limit.default_retry_s"},
        {"DefaultIsAFraction", R"({"default_retry_s":1.5})", "rate_limit.default_retry_s"},
        {"DefaultIsOverAYear", R"({"default_retry_s":31622401})", "rate_limit.default_retry_s"},
        {"WindowsIsAnObject", R"({"windows":{}})", "rate_limit.windows"},
        {"TooManyWindows", windows17, "rate_limit.windows"},
        {"WindowIsText", R"({"windows":["a"]})", "rate_limit.windows[0]"},
        {"NoName", R"({"windows":[{"limit":{"const":1}}]})", "rate_limit.windows[0].name"},
        {"EmptyName", R"({"windows":[{"name":"","limit":{"const":1}}]})", "rate_limit.windows[0].name"},
        {"SameNameTwice", R"({"windows":[{"name":"a","limit":{"const":1}},{"name":"a","limit":{"const":1}}]})",
         "rate_limit.windows[1].name"},
        {"UnknownWindowMember", window(R"("limit":{"const":1},"left":1)"), "rate_limit.windows[0].left"},
        {"UnitIsANumber", window(R"("limit":{"const":1},"unit":1)"), "rate_limit.windows[0].unit"},
        {"WindowSaysNothing", window(R"("window_s":1)"), "rate_limit.windows[0]"},
        {"UsedAloneSaysNothing", window(R"("used":{"header":"x"})"), "rate_limit.windows[0]"},
        {"RatioAndLimit", window(R"("ratio":{"header":"x"},"limit":{"header":"y"})"), "rate_limit.windows[0]"},
        {"DrainAndRestore", window(R"("ratio":{"header":"x"},"drain_s":1,"restore_per_s":{"const":1})"),
         "rate_limit.windows[0]"},
        {"DrainIsZero", window(R"("ratio":{"header":"x"},"drain_s":0)"), "rate_limit.windows[0].drain_s"},
        {"RestoreIsZero", window(R"("ratio":{"header":"x"},"restore_per_s":{"const":0})"),
         "rate_limit.windows[0].restore_per_s.const"},
        {"WindowLengthIsNegative", window(R"("limit":{"const":1},"window_s":-1)"), "rate_limit.windows[0].window_s"},
        {"WindowLengthIsText", window(R"("limit":{"const":1},"window_s":"1")"), "rate_limit.windows[0].window_s"},
        {"WindowLengthIsAMoment", window(R"("limit":{"const":1},"window_s":{"header":"x","unit":"epoch_s"})"),
         "rate_limit.windows[0].window_s"},
        {"LimitIsANumber", window(R"("limit":60)"), "rate_limit.windows[0].limit"},
        {"LimitIsNegative", window(R"("limit":{"const":-1})"), "rate_limit.windows[0].limit.const"},
        {"LimitIsSentAndDocumented", window(R"("limit":{"const":1,"header":"x"})"), "rate_limit.windows[0].limit"},
        {"PlaceIsNowhere", window(R"("remaining":{})"), "rate_limit.windows[0].remaining"},
        {"PlaceIsTwice", window(R"("remaining":{"header":"x","body":"$"})"), "rate_limit.windows[0].remaining"},
        {"PlaceHasAUnit", window(R"("remaining":{"header":"x","unit":"auto"})"),
         "rate_limit.windows[0].remaining.unit"},
        {"HeaderIsNoName", window(R"("remaining":{"header":"x left"})"), "rate_limit.windows[0].remaining.header"},
        {"HeaderIsEmpty", window(R"("remaining":{"header":""})"), "rate_limit.windows[0].remaining.header"},
        {"JsonWithoutAHeader", window(R"("limit":{"body":"$.a","json":"$.b"})"), "rate_limit.windows[0].limit.json"},
        {"JsonAsAWhole", window(R"("limit":{"header":"x","json":"$"})"), "rate_limit.windows[0].limit.json"},
        {"UnknownTimeUnit", window(R"("reset":{"header":"x","unit":"epoch"})"), "rate_limit.windows[0].reset.unit"},
        {"TimeUnitIsANumber", window(R"("reset":{"header":"x","unit":1})"), "rate_limit.windows[0].reset.unit"},
        {"PathWithoutRoot", window(R"("limit":{"body":"a.b"})"), "rate_limit.windows[0].limit.body"},
        {"PathEndsInADot", window(R"("limit":{"body":"$.a."})"), "rate_limit.windows[0].limit.body"},
        {"PathHasAnEmptyName", window(R"("limit":{"body":"$.a..b"})"), "rate_limit.windows[0].limit.body"},
        {"PathWithoutDot", window(R"("limit":{"body":"$a"})"), "rate_limit.windows[0].limit.body"},
        {"PathIndexIsOpen", window(R"("limit":{"body":"$.a[1"})"), "rate_limit.windows[0].limit.body"},
        {"PathIndexIsEmpty", window(R"("limit":{"body":"$.a[]"})"), "rate_limit.windows[0].limit.body"},
        {"PathIndexIsNegative", window(R"("limit":{"body":"$.a[-1]"})"), "rate_limit.windows[0].limit.body"},
        {"PathIndexIsHuge", window(R"("limit":{"body":"$[99999999999999999999]"})"),
         "rate_limit.windows[0].limit.body"},
        {"PathIndexIsMoreThanAWildcard", window(R"("limit":{"body":"$.a[*1]"})"), "rate_limit.windows[0].limit.body"},
        {"PathIsTooLong", path17, "rate_limit.windows[0].limit.body"},
        {"RetryAfterIsText", R"({"retry_after":"retry-after"})", "rate_limit.retry_after"},
        {"RetryAfterMarkIsEmpty", R"({"retry_after":{"body":"$","after":""}})", "rate_limit.retry_after.after"},
        {"ThrottledIsAList", R"({"throttled_when":[]})", "rate_limit.throttled_when"},
        {"UnknownThrottledMember", R"({"throttled_when":{"and":[]}})", "rate_limit.throttled_when.and"},
        {"StatusIsText", R"({"throttled_when":{"status":["429"]}})", "rate_limit.throttled_when.status[0]"},
        {"StatusOutOfRange", R"({"throttled_when":{"status":600}})", "rate_limit.throttled_when.status"},
        {"NoStatus", R"({"throttled_when":{"status":[]}})", "rate_limit.throttled_when.status"},
        {"ConditionIsEmpty", R"({"throttled_when":{"or":[{}]}})", "rate_limit.throttled_when.or[0]"},
        {"ConditionOfNothing", R"({"throttled_when":{"or":[{"status":400,"equals":1}]}})",
         "rate_limit.throttled_when.or[0]"},
        {"RemainingIsNegative", R"({"throttled_when":{"or":[{"remaining":-1}]}})",
         "rate_limit.throttled_when.or[0].remaining"},
        {"EqualsIsAFraction", R"({"throttled_when":{"or":[{"body":"$","equals":[1.5]}]}})",
         "rate_limit.throttled_when.or[0].equals[0]"},
    };
}

class BadRateLimitRules : public testing::TestWithParam<BadRule> {};

TEST_P(BadRateLimitRules, AreRefusedWithTheirPath)
{
    auto const rule = parse(GetParam().text);
    ASSERT_FALSE(rule);
    EXPECT_EQ(rule.error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(failing_paths(rule), std::vector{GetParam().path}) << rule.error().public_detail();
}

INSTANTIATE_TEST_SUITE_P(All, BadRateLimitRules, testing::ValuesIn(bad_rules()),
                         [](testing::TestParamInfo<BadRule> const& info) { return info.param.name; });

TEST(RateLimitRuleTest, TellsEveryMistakeAtOnceUnderTheCallersPath)
{
    auto const block = json::parse(R"({"windows":[{"unit":"","limit":{"const":"x"},"reset":{"unit":"s"}}, 5],
        "retry_after":{"header":"a b"},"strict":1,"more":0})");
    auto paths = failing_paths(Rule::parse(block.value(), "integration.rate_limit"));
    std::ranges::sort(paths);
    EXPECT_EQ(paths, (std::vector<std::string>{
                         "integration.rate_limit.more", "integration.rate_limit.retry_after.header",
                         "integration.rate_limit.strict", "integration.rate_limit.windows[0].limit.const",
                         "integration.rate_limit.windows[0].name", "integration.rate_limit.windows[0].reset",
                         "integration.rate_limit.windows[0].reset.unit", "integration.rate_limit.windows[0].unit",
                         "integration.rate_limit.windows[1]"}));
}

} // namespace
} // namespace sluice::ratelimit
