// Conditions over a vendor's answer, and the parts of a definition that say what its errors are.
#include "catalog/condition.hpp"
#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::catalog {
namespace {

using namespace test;

/// The desk whose manifest says this about errors.
Result<IntegrationPtr> desk_with(std::string const& lines)
{
    return compile_text(replaced(kManifest, "tool_tags:", lines + "\ntool_tags:"), kDocument);
}

struct Case {
    std::string name;
    std::string condition;
    std::string answer;
    bool holds;
};

class Conditions : public ::testing::TestWithParam<Case> {};

TEST_P(Conditions, HoldOrNot)
{
    auto const compiled = desk_with("error_expression: " + GetParam().condition);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& condition = (*compiled)->find("tickets", "get")->error_when;
    ASSERT_TRUE(condition);
    EXPECT_EQ(condition->holds(*json::parse(GetParam().answer)), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(
    All, Conditions,
    ::testing::Values(
        Case{"Equal", "{path: ok, equals: false}", R"({"ok":false})", true},
        Case{"NotEqual", "{path: ok, equals: false}", R"({"ok":true})", false},
        Case{"TextIsNoBool", "{path: ok, equals: false}", R"({"ok":"false"})", false},
        Case{"AbsentIsNotFalse", "{path: ok, equals: false}", "{}", false},
        Case{"AbsentIsNull", "{path: code, equals: null}", "{}", true},
        Case{"Null", "{path: code, equals: null}", R"({"code":null})", true},
        Case{"NumbersByValue", "{path: code, equals: 5}", R"({"code":5.0})", true},
        Case{"ATextIsNoNumber", "{path: code, equals: 5}", R"({"code":"5"})", false},
        Case{"LargeNumbersExactly", "{path: code, equals: 9007199254740993}", R"({"code":9007199254740992})", false},
        Case{"AnEmptyText", "{path: code, equals: ''}", R"({"code":""})", true},
        Case{"OneOf", "{path: a.b, in: [x, 7]}", R"({"a":{"b":7}})", true},
        Case{"NoneOf", "{path: a.b, in: [x, 7]}", R"({"a":{"b":8}})", false},
        Case{"AListIsNoValue", "{path: a, in: [x, null]}", R"({"a":[]})", false},
        Case{"Exists", "{path: errors, exists: true}", R"({"errors":[1]})", true},
        Case{"ExistsAsFalse", "{path: errors, exists: true}", R"({"errors":false})", true},
        Case{"ExistsAsZero", "{path: errors, exists: true}", R"({"errors":0})", true},
        Case{"AnEmptyListIsNothing", "{path: errors, exists: true}", R"({"errors":[]})", false},
        Case{"AnEmptyObjectIsNothing", "{path: errors, exists: true}", R"({"errors":{}})", false},
        Case{"AnEmptyTextIsNothing", "{path: errors, exists: true}", R"({"errors":""})", false},
        Case{"NullIsNothing", "{path: errors, exists: true}", R"({"errors":null})", false},
        Case{"Missing", "{path: data, exists: false}", R"({"errors":[1]})", true},
        Case{"NotMissing", "{path: data, exists: false}", R"({"data":{"a":1}})", false},
        Case{"AtAPosition", "{path: 'results[1].ok', equals: false}", R"({"results":[{"ok":true},{"ok":false}]})",
             true},
        Case{"BehindTheEnd", "{path: 'results[2].ok', equals: false}", R"({"results":[{"ok":false}]})", false},
        Case{"AtTheRoot", "{path: '[0].success', equals: false}", R"([{"success":false}])", true},
        Case{"ANameInAList", "{path: results.ok, exists: true}", R"({"results":[{"ok":true}]})", false},
        Case{"APositionInAnObject", "{path: 'a[0]', exists: true}", R"({"a":{"0":1}})", false},
        Case{"NoStructureAtAll", "{path: ok, exists: true}", "5", false},
        Case{"And", "{and: [{path: a, equals: 1}, {path: b, equals: 2}]}", R"({"a":1,"b":2})", true},
        Case{"AndButOne", "{and: [{path: a, equals: 1}, {path: b, equals: 2}]}", R"({"a":1,"b":3})", false},
        Case{"Or", "{or: [{path: a, equals: 1}, {path: b, equals: 2}]}", R"({"a":0,"b":2})", true},
        Case{"OrOfNone", "{or: [{path: a, equals: 1}, {path: b, equals: 2}]}", "{}", false},
        Case{"Not", "{not: {path: status, in: [ok, pending]}}", R"({"status":"failed"})", true},
        Case{"NotNot", "{not: {not: {path: a, equals: 1}}}", R"({"a":1})", true}),
    [](auto const& param) { return param.param.name; });

struct Mistake {
    std::string name;
    std::string lines;
    std::string path;
    std::string text;
};

class ErrorMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ErrorMistakes, AreTold)
{
    auto const compiled = desk_with(GetParam().lines);
    ASSERT_FALSE(compiled);
    auto const is_it = [&](FieldFailure const& failure) {
        return failure.path.ends_with(" " + GetParam().path) && failure.message.contains(GetParam().text);
    };
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), is_it)) << compiled.error().public_detail();
}

