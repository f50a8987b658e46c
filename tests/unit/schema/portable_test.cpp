#include "schema/portable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::schema {
namespace {

struct Simplified {
    std::string name;
    std::string full;
    std::string portable;
};

class PortableSchema : public ::testing::TestWithParam<Simplified> {};

/// As the member `a` of an object, since the root always is one.
TEST_P(PortableSchema, SaysWhatEveryClientTakes)
{
    auto const whole =
        portable_schema(json::object{{"properties", json::object{{"a", *json::parse(GetParam().full)}}}});
    EXPECT_EQ(json::to_text(whole.at("properties").at("a")), GetParam().portable);
}

INSTANTIATE_TEST_SUITE_P(
    All, PortableSchema,
    ::testing::Values(
        Simplified{"OneOfSeveralTypes", R"({"type":["null","integer"]})", R"({"type":"integer"})"},
        Simplified{"TypeOfItsValues", R"({"enum":["a","b",null]})", R"({"type":"string","enum":["a","b"]})"},
        Simplified{"TypeOfIntegers", R"({"enum":[1,2]})", R"({"type":"integer","description":"One of 1, 2."})"},
        Simplified{"TypeOfNumbers", R"({"enum":[1,2.5]})", R"({"type":"number","description":"One of 1, 2.5."})"},
        Simplified{"TypeOfFlags", R"({"const":true,"description":"Yes."})",
                   R"({"type":"boolean","description":"Yes. One of true."})"},
        Simplified{"ConstOfText", R"({"const":"a"})", R"({"type":"string","enum":["a"]})"},
        Simplified{"MixedValues", R"({"enum":["a",1]})",
                   R"({"anyOf":[{"type":"string","enum":["a"]},{"type":"integer","description":"One of 1."}]})"},
        Simplified{"ObjectByItsProperties", R"({"properties":{}})",
                   R"({"type":"object","properties":{},"additionalProperties":true})"},
        Simplified{"ArrayByItsItems", R"({"items":{"type":"integer"}})",
                   R"({"type":"array","items":{"type":"integer"}})"},
        Simplified{"ArrayOfAnything", R"({"type":"array"})", R"({"type":"array","items":{"type":"string"}})"},
        Simplified{"ArrayOfObjects", R"({"type":"array","items":{"type":"object"}})",
                   R"({"type":"array","items":{"type":"object","properties":{},"additionalProperties":true}})"},
        Simplified{"NoTypeAtAll", "{}",
                   R"({"description":"Any JSON value.","anyOf":[{"type":"string"},{"type":"number"},)"
                   R"({"type":"boolean"},{"type":"object","properties":{},"additionalProperties":true},)"
                   R"({"type":"array","items":{"type":"string"}}]})"},
        Simplified{"SeveralTypes", R"({"type":["string","integer","null"],"description":"D.","minimum":1})",
                   R"({"description":"D.","anyOf":[{"type":"string"},{"type":"integer","minimum":1}]})"},
        Simplified{"NoMembersAtAll", R"({"type":"object","additionalProperties":false})",
                   R"({"type":"object","properties":{}})"},
        Simplified{"WhatIsKept", R"({"type":"string","title":"T","minLength":1,"maxLength":2,"pattern":"^a$"})",
                   R"({"type":"string","title":"T","minLength":1,"maxLength":2})"},
        Simplified{"ExclusiveBoundsOfIntegers", R"({"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":9})",
                   R"({"type":"integer","minimum":1,"maximum":8})"},
        Simplified{"ExclusiveBoundsOfNumbers", R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":9})",
                   R"({"type":"number"})"},
        Simplified{"OnlyOneFormat", R"({"type":"string","format":"date-time"})",
                   R"({"type":"string","format":"date-time"})"},
        Simplified{"NoOtherFormat", R"({"type":"string","format":"uri"})", R"({"type":"string"})"},
        Simplified{"ADefault", R"({"type":"integer","default":3})", R"({"type":"integer","default":3})"},
        Simplified{"NoDefaultOfNull", R"({"type":"integer","default":null})", R"({"type":"integer"})"},
        Simplified{"RequiredMembersThatAreThere",
                   R"({"type":"object","properties":{"b":{"type":"string"}},"required":["b","c"]})",
                   R"({"type":"object","properties":{"b":{"type":"string"}},"required":["b"]})"},
        Simplified{"NoRequiredMemberThatIsUnknown", R"({"type":"object","required":["c"]})",
                   R"({"type":"object","properties":{},"additionalProperties":true})"},
        Simplified{"BranchesOfOneType", R"({"anyOf":[{"type":"integer","minimum":1},{"type":"integer"}]})",
                   R"({"type":"integer"})"},
        Simplified{
            "TheWidestBounds",
            R"({"anyOf":[{"type":"integer","minimum":1,"maximum":5},{"type":"integer","minimum":3,"maximum":9}]})",
            R"({"type":"integer","minimum":1,"maximum":9})"},
        Simplified{"IntegersOrNumbers", R"({"anyOf":[{"type":"integer"},{"type":"number"}]})", R"({"type":"number"})"},
        Simplified{"AllValuesOfTheBranches", R"({"anyOf":[{"enum":["a","b"]},{"enum":["b","c"]}]})",
                   R"({"type":"string","enum":["a","b","c"]})"},
        Simplified{"MembersOfAllBranches",
                   R"({"type":"object","anyOf":[{"properties":{"id":{"type":"integer"}},"required":["id","x"]},)"
                   R"({"properties":{"email":{"type":"string"},"id":{"type":"string"}},"required":["email","id"]}]})",
                   R"({"type":"object","properties":{"id":{"anyOf":[{"type":"integer"},{"type":"string"}]},)"
                   R"("email":{"type":"string"}},"required":["id"]})"},
        Simplified{"RequiredByBranchesOnly",
                   R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
                   R"("anyOf":[{"required":["a"]},{"required":["b"]}]})",
                   R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}})"},
        Simplified{"AllOf",
                   R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},)"
                   R"({"properties":{"b":{"type":"integer"}},"required":["b"]}]})",
                   R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},)"
                   R"("required":["a","b"]})"},
        Simplified{
            "ItemsOfAllBranches",
            R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"array","items":{"type":"boolean"}}]})",
            R"({"type":"array","items":{"anyOf":[{"type":"string"},{"type":"boolean"}]}})"},
        Simplified{"WhatStandsBesideBranches",
                   R"({"description":"D.","title":"T","oneOf":[{"type":"string"},{"type":"boolean"}]})",
                   R"({"description":"D.","anyOf":[{"type":"string","title":"T"},{"type":"boolean","title":"T"}]})"},
        Simplified{"ValuesOrNull", R"({"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}],"description":"D."})",
                   R"({"type":"string","description":"D.","enum":["a"]})"},
        Simplified{"NullOrAnObject", R"({"oneOf":[{"type":"null"},{"properties":{"b":{"type":"integer"}}}]})",
                   R"({"type":"object","properties":{"b":{"type":"integer"}}})"},
        Simplified{"AnObjectOrTheValueNull",
                   R"({"oneOf":[{"type":"object","properties":{"b":{"type":"integer"}}},{"enum":[null]}]})",
                   R"({"type":"object","properties":{"b":{"type":"integer"}}})"},
        Simplified{"KnownValuesBesideAnyText", R"({"anyOf":[{"enum":["a"]},{"type":"string","maxLength":5}]})",
                   R"({"type":"string"})"},
        Simplified{"OneBranchWithValues", R"({"oneOf":[{"enum":["a"]}],"description":"D."})",
                   R"({"type":"string","description":"D.","enum":["a"]})"},
        Simplified{"BranchesOfSeveralTypes", R"({"oneOf":[{"type":"array"},{"type":"string"}]})",
                   R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"string"}]})"}),
    [](auto const& param) { return param.param.name; });

