#include "schema/schema.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::schema {
namespace {

struct Refused {
    std::string name;
    std::string schema;
    std::string failure; ///< Path and message; empty: it is taken.
};

std::vector<FieldFailure> problems_of(json::value const& schema)
{
    documents::Problems problems;
    check_keywords(schema, documents::source_of("f", {}), "s", problems);
    return problems.take();
}

class Keywords : public ::testing::TestWithParam<Refused> {};

TEST_P(Keywords, AreThoseThatAreEnforced)
{
    auto const problems = problems_of(*json::parse(GetParam().schema));
    if (GetParam().failure.empty()) {
        EXPECT_TRUE(problems.empty()) << problems.front().path << ' ' << problems.front().message;
        return;
    }
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().path + ": " + problems.front().message, GetParam().failure);
}

constexpr auto kNotEnforced = ": is a keyword that would not be enforced; leave it out or use one that is";

INSTANTIATE_TEST_SUITE_P(
    All, Keywords,
    ::testing::Values(
        Refused{"All", R"({"type":"object","title":"t","format":"x","x-own":1,"deprecated":true,"minProperties":1,
                "properties":{"a":{"enum":[1]}},"additionalProperties":false,"not":{"const":1},
                "anyOf":[{"items":{"pattern":"^a$"}}]})",
                ""},
        Refused{"NoSchema", "true", "f s: must be a schema object"},
        Refused{"Unknown", R"({"prefixItems":[]})", std::string("f s.prefixItems") + kNotEnforced},
        Refused{"UnknownBelow", R"({"properties":{"a":{"items":{"contains":{}}}}})",
                std::string("f s.properties.a.items.contains") + kNotEnforced},
        Refused{"UnknownInABranch", R"({"oneOf":[{},{"if":{}}]})", std::string("f s.oneOf[1].if") + kNotEnforced},
        Refused{"Reference", R"({"$ref":"#/x"})",
                "f s.$ref: could not be resolved; only #/components/schemas/<name> is allowed, and no recursion"},
        Refused{"PropertiesAreAList", R"({"properties":[]})", "f s.properties: must be an object of schemas"},
        Refused{"ItemsAreAFlag", R"({"items":true})", "f s.items: must be a schema object"},
        Refused{"AdditionalAreText", R"({"additionalProperties":"a"})",
                "f s.additionalProperties: must be a schema object"},
        Refused{"NamesAreText", R"({"propertyNames":"a"})", "f s.propertyNames: must be a schema object"},
        Refused{"NoBranches", R"({"allOf":[]})", "f s.allOf: must be a non-empty list of schemas"},
        Refused{"BranchesAreNoList", R"({"anyOf":{}})", "f s.anyOf: must be a non-empty list of schemas"},
        Refused{"PatternIsNoText", R"({"pattern":5})", "f s.pattern: must be a pattern of at most 1000 characters"},
        Refused{"PatternLooksBack", R"({"pattern":"(a)\\1"})",
                "f s.pattern: is not a pattern RE2 can run in linear time: invalid escape sequence: \\1"}),
    [](auto const& param) { return param.param.name; });

TEST(KeywordBounds, ArePatternsOfAThousandCharacters)
{
    EXPECT_TRUE(problems_of(json::object{{"pattern", std::string(1000, 'a')}}).empty());
    EXPECT_FALSE(problems_of(json::object{{"pattern", std::string(1001, 'a')}}).empty());
}

TEST(KeywordBounds, AreTwentyFourSchemasInOneAnother)
{
    auto const nested = [](int depth) {
        json::value schema = json::object{};
        for (int i = 0; i < depth; ++i)
            schema = json::object{{"items", std::move(schema)}};
        return schema;
    };
    EXPECT_TRUE(problems_of(nested(24)).empty());
    ASSERT_EQ(problems_of(nested(25)).size(), 1U);
    EXPECT_EQ(problems_of(nested(25)).front().message, "is nested deeper than 24 schemas");
}

} // namespace
} // namespace sluice::schema
