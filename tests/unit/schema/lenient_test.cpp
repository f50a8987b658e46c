#include "schema/schema.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::schema {
namespace {

std::string converted(std::string_view rules, std::string_view given)
{
    auto const schema = Schema::compile(*json::parse(rules));
    auto value = *json::parse(given);
    schema->convert(value);
    return json::to_text(value);
}

struct Conversion {
    std::string name;
    std::string rules;
    std::string given;
    std::string meant;
};

class LenientSchema : public ::testing::TestWithParam<Conversion> {};

TEST_P(LenientSchema, ReadsWhatIsMeant)
{
    EXPECT_EQ(converted(GetParam().rules, GetParam().given), GetParam().meant);
}

constexpr char kInteger[] = R"({"type":"integer"})";
constexpr char kText[] = R"({"type":"string"})";
constexpr char kFlag[] = R"({"type":"boolean"})";
constexpr char kIntegers[] = R"({"type":"array","items":{"type":"integer"}})";
constexpr char kNamed[] = R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
constexpr char kList[] =
    R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}})";

INSTANTIATE_TEST_SUITE_P(
    All, LenientSchema,
    ::testing::Values(
        Conversion{"DigitsForAnInteger", kInteger, R"("12")", "12"},
        Conversion{"DigitsWithASign", kInteger, R"("-7")", "-7"},
        Conversion{"TextForANumber", R"({"type":"number"})", R"("12.5")", "12.5"},
        Conversion{"TextForAFlag", kFlag, R"("True")", "true"},
        Conversion{"WholeNumberWithAFraction", kInteger, "7.0", "7"},
        Conversion{"WholeNumberAsText", kText, "7.0", R"("7")"},
        Conversion{"NumberForAText", kText, "12.5", R"("12.5")"},
        Conversion{"FlagForAText", kText, "false", R"("false")"}, Conversion{"OneForAList", kIntegers, "5", "[5]"},
        Conversion{"OneAsTextForAList", kIntegers, R"("5")", "[5]"},
        Conversion{"ListAsJsonText", kIntegers, R"("[1,2]")", "[1,2]"},
        Conversion{"TextsInAList", kIntegers, R"(["1",2.0])", "[1,2]"},
        Conversion{"ObjectAsJsonText", kNamed, R"("{\"name\":\"a\"}")", R"({"name":"a"})"},
        Conversion{"TextForAnObjectKnownByIt", kNamed, R"("a")", R"({"name":"a"})"},
        Conversion{"TextsForObjectsInAList", kList, R"(["a",{"name":"b"}])", R"([{"name":"a"},{"name":"b"}])"},
        Conversion{"OneTextForAListOfObjects", kList, R"("a")", R"([{"name":"a"}])"},
        Conversion{"OneObjectForAList", kList, R"({"name":"a"})", R"([{"name":"a"}])"},
        Conversion{"InAMember", R"({"properties":{"id":{"type":"integer"}}})", R"({"id":"3","other":"4"})",
                   R"({"id":3,"other":"4"})"},
        Conversion{"InABranch", R"({"anyOf":[{"type":"integer"},{"type":"null"}]})", R"("3")", "3"},
        Conversion{"InOthers", R"({"additionalProperties":{"type":"integer"}})", R"({"a":"3"})", R"({"a":3})"}),
    [](auto const& param) { return param.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Nothing, LenientSchema,
    ::testing::Values(
        Conversion{"TextThatIsTaken", R"({"type":["string","integer"]})", R"("12")", R"("12")"},
        Conversion{"TextThatIsNoNumber", kInteger, R"("12 apples")", R"("12 apples")"},
        Conversion{"FractionForAnInteger", kInteger, R"("2.5")", R"("2.5")"},
        Conversion{"LeadingZero", kInteger, R"("007")", R"("007")"},
        Conversion{"TooLargeForAnInteger", kInteger, "1e21", "1000000000000000000000"},
        Conversion{"YesForAFlag", kFlag, R"("yes")", R"("yes")"}, Conversion{"NumberForAFlag", kFlag, "1", "1"},
        Conversion{"TextForAListOfIntegers", kIntegers, R"("a")", R"("a")"},
        Conversion{"ObjectThatDoesNotFitTheList", kList, R"({"title":"a"})", R"({"title":"a"})"},
        Conversion{"TextForAnObjectOfTwo",
                   R"({"type":"object","properties":{"a":{"type":"string"},"b":{}},"required":["a","b"]})", R"("x")",
                   R"("x")"},
        Conversion{"ListForOne", kInteger, "[5]", "[5]"}, Conversion{"Null", kInteger, "null", "null"},
        Conversion{"WhatHasNoRules", "{}", R"({"a":"1"})", R"({"a":"1"})"}),
    [](auto const& param) { return param.param.name; });

TEST(LenientSchemaBounds, ListsInListsEnd)
{
    std::string rules = kText;
    for (int i = 0; i < 20; ++i)
        rules = R"({"type":"array","items":)" + rules + "}";
    EXPECT_EQ(converted(rules, R"("a")"), std::string(20, '[') + R"("a")" + std::string(20, ']'));
}

/// A hostile schema must not hold the thread: each of its branches would guess again.
TEST(LenientSchemaBounds, GuessesDoNotMultiply)
{
    std::string rules = R"({"type":"boolean"})";
    for (int i = 0; i < 10; ++i) {
        std::string branches =
            R"({"type":"object","required":["a"],"minProperties":2,"properties":{"a":)" + rules + "}}";
        for (int j = 0; j < 12; ++j)
            branches += R"(,{"type":"object","required":["a"],"minProperties":2})";
        rules = R"({"anyOf":[)" + branches + "]}";
    }
    EXPECT_EQ(converted(rules, R"("x")"), R"("x")");
}

TEST(LenientSchemaBounds, ManyValuesEnd)
{
    std::string branches;
    for (int i = 0; i < 500; ++i)
        branches += std::string(i > 0 ? "," : "") + R"({"type":"object","required":["a"],"properties":{"a":{"const":)" +
                    std::to_string(i) + "}}}";
    std::string values;
    for (int i = 0; i < 20'000; ++i)
        values += i > 0 ? R"(,"x")" : R"("x")";
    EXPECT_EQ(converted(R"({"type":"array","items":{"anyOf":[)" + branches + "]}}", '[' + values + ']'),
              '[' + values + ']');
}

TEST(LenientSchema, ATextThatCannotBeKeptExactlyStays)
{
    EXPECT_EQ(converted(kInteger, R"("12345678901234567890123")"), R"("12345678901234567890123")");
    EXPECT_EQ(converted(kInteger, R"("7.0")"), "7");
}

struct Nulls {
    std::string name;
    std::string schema;
    std::string given;
    std::string left;
};

class NullsOfClients : public ::testing::TestWithParam<Nulls> {};

TEST_P(NullsOfClients, AreAbsentAtEveryDepthWhereTheSchemaNamesTheMember)
{
    auto const schema = Schema::compile(*json::parse(GetParam().schema));
    ASSERT_TRUE(schema);
    auto value = json::parse(GetParam().given)->get_object();
    schema->drop_nulls(value);
    EXPECT_EQ(json::canonical(json::value(value)), GetParam().left);
}

INSTANTIATE_TEST_SUITE_P(
    All, NullsOfClients,
    ::testing::Values(
        Nulls{"InAnObject",
              R"({"properties":{"customer":{"properties":{"id":{"type":"integer"},"email":{"type":"string"}}}}})",
              R"({"customer":{"id":1,"email":null}})", R"({"customer":{"id":1}})"},
        Nulls{"InAListOfObjects", R"({"properties":{"to":{"items":{"properties":{"name":{"type":"string"}}}}}})",
              R"({"to":[{"name":null},{"name":"b"}]})", R"({"to":[{},{"name":"b"}]})"},
        Nulls{
            "InOneFormOfSeveral",
            R"({"properties":{"to":{"anyOf":[{"type":"string"},{"type":"object","properties":{"id":{"type":"integer"}}}]}}})",
            R"({"to":{"id":null}})", R"({"to":{}})"},
        Nulls{"OfAMapping", R"({"properties":{"meta":{"additionalProperties":{"type":"string"}}}})",
              R"({"meta":{"a":null}})", R"({"meta":{}})"},
        Nulls{"Several", R"({"properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"enum":["x"]}}})",
              R"({"a":null,"b":null,"c":null})", "{}"},
        Nulls{"TakenByType", R"({"properties":{"a":{"properties":{"b":{"type":["string","null"]}}}}})",
              R"({"a":{"b":null}})", R"({"a":{}})"},
        Nulls{"TakenByAForm", R"({"properties":{"a":{"oneOf":[{"type":"string"},{"type":"null"}]}}})", R"({"a":null})",
              "{}"},
        Nulls{"TakenByEnum", R"({"properties":{"a":{"enum":["x",null]}}})", R"({"a":null})", "{}"},
        Nulls{"TakenAsAnything", R"({"properties":{"a":{}}})", R"({"a":null})", "{}"},
        Nulls{"RequiredAndTaken", R"({"properties":{"a":{"type":["string","null"]}},"required":["a"]})",
              R"({"a":null})", R"({"a":null})"},
        Nulls{"RequiredAndNotTaken", R"({"properties":{"a":{"type":"string"}},"required":["a"]})", R"({"a":null})",
              "{}"},
        Nulls{"TakenInAnElement",
              R"({"properties":{"a":{"items":{"properties":{"v":{"type":["string","null"]},"w":{"type":"string"}}}}}})",
              R"({"a":[{"v":null,"w":null}]})", R"({"a":[{"v":null}]})"},
        Nulls{"TakenUnderAnyName", R"({"properties":{"a":{"additionalProperties":{"type":["string","null"]}}}})",
              R"({"a":{"k":null}})", R"({"a":{"k":null}})"},
        Nulls{"InAFreeObject", R"({"properties":{"a":{"type":"object"}}})", R"({"a":{"b":null}})",
              R"({"a":{"b":null}})"},
        Nulls{"OfAnUnknownMember", R"({"additionalProperties":false})", R"({"a":null})", R"({"a":null})"},
        Nulls{"InAList", R"({"properties":{"a":{"items":{"type":"string"}}}})", R"({"a":["x",null]})",
              R"({"a":["x",null]})"}),
    [](auto const& param) { return param.param.name; });

} // namespace
} // namespace sluice::schema