TEST(PortableSchemaBounds, ThousandsOfBranchesEnd)
{
    json::array variants;
    for (int i = 0; i < 4000; ++i)
        variants.push_back(
            json::object{{"properties", json::object{{"a", json::object{{"type", "string"}, {"maxLength", i}}}}}});
    auto const of = [&](json::object rules) {
        return portable_schema(json::object{{"properties", json::object{{"m", std::move(rules)}}}});
    };
    json::object rules{{"type", "object"}};
    rules["anyOf"] = variants;
    EXPECT_TRUE(of(rules).at("properties").at("m").at("properties").as_object().contains("a"));
    rules["oneOf"] = variants; // Sixteen million pairs.
    EXPECT_TRUE(of(rules).at("properties").as_object().contains("m"));
}

TEST(PortableSchemaOfAnything, IsTheSameForEveryWayToSayIt)
{
    auto const of = [](std::string_view full) {
        return portable_schema(json::object{{"properties", json::object{{"a", *json::parse(full)}}}})
            .at("properties")
            .at("a");
    };
    for (auto const* full : {"true", R"({"anyOf":[{},{"type":"string"}]})", R"({"type":"null"})", R"({"enum":[null]})"})
        EXPECT_EQ(of(full), of("{}")) << full;
}

TEST(TakesNull, WhereATypeOrAValueDoes)
{
    auto const of = [](std::string_view schema) { return takes_null(*json::parse(schema)); };
    EXPECT_TRUE(of(R"({"type":["string","null"]})"));
    EXPECT_TRUE(of(R"({"type":"null"})"));
    EXPECT_TRUE(of(R"({"enum":["a",null]})"));
    EXPECT_TRUE(of(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"));
    EXPECT_FALSE(of(R"({"type":"string"})"));
    EXPECT_FALSE(of(R"({"type":["string","null"],"enum":["a"]})")) << "no value is null";
    EXPECT_FALSE(of(R"({"enum":["a"]})"));
    EXPECT_TRUE(of("{}")) << "it takes anything";
    EXPECT_TRUE(of("true"));
}

TEST(PortableSchemaBounds, AreAHundredValues)
{
    json::array values;
    for (int i = 0; i < 100; ++i)
        values.emplace_back("v" + std::to_string(i));
    auto const of = [](json::array const& listed) {
        return portable_schema(json::object{{"properties", json::object{{"a", json::object{{"enum", listed}}}}}})
            .at("properties")
            .at("a")
            .as_object();
    };
    EXPECT_EQ(of(values).at("enum").as_array().size(), 100U);
    values.emplace_back("one more");
    EXPECT_FALSE(of(values).contains("enum"));
}

/// Objects in one another, each with its level as description.
json::value nested(int depth, std::string const& text)
{
    json::object schema{{"type", "object"}, {"description", text}};
    if (depth > 0)
        schema["properties"] = json::object{{"a", nested(depth - 1, text)}};
    return schema;
}

TEST(PortableSchemaBounds, AreFiveLevels)
{
    auto const schema = portable_schema(nested(8, "x"));
    auto const* at = &schema;
    int depth = 0;
    for (; !at->at("properties").as_object().empty(); at = &at->at("properties").at("a"))
        ++depth;
    EXPECT_EQ(depth, 5);
}

TEST(PortableSchemaBounds, AreEightKilobytesWhichDeepDescriptionsGiveUpFirst)
{
    auto const schema = portable_schema(nested(5, std::string(1600, 'x')));
    EXPECT_LE(json::to_text(schema).size(), 8U * 1024);
    EXPECT_TRUE(schema.at("properties").at("a").as_object().contains("description"));
    auto const* at = &schema;
    int depth = 0;
    for (; !at->at("properties").as_object().empty(); at = &at->at("properties").at("a"))
        ++depth;
    EXPECT_EQ(depth, 5) << "the members stay";
    EXPECT_FALSE(at->as_object().contains("description"));
}

TEST(PortableSchemaBounds, GiveUpMembersLast)
{
    json::object many;
    for (int i = 0; i < 60; ++i)
        many["member_with_a_long_name_" + std::to_string(i)] =
            json::object{{"type", "object"}, {"properties", json::object{{"b", nested(3, "a longer description")}}}};
    auto const schema =
        portable_schema(json::object{{"properties", json::object{{"a", json::object{{"properties", many}}}}}});
    EXPECT_LE(json::to_text(schema).size(), 8U * 1024);
    EXPECT_TRUE(schema.at("properties").as_object().contains("a"));
}

TEST(PortableSchemaBounds, TakeNoDefaultFromFarBelow)
{
    auto const schema =
        *json::parse(R"({"properties":{"a":{"type":"object","properties":{"b":{"type":"integer","default":1}}}}})");
    EXPECT_FALSE(
        portable_schema(schema).at("properties").at("a").at("properties").at("b").as_object().contains("default"));
}

TEST(PortableSchemaRoot, IsAnObjectWhateverWasGiven)
{
    EXPECT_EQ(json::to_text(portable_schema(json::object{{"type", "string"}})), R"({"type":"object","properties":{}})");
}

} // namespace
} // namespace sluice::schema