std::string nested(int depth)
{
    std::string text = "{path: a, equals: 1}";
    for (int i = 1; i < depth; ++i)
        text = "{not: " + text + "}";
    return text;
}

std::string listed(int count)
{
    std::string text = "{or: [";
    for (int i = 0; i < count; ++i)
        text += "{path: a, equals: 1}, ";
    return text + "]}";
}

INSTANTIATE_TEST_SUITE_P(
    All, ErrorMistakes,
    ::testing::Values(
        Mistake{"JSONata", "error_expression: \"$not(ok)\"", "error_expression",
                "Conditions are data: write {path: ok, equals: false}"},
        Mistake{"JSONataInside", "error_expression: {or: [{path: a, equals: 1}, \"b = 2\"]}", "error_expression.or[1]",
                "is a text. Conditions are data"},
        Mistake{"AList", "error_expression: [{path: a, equals: 1}]", "error_expression",
                "must be a condition, such as"},
        Mistake{"True", "error_expression: true", "error_expression", "must be a condition, such as"},
        Mistake{"Nothing", "error_expression: {}", "error_expression", "must be a condition, such as"},
        Mistake{"TwoGroups", "error_expression: {and: [{path: a, equals: 1}], or: [{path: a, equals: 1}]}",
                "error_expression", "must be a condition, such as"},
        Mistake{"AnEmptyGroup", "error_expression: {and: []}", "error_expression.and", "must be a list of conditions"},
        Mistake{"NoTest", "error_expression: {path: ok}", "error_expression", "must have one of equals, in, exists"},
        Mistake{"TwoTests", "error_expression: {path: ok, equals: 1, exists: true}", "error_expression",
                "must have one of equals, in, exists"},
        Mistake{"ATestAndAGroup", "error_expression: {path: ok, equals: 1, not: {path: a, equals: 1}}",
                "error_expression.not", "is not a key here"},
        Mistake{"AnotherKey", "error_expression: {path: ok, equal: false}", "error_expression.equal",
                "is not a key here"},
        Mistake{"AnEmptyPath", "error_expression: {path: '', equals: 1}", "error_expression.path", "must be a place"},
        Mistake{"AHole", "error_expression: {path: a..b, equals: 1}", "error_expression.path", "must be a place"},
        Mistake{"AnEnd", "error_expression: {path: a., equals: 1}", "error_expression.path", "must be a place"},
        Mistake{"NoPosition", "error_expression: {path: 'a[x]', equals: 1}", "error_expression.path",
                "must be a place"},
        Mistake{"AnOpenBracket", "error_expression: {path: 'a[1', equals: 1}", "error_expression.path",
                "must be a place"},
        Mistake{"ATextBehindABracket", "error_expression: {path: 'a[1]b', equals: 1}", "error_expression.path",
                "must be a place"},
        Mistake{"TooDeepAPath", "error_expression: {path: a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a, equals: 1}",
                "error_expression.path", "must be a place"},
        Mistake{"TooLongAPath", "error_expression: {path: " + std::string(201, 'a') + ", equals: 1}",
                "error_expression.path", "must be a place"},
        Mistake{"EqualToAList", "error_expression: {path: a, equals: [1]}", "error_expression.equals",
                "must be text, number, true, false or null"},
        Mistake{"InNoList", "error_expression: {path: a, in: 1}", "error_expression.in", "must be a list of 1 to 100"},
        Mistake{"InNothing", "error_expression: {path: a, in: []}", "error_expression.in",
                "must be a list of 1 to 100"},
        Mistake{"ExistsPerhaps", "error_expression: {path: a, exists: maybe}", "error_expression.exists",
                "must be true or false"},
        Mistake{"TooDeep", "error_expression: " + nested(9), "error_expression.not.not.not.not.not.not.not.not",
                "8 deep"},
        Mistake{"TooMany", "error_expression: " + listed(64), "error_expression.or[63]", "64 parts"},
        Mistake{"NoPlace", "errors: {message: 5}", "errors.message", "must be a place in the answer"},
        Mistake{"OneOfThePlaces", "errors: {code: [error.code, '']}", "errors.code", "must be a place in the answer"},
        Mistake{"NoErrorStatus", "errors: {status: 200}", "errors.status", "must be an HTTP status from 400 to 599"},
        Mistake{"StatusOfACode", "errors: {status: {codes: {gone: 200}}}", "errors.status.codes.gone",
                "must be an HTTP status from 400 to 599"},
        Mistake{"StatusInWords", "errors: {status: {default: bad}}", "errors.status.default",
                "must be an integer from 400 to 599"},
        Mistake{"AnotherPick", "errors: {title: a}", "errors.title", "is not a key here"}),
    [](auto const& param) { return param.param.name; });

