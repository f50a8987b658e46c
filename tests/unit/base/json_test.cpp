#include "base/json.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::json {
namespace {

TEST(JsonParse, TakesOneWholeTextOnly)
{
    EXPECT_TRUE(parse(" {\"a\":1} "));
    for (auto const* text : {"", "{", "{}{}", "{} x", "nul", "{'a':1}", "[1,]", "\"\xff\""})
        EXPECT_FALSE(parse(text)) << text;
}

TEST(JsonParse, BoundsSizeAndDepth)
{
    EXPECT_EQ(parse(std::string(100, ' '), {.max_bytes = 10}).error().code(), ErrorCode::too_large);
    auto const deep = std::string(65, '[') + std::string(65, ']');
    EXPECT_FALSE(parse(deep));
    EXPECT_TRUE(parse(std::string(60, '[') + std::string(60, ']')));
    EXPECT_FALSE(parse(std::string(10'000, '[')));
}

TEST(JsonParse, SkipsAByteOrderMark)
{
    EXPECT_EQ(*parse("\xef\xbb\xbf{\"id\":7}"), (object{{"id", 7}}));
    EXPECT_FALSE(parse("\xef\xbb\xbf"));
    EXPECT_FALSE(parse("{}\xef\xbb\xbf"));
}

struct Mended {
    std::string name;
    std::string text;
    std::string value;
};

class JsonSurrogates : public ::testing::TestWithParam<Mended> {};

TEST_P(JsonSurrogates, BecomeReplacementCharactersWhereTheyStandAlone)
{
    auto const read = parse('"' + GetParam().text + '"');
    ASSERT_TRUE(read) << read.error().public_detail();
    EXPECT_EQ(read->get_string(), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(All, JsonSurrogates,
                         ::testing::Values(Mended{"HighAtTheEnd", R"(cut \ud83d)", "cut \xef\xbf\xbd"},
                                           Mended{"HighBeforeText", R"(\uD83Dx)", "\xef\xbf\xbdx"},
                                           Mended{"HighBeforeAnotherEscape", R"(\ud83d\n)", "\xef\xbf\xbd\n"},
                                           Mended{"TwoHigh", R"(\ud83d\ud83d\ude00)", "\xef\xbf\xbd😀"},
                                           Mended{"LowAlone", R"(\ude00.)", "\xef\xbf\xbd."},
                                           Mended{"APair", R"(\ud83d\ude00\udc00)", "😀\xef\xbf\xbd"},
                                           Mended{"AnEscapedBackslash", R"(\\ud83d \udbff)", "\\ud83d \xef\xbf\xbd"}),
                         [](auto const& param) { return param.param.name; });

TEST(JsonSurrogates, AreMendedInNamesToo)
{
    EXPECT_EQ(*parse(R"({"a\udfff":1})"), (object{{"a\xef\xbf\xbd", 1}}));
    EXPECT_FALSE(parse(R"("\ud83)"));
    EXPECT_FALSE(parse(R"("\uzzzz")"));
}

struct Kept {
    std::string text;
    std::string written;
};

class JsonNumbers : public ::testing::TestWithParam<Kept> {};

TEST_P(JsonNumbers, AreWrittenAsPlainDecimalsOfTheSameValue)
{
    auto const read = parse_input(GetParam().text);
    ASSERT_TRUE(read) << read.error().public_detail();
    EXPECT_EQ(to_text(*read), GetParam().written);
    EXPECT_EQ(canonical(*read), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(All, JsonNumbers,
                         ::testing::Values(Kept{"0.5", "0.5"}, Kept{"19.99", "19.99"},
                                           Kept{"123456789.12", "123456789.12"}, Kept{"5.0", "5"}, Kept{"7.00", "7"},
                                           Kept{"1e3", "1000"}, Kept{"5E-1", "0.5"}, Kept{"-0.25", "-0.25"},
                                           Kept{"0.0", "0"}, Kept{"0e5", "0"},
                                           Kept{"9007199254740993", "9007199254740993"},
                                           Kept{"-9223372036854775808", "-9223372036854775808"},
                                           Kept{"18446744073709551615", "18446744073709551615"},
                                           Kept{"10000000000000000000000", "10000000000000000000000"},
                                           Kept{"1E+22", "10000000000000000000000"},
                                           Kept{"0.1000000000000000000000", "0.1"}));

TEST(JsonInput, RefusesNumbersThatWouldComeOutOtherwise)
{
    for (auto const* number :
         {"1e400", "-1e400", "1e-400", "12345678901234567890123", "18446744073709551617", "0.12345678901234567890"}) {
        auto const read = parse_input(std::string(R"({"a":[{"n":)") + number + "}]}");
        ASSERT_FALSE(read) << number;
        EXPECT_EQ(read.error().code(), ErrorCode::invalid_argument);
        EXPECT_EQ(read.error().failures().front().path, "a[0].n") << number;
    }
    EXPECT_EQ(parse_input(std::string(400, '9')).error().failures().front().path, "");
    EXPECT_FALSE(parse_input("[1e99999999999999999999]"));
}

TEST(JsonInput, RefusesHalvesOfPairsButNoByteOrderMark)
{
    EXPECT_FALSE(parse_input(R"({"tenant_id":"\ud800"})"));
    EXPECT_TRUE(parse_input("\xef\xbb\xbf{}"));
}

TEST(JsonInput, RefusesZeroCharactersWithTheirPlaces)
{
    auto const read = parse_input(R"({"fine":"\\u0000","list":["a",{"t":"b\u0000c"}],"n\u0000":{"x":"\u0000"}})");
    ASSERT_FALSE(read);
    auto const& failures = read.error().failures();
    ASSERT_EQ(failures.size(), 3U);
    EXPECT_EQ(failures[0].path, "list[1].t");
    EXPECT_TRUE(failures[1].path.starts_with("n"));
    EXPECT_TRUE(failures[2].path.ends_with(".x"));
}

TEST(JsonParse, TakesTheNearestNumberWhereItMayDiffer)
{
    EXPECT_EQ(to_text(*parse("12345678901234567890123")), "12345678901234568000000");
    EXPECT_TRUE(std::isfinite(parse("1e400")->get_double()));
    EXPECT_EQ(*parse("1e-400"), 0.0);
    EXPECT_EQ(parse(R"("a\u0000")")->get_string().size(), 2U);
}

TEST(JsonText, IsReadAgainAsTheSame)
{
    auto const* text = R"({"b":[1,{"y":null,"x":"é\n"}],"a":{},"c":[],"d":true,"e":-1.5})";
    EXPECT_EQ(to_text(*parse(text)), text);
}

TEST(JsonText, WritesTheDigitsThatWereGiven)
{
    for (auto const& [given, written] : {std::pair<std::string, std::string>{"1e30", "1" + std::string(30, '0')},
                                         {"1e23", "1" + std::string(23, '0')},
                                         {"-123e20", "-123" + std::string(20, '0')},
                                         {"1.5e300", "15" + std::string(299, '0')},
                                         {"9.99999999999999e16", "99999999999999900"},
                                         {"9007199254740993.0e0", ""},
                                         {"1e-7", "0.0000001"},
                                         {"-0.0", "0"},
                                         {"-0", "0"},
                                         {"0.1e1", "1"}}) {
        auto const read = parse_input(given);
        EXPECT_EQ(read.has_value(), !written.empty()) << given << ": digits that are not kept are refused";
        if (read) {
            EXPECT_EQ(to_text(*read), written) << given;
        }
    }
}

TEST(JsonQuoting, EscapesControlCharactersQuotesAndBackslashes)
{
    std::string out;
    append_quoted(out, std::string_view("a\"\\\n\x01\t\x1f/ü", 10));
    EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001\\t\\u001f/ü\"");
    EXPECT_EQ(parse(out)->get_string(), std::string_view("a\"\\\n\x01\t\x1f/ü", 10));
}

TEST(JsonQuoting, EscapesEachByteAloneAndBesideAnother)
{
    auto const alone = [](char c) {
        std::string out;
        append_escaped(out, std::string_view(&c, 1));
        return out;
    };
    for (int byte = 0; byte < 256; ++byte)
        for (char const next : {'!', '"', '\x1f', ' ', '\x7f', '\xff', '\0'})
            for (std::size_t at = 0; at < 17; ++at) {
                auto const c = static_cast<char>(byte);
                std::string out;
                append_escaped(out, std::string(at, 'a') + c + next + "tail of the text");
                ASSERT_EQ(out, std::string(at, 'a') + alone(c) + alone(next) + "tail of the text") << byte << ' ' << at;
            }
}

TEST(JsonCanonical, IsTheSameForEqualValues)
{
    auto const one = *parse(R"({"b":[1,{"y":null,"x":"é"}],"a":{}, "c":[]})");
    auto const two = *parse(R"({"c":[],"a":{},"b":[1,{"x":"é","y":null}]})");
    EXPECT_EQ(canonical(one), R"({"a":{},"b":[1,{"x":"é","y":null}],"c":[]})");
    EXPECT_EQ(canonical(one), canonical(two));
    EXPECT_NE(canonical(one), canonical(*parse(R"({"a":{},"b":[{"x":"é","y":null},1],"c":[]})")));
}

TEST(JsonPath, WalksMembersAndStopsAtAnythingElse)
{
    auto const root = *parse(R"({"a":{"b":1},"c":[1]})");
    EXPECT_EQ(*find_path(root, "a.b"), 1);
    EXPECT_EQ(find_path(root, "a.x"), nullptr);
    EXPECT_EQ(find_path(root, "c.0"), nullptr);
    EXPECT_EQ(find_path(root, ""), &root);
}

} // namespace
} // namespace sluice::json
