#include "schema/schema.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sluice::schema {
namespace {

Schema compiled(std::string_view schema)
{
    auto result = Schema::compile(*json::parse(schema));
    EXPECT_TRUE(result) << result.error().public_detail();
    return result ? *std::move(result) : Schema();
}

std::vector<FieldFailure> failures_of(std::string_view schema, std::string_view value)
{
    return compiled(schema).validate(*json::parse(value));
}

struct Judged {
    std::string name;
    std::string schema;
    std::string value;
    std::string mistake; ///< Path and message; empty: it fits.
};

class SchemaRules : public ::testing::TestWithParam<Judged> {};

TEST_P(SchemaRules, SayInOurWordsWhatIsBroken)
{
    auto const failures = failures_of(GetParam().schema, GetParam().value);
    if (GetParam().mistake.empty()) {
        EXPECT_TRUE(failures.empty()) << failures.front().path << ' ' << failures.front().message;
        return;
    }
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_EQ(failures.front().path + ' ' + failures.front().message, GetParam().mistake);
}

INSTANTIATE_TEST_SUITE_P(
    All, SchemaRules,
    ::testing::Values(
        // An integer is a number whose fraction is zero (JSON Schema validation 6.1.1), however it is written.
        Judged{"IntegerWithZeroFraction", R"({"type":"integer","minimum":1})", "7.0", ""},
        Judged{"IntegerWithExponent", R"({"type":"integer"})", "1e3", ""},
        Judged{"IntegerOf64Bits", R"({"type":"integer"})", "18446744073709551615", ""},
        Judged{"IntegerBeyond64Bits", R"({"type":"integer"})", "1e22", ""},
        Judged{"NegativeIntegerWithZeroFraction", R"({"type":["integer","null"]})", "-3.0", ""},
        Judged{"NumberThatIsAnInteger", R"({"type":"number"})", "7", ""},
        Judged{"Fraction", R"({"type":"integer"})", "7.5", " must be an integer, not number"},
        Judged{"HugeNumberIsNoString", R"({"type":"string"})", "1e300", " must be a string, not integer"},
        Judged{"EnumOfIntegers", R"({"enum":[1,2]})", "2.0", ""},
        Judged{"ConstOfAnInteger", R"({"const":1})", "1.0", ""},
        Judged{"NotInEnum", R"({"enum":["open","closed"]})", R"("opn")",
               R"( must be one of "open", "closed"; did you mean open?)"},
        Judged{"NotTheConst", R"({"const":{"a":1}})", R"({"a":2})", R"( must be {"a":1})"},
        Judged{"ConstBesideEnum", R"({"const":2,"enum":[1,2]})", "1", " must be 2"},
        Judged{"EnumBesideConst", R"({"enum":[1],"const":2})", "2", " must be one of 1"},
        Judged{"ConstWhateverTheOrder", R"({"const":{"a":1,"b":2}})", R"({"b":2,"a":1})", ""},
        Judged{"Minimum", R"({"minimum":0.5})", "0.4", " must be at least 0.5"},
        Judged{"Maximum", R"({"maximum":5})", "6", " must be at most 5"},
        Judged{"ExclusiveMinimum", R"({"exclusiveMinimum":0})", "0", " must be greater than 0"},
        Judged{"ExclusiveMaximum", R"({"exclusiveMaximum":0})", "0", " must be less than 0"},
        Judged{"MultipleOf", R"({"multipleOf":0.01})", "19.99", ""},
        Judged{"NoMultiple", R"({"multipleOf":5})", "7", " must be a multiple of 5"},
        Judged{"MinLength", R"({"minLength":2})", R"("ü")", " must have at least 2 characters"},
        Judged{"MaxLength", R"({"maxLength":2})", R"("üüü")", " must have at most 2 characters"},
        Judged{"Pattern", R"({"pattern":"^[a-z]+$"})", R"("A")", " must match the pattern ^[a-z]+$"},
        Judged{"MinItems", R"({"minItems":1})", "[]", " must have at least 1 items"},
        Judged{"MaxItems", R"({"maxItems":1})", "[1,2]", " must have at most 1 items"},
        Judged{"UniqueItems", R"({"uniqueItems":true})", R"([{"a":1,"b":2},3,{"b":2,"a":1.0}])",
               "[2] must not be the same as an item before it"},
        Judged{"UniqueItemsThatDiffer", R"({"uniqueItems":true})", R"([1,"1",true,[1],{"a":1},null])", ""},
        Judged{"Item", R"({"items":{"type":"string"}})", R"(["a",1])", "[1] must be a string, not integer"},
        Judged{"MinProperties", R"({"minProperties":1})", "{}", " must have at least 1 members"},
        Judged{"MaxProperties", R"({"maxProperties":0})", R"({"a":1})", " must have at most 0 members"},
        Judged{"Required", R"({"required":["a"]})", "{}", "a is required"},
        Judged{"Unknown", R"({"properties":{"status":{}},"additionalProperties":false})", R"({"statsu":1})",
               "statsu is not known here; did you mean status?"},
        Judged{"NothingKnown", R"({"additionalProperties":false})", R"({"a":1})",
               "a is not known here; nothing is allowed here"},
        Judged{"AdditionalOfASchema", R"({"additionalProperties":{"type":"string"}})", R"({"a":{"b":1}})",
               "a must be a string, not object"},
        Judged{"PropertyName", R"({"propertyNames":{"maxLength":2}})", R"({"abc":1})",
               "abc has a name that must have at most 2 characters"},
        Judged{"AnyOf", R"({"anyOf":[{"type":"integer"},{"enum":["me"]}]})", R"("you")",
               R"( must be an integer, or one of "me", not string)"},
        Judged{"AnyOfWithOneObject", R"({"anyOf":[{"type":"string"},{"type":"object","required":["id"]}]})", "{}",
               "id is required"},
        Judged{"PatternInAForm", R"({"anyOf":[{"pattern":"^a"},{"type":"null"}]})", R"("b")",
               " must be another form, or a null, not string"},
        Judged{"PatternOfAdditional", R"({"additionalProperties":{"pattern":"^a"}})", R"({"x":"b"})",
               "x must match the pattern ^a"},
        Judged{"OneOfNone", R"({"oneOf":[{"type":"string"},{"type":"null"}]})", "1",
               " must be a string, or a null, not integer"},
        Judged{"OneOfTwo", R"({"oneOf":[{"type":"number"},{"type":"integer"}]})", "1",
               " must fit only one of a number, or an integer; it fits 2"},
        Judged{"AllOf", R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4", " must be at most 3"},
        Judged{"Not", R"({"not":{"type":"null"}})", "null", " must not be a null"},
        Judged{"Deep", R"({"properties":{"to":{"items":{"properties":{"address":{"type":"string"}}}}}})",
               R"({"to":[{},{"address":5}]})", "to[1].address must be a string, not integer"}),
    [](auto const& param) { return param.param.name; });

struct Malformed {
    std::string name;
    std::string schema;
};

class MalformedSchemas : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedSchemas, AreRefusedWhenTheyAreCompiled)
{
    EXPECT_FALSE(Schema::compile(*json::parse(GetParam().schema)));
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedSchemas,
    ::testing::Values(Malformed{"NoSchema", "5"}, Malformed{"UnknownType", R"({"type":"text"})"},
                      Malformed{"TypeIsANumber", R"({"type":5})"}, Malformed{"EnumIsNoList", R"({"enum":"a"})"},
                      Malformed{"RequiredIsNoList", R"({"required":true})"},
                      Malformed{"PropertiesAreAList", R"({"properties":[]})"},
                      Malformed{"ItemsAreAList", R"({"items":[]})"}, Malformed{"NegativeLength", R"({"minLength":-1})"},
                      Malformed{"LengthIsText", R"({"maxItems":"5"})"},
                      Malformed{"MinimumIsText", R"({"minimum":"5"})"}, Malformed{"NoBranches", R"({"anyOf":{}})"},
                      Malformed{"MultipleOfZero", R"({"multipleOf":0})"}, Malformed{"BadPattern", R"({"pattern":"("})"},
                      Malformed{"Below", R"({"properties":{"a":{"type":"text"}}})"}),
    [](auto const& param) { return param.param.name; });

TEST(SchemaBounds, TellTwentyMistakesAndHowManyMoreThereAre)
{
    std::string text = "{";
    for (int i = 0; i < 300'000; ++i)
        text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    auto const value = *json::parse(text + "}", {.max_bytes = 8 << 20});
    auto const schema = compiled(R"({"properties":{"member":{}},"additionalProperties":false})");
    auto const failures = schema.validate(value);
    ASSERT_EQ(failures.size(), 21U);
    EXPECT_EQ(failures.back().path, "");
    EXPECT_EQ(failures.back().message, "and 299980 more mistakes");
}

/// Generous, as the machine may be busy and the build slow; what is quadratic takes minutes.
constexpr std::chrono::seconds kLinear{60};

TEST(SchemaBounds, FindDoublesAmongManyItemsInLinearTime)
{
    json::array items;
    for (int i = 0; i < 200'000; ++i)
        items.emplace_back(i);
    auto const schema = compiled(R"({"items":{"type":"integer"},"uniqueItems":true})");
    auto const begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(schema.validate(json::value(items)).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kLinear);
    items.emplace_back(7);
    EXPECT_EQ(schema.validate(json::value(items)).front().path, "[200000]");
}

TEST(SchemaBounds, LookUpWhatIsInALongListOfValues)
{
    json::array values;
    for (int i = 0; i < 100'000; ++i)
        values.emplace_back("value " + std::to_string(i));
    json::array items;
    for (int i = 0; i < 200'000; ++i)
        items.emplace_back("value " + std::to_string(i % 100'000));
    auto const schema = Schema::compile(json::object{{"items", json::object{{"enum", values}}}});
    ASSERT_TRUE(schema);
    auto const begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(schema->validate(json::value(items)).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kLinear);
}

TEST(SchemaBounds, GiveUpOnWhatWouldTakeTooLong)
{
    // Every item is tried in every branch of a definition: a tenant writes both.
    json::array branches;
    for (int i = 0; i < 20'000; ++i)
        branches.push_back(json::object{{"const", i}});
    json::array items;
    for (int i = 0; i < 100'000; ++i)
        items.emplace_back(-1);
    auto const schema = Schema::compile(json::object{{"items", json::object{{"anyOf", branches}}}});
    ASSERT_TRUE(schema);
    auto const begun = std::chrono::steady_clock::now();
    auto const failures = schema->validate(json::value(items));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kLinear);
    ASSERT_FALSE(failures.empty());
    EXPECT_EQ(failures.back().message, "is too much to be checked at once; send less");
}

TEST(Schema, RunsPatternsInLinearTimeOnAnyInput)
{
    auto const schema = Schema::compile(*json::parse(R"({"type":"string","pattern":"^(a+)+$"})"));
    ASSERT_TRUE(schema);
    EXPECT_FALSE(schema->validate(json::value(std::string(100'000, 'a') + "!")).empty());
    EXPECT_TRUE(schema->validate(json::value(std::string(100'000, 'a'))).empty());
}

} // namespace
} // namespace sluice::schema
