#include "documents/source.hpp"

#include "support/must.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::documents {
namespace {

Source read(std::string_view text)
{
    return test::must(read_source("a.yaml", text));
}

/// Place and message of the mistake.
std::string mistake_in(std::string_view text)
{
    auto const source = read_source("a.yaml", text);
    return source ? "none" : source.error().failures().front().path + ' ' + source.error().failures().front().message;
}

struct Scalar {
    std::string name;
    std::string yaml;
    json::value value;
};

class Scalars : public ::testing::TestWithParam<Scalar> {};

TEST_P(Scalars, AreReadByTheCoreSchema)
{
    EXPECT_EQ(read("a: " + GetParam().yaml).root.at("a"), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    All, Scalars,
    ::testing::Values(Scalar{"Nothing", "", nullptr}, Scalar{"Null", "null", nullptr}, Scalar{"Tilde", "~", nullptr},
                      Scalar{"True", "True", true}, Scalar{"False", "FALSE", false}, Scalar{"Yes", "yes", "yes"},
                      Scalar{"Integer", "-7", -7}, Scalar{"Fraction", "0.5", 0.5}, Scalar{"Exponent", "1e3", 1000.0},
                      Scalar{"Version", "3.1.0", "3.1.0"}, Scalar{"Date", "2026-11-20", "2026-11-20"},
                      Scalar{"Hexadecimal", "0x1f", "0x1f"}, Scalar{"Infinity", "inf", "inf"},
                      Scalar{"NumberInQuotes", "\"7\"", "7"}, Scalar{"FlagInQuotes", "'true'", "true"},
                      Scalar{"EmptyText", "\"\"", ""}, Scalar{"TooLarge", "1e999", "1e999"}),
    [](auto const& param) { return param.param.name; });

TEST(ReadSource, ReadsJsonAsWell)
{
    EXPECT_EQ(read(R"({"a": [1, {"b": null}], "c": "x"})").root, *json::parse(R"({"a": [1, {"b": null}], "c": "x"})"));
}

TEST(ReadSource, KnowsTheLineOfEachPart)
{
    auto const source = read("a:\n  b: 1\n  list:\n    - x\n    - y: 2\n");
    EXPECT_EQ(source.lines.at("a"), 1);
    EXPECT_EQ(source.lines.at("a.b"), 2);
    EXPECT_EQ(source.lines.at("a.list"), 3);
    EXPECT_EQ(source.lines.at("a.list[0]"), 4);
    EXPECT_EQ(source.lines.at("a.list[1].y"), 5);
}

TEST(ReadSource, RefusesAnchorsAndAliasesWhereverTheyStand)
{
    for (auto const* text : {"x: 1\na: &b 1\n", "x: 1\na: &b [1]\n", "x: 1\na: &b {c: 1}\n", "x: 1\na: &b\n"})
        EXPECT_EQ(mistake_in(text), "a.yaml:2 anchors and aliases are not allowed") << text;
    EXPECT_EQ(mistake_in("a: &b [1]\nc: *b\n"), "a.yaml:1 anchors and aliases are not allowed");
    EXPECT_EQ(mistake_in("a: 'x & *b' # &c\n"), "none");
}

TEST(ReadSource, NamesTheLineOfAMistake)
{
    EXPECT_EQ(mistake_in("a: 1\nb: 2\na: 3\n"), "a.yaml:3 the key 'a' stands twice");
    EXPECT_EQ(mistake_in("a: 1\n? [b]\n: 2\n"), "a.yaml:2 keys must be text");
    EXPECT_TRUE(mistake_in("a: 1\nb: [\n").starts_with("a.yaml:3 ")) << mistake_in("a: 1\nb: [\n");
}

TEST(ReadSource, BoundsTheDepth)
{
    EXPECT_EQ(mistake_in(std::string(64, '[') + std::string(64, ']')), "none");
    EXPECT_EQ(mistake_in(std::string(66, '[') + std::string(66, ']')),
              "a.yaml:1 the document is too large or nested too deeply");
    EXPECT_NE(mistake_in(std::string(100'000, '[')), "none");
}

TEST(ProblemsTest, PointAtTheNearestPartThatIsThere)
{
    auto const source = read("a:\n  b:\n    - c: 1\n");
    Problems problems;
    EXPECT_TRUE(problems.empty());
    problems.add(source, "a.b[0].c", "is wrong");
    problems.add(source, "a.b[0].missing", "is required");
    problems.add(source, "a.other.deep", "is required");
    problems.add(source, "elsewhere", "is required");
    problems.add(source, "", "is empty");
    EXPECT_EQ(problems.size(), 5U);
    auto const failures = problems.take();
    EXPECT_EQ(failures[0].path, "a.yaml:3 a.b[0].c");
    EXPECT_EQ(failures[1].path, "a.yaml:3 a.b[0].missing");
    EXPECT_EQ(failures[2].path, "a.yaml:1 a.other.deep");
    EXPECT_EQ(failures[3].path, "a.yaml elsewhere");
    EXPECT_EQ(failures[4].path, "a.yaml");
}

TEST(ProblemsTest, KnowNoLineOfWhatCameFromNoFile)
{
    Problems problems;
    problems.add(source_of("config", json::object{{"a", 1}}), "a", "is wrong");
    EXPECT_EQ(problems.take().front().path, "config a");
}

} // namespace
} // namespace sluice::documents