TEST(ErrorExpression, MayBeAsDeepAndAsLargeAsItsBounds)
{
    EXPECT_TRUE(desk_with("error_expression: " + nested(8)));
    EXPECT_TRUE(desk_with("error_expression: " + listed(63)));
}

TEST(ErrorExpression, OfAMethodTakesThePlaceOfTheRoots)
{
    auto manifest = replaced(kManifest, "tool_tags:", "error_expression: {path: ok, equals: false}\ntool_tags:");
    manifest = replaced(manifest, "get: {operation: get-ticket}",
                        "get: {operation: get-ticket, error_expression: {path: found, equals: false}}");
    manifest = replaced(manifest, "create: {operation: create-ticket}",
                        "create: {operation: create-ticket, error_expression: null}");
    auto const compiled = compile_text(manifest, kDocument);
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const when = [&](std::string_view name) { return (*compiled)->find("tickets", name)->error_when; };
    EXPECT_TRUE(when("list")->holds(*json::parse(R"({"ok":false})")));
    EXPECT_TRUE(when("get")->holds(*json::parse(R"({"found":false})")));
    EXPECT_FALSE(when("get")->holds(*json::parse(R"({"ok":false})")));
    EXPECT_FALSE(when("create"));
    EXPECT_FALSE(desk()->find("tickets", "list")->error_when);
}

TEST(ErrorExpression, MayBeOverridden)
{
    auto const source = [](std::string_view text) { return *documents::read_source("integration.yaml", text); };
    Definition const definition{source(kManifest), source(kDocument)};
    auto const compiled_with = [&](std::string_view override) {
        auto const overridden = with_override(definition, json::parse(override)->as_object());
        return overridden ? compile(*overridden, builtin_id("desk")) : Result<IntegrationPtr>(overridden.error());
    };
    auto const compiled = compiled_with(R"({"error_expression":{"path":"ok","equals":false}})");
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    EXPECT_TRUE((*compiled)->find("tickets", "get")->error_when->holds(*json::parse(R"({"ok":false})")));
    EXPECT_FALSE(compiled_with(R"j({"error_expression":"$not(ok)"})j"));
}

TEST(ErrorPicks, ReadPlacesAndStatuses)
{
    auto const compiled = desk_with("errors: {message: error.text, code: [a, 'b[0].c'], fields: error.data,\n"
                                    "  status: {codes: {gone: 404}, path: error.status, default: 400}}");
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& errors = (*compiled)->errors;
    EXPECT_EQ(errors.message.size(), 1U);
    EXPECT_EQ(errors.code.size(), 2U);
    EXPECT_EQ(errors.fields.size(), 1U);
    EXPECT_EQ(errors.status.size(), 1U);
    EXPECT_EQ(errors.status_by_code.at("gone"), 404);
    EXPECT_EQ(errors.default_status, 400);
    EXPECT_EQ((*desk_with("errors: {status: 409}"))->errors.default_status, 409);
    EXPECT_EQ(desk()->errors.default_status, 422);
}

} // namespace
} // namespace sluice::catalog
