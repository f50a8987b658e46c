#include "base/json.hpp"

#include <gtest/gtest.h>

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

TEST(JsonQuoting, EscapesControlCharactersQuotesAndBackslashes)
{
    std::string out;
    append_quoted(out, std::string_view("a\"\\\n\x01\t\x1f/ü", 10));
    EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001\\t\\u001f/ü\"");
    EXPECT_EQ(parse(out)->get_string(), std::string_view("a\"\\\n\x01\t\x1f/ü", 10));
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
