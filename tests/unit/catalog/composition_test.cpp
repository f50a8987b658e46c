#include "catalog/composition.hpp"

#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

Template text(std::string_view source)
{
    return *Template::parse(source);
}
ValueTemplate value(std::string_view source)
{
    return *ValueTemplate::parse(*json::parse(source));
}

/// The value of a step as JSON; `none`, or the refusal.
std::string worked_out(decltype(CompositionStep::what) what, std::string_view values, When when = {})
{
    auto const made = value_of({"it", std::move(when), std::move(what)}, *json::parse(values));
    if (!made)
        return made.error().public_detail();
    return *made ? json::to_text(**made) : "none";
}

TEST(Composition, AConditionNeedsAllOfIt)
{
    auto const values = *json::parse(R"({"arguments":{"public":true,"kind":"b","empty":null}})");
    auto const holds = [&](When const& condition) { return condition.holds(values); };
    EXPECT_TRUE(holds({}));
    EXPECT_TRUE(holds({{{"arguments.public", {true}}}, {}, {}}));
    EXPECT_FALSE(holds({{{"arguments.public", {false}}}, {}, {}}));
    EXPECT_TRUE(holds({{{"arguments.kind", {"a", "b"}}}, {}, {}}));
    EXPECT_FALSE(holds({{{"arguments.none", {nullptr}}}, {}, {}}));
    EXPECT_TRUE(holds({{}, {"arguments.kind"}, {"arguments.empty", "arguments.none"}}));
    EXPECT_FALSE(holds({{}, {"arguments.empty"}, {}}));
    EXPECT_FALSE(holds({{}, {}, {"arguments.kind"}}));
}

TEST(Composition, PicksAnElementOfAList)
{
    auto const list =
        R"({"steps":{"list":[{"n":1,"own":{"x":true}},{"n":2,"own":{"x":true}},{"n":3,"own":{"x":false}}]}})";
    EXPECT_EQ(worked_out(PickStep{"steps.list", value(R"({"own.x":true})"), false}, list),
              R"({"n":2,"own":{"x":true}})");
    EXPECT_EQ(worked_out(PickStep{"steps.list", value("{}"), true}, list), R"({"n":1,"own":{"x":true}})");
    EXPECT_EQ(worked_out(PickStep{"steps.list", value(R"({"n":9})"), true}, list), "none");
    EXPECT_EQ(worked_out(PickStep{"steps.list", value(R"({"n":"{{steps.list_n}}"})"), true},
                         R"({"steps":{"list_n":3,"list":[{"n":2},{"n":3}]}})"),
              R"({"n":3})");
    EXPECT_EQ(worked_out(PickStep{"steps.other", value("{}"), false}, list), "none");
}

TEST(Composition, LooksUpAMemberByAName)
{
    auto const values = R"({"steps":{"options":{"email":{"answerable":false}},"channel":"email"}})";
    EXPECT_EQ(worked_out(LookUpStep{"steps.options", value(R"("{{steps.channel}}")")}, values),
              R"({"answerable":false})");
    EXPECT_EQ(worked_out(LookUpStep{"steps.options", value(R"("sms")")}, values), "none");
}

TEST(Composition, ChoosesTheFirstCaseThatHasAValue)
{
    ChooseStep choice;
    choice.cases.push_back({{{{"arguments.unassign", {"user"}}}, {}, {}}, value("null")});
    choice.cases.push_back({{}, value(R"({"id":"{{arguments.user?}}"})")});
    choice.cases.push_back({{}, value(R"("nobody")")});
    EXPECT_EQ(worked_out(choice, R"({"arguments":{"unassign":"user"}})"), "null");
    EXPECT_EQ(worked_out(choice, R"({"arguments":{"user":7}})"), R"({"id":7})");
    EXPECT_EQ(worked_out(choice, R"({"arguments":{}})"), R"("nobody")");
}

TEST(Composition, RefusesWhatItsConditionSays)
{
    RefuseStep const refusal{"public", text("cannot be true on {{steps.channel}}")};
    When const when{{{"arguments.public", {true}}}, {}, {}};
    EXPECT_EQ(worked_out(refusal, R"({"arguments":{"public":false},"steps":{"channel":"phone"}})", when), "none");
    EXPECT_NE(worked_out(refusal, R"({"arguments":{"public":true},"steps":{"channel":"phone"}})", when)
                  .find("cannot be true on phone"),
              std::string::npos);
}

std::string expressed(ExpressionStep::Quoting quoting, std::string_view values)
{
    ExpressionStep step;
    step.quoting = quoting;
    step.join = " && ";
    step.clauses.push_back({{{}, {"arguments.a"}, {}}, text("eq(a, {{arguments.a}})")});
    step.clauses.push_back({{{}, {"arguments.b"}, {}}, text("in(b, {{arguments.b}})")});
    return worked_out(step, values);
}

TEST(Composition, WritesAnExpressionThatNoValueCanEnd)
{
    using enum ExpressionStep::Quoting;
    EXPECT_EQ(expressed(json, R"({"arguments":{}})"), "none");
    EXPECT_EQ(expressed(json, R"({"arguments":{"a":"x","b":["y",2]}})"), R"x("eq(a, \"x\") && in(b, [\"y\",2])")x");
    EXPECT_EQ(expressed(json, R"x({"arguments":{"a":"\") || eq(b, \"x"}})x"), R"x("eq(a, \"\\\") || eq(b, \\\"x\")")x");
    EXPECT_EQ(expressed(backslash, R"x({"arguments":{"a":"it's \\ \"x\"","b":["y",2]}})x"),
              R"x("eq(a, 'it\\'s \\\\ \"x\"') && in(b, 'y', 2)")x");
    EXPECT_EQ(expressed(doubled, R"x({"arguments":{"a":"it's \\ x"}})x"), R"x("eq(a, 'it''s \\ x')")x");
}

TEST(ValueTemplate, LeavesOutWhatIsOptionalAndAbsent)
{
    auto const values = *json::parse(R"({"a":{"name":null,"id":7}})");
    auto const made = [&](std::string_view source) {
        auto const rendered = value(source).render_if_there(values);
        if (!rendered)
            return rendered.error().public_detail();
        return *rendered ? json::to_text(**rendered) : std::string("none");
    };
    EXPECT_EQ(made(R"({"id":"{{a.id?}}","none":"{{a.none?}}","name":"{{a.name?}}"})"), R"({"id":7,"name":null})");
    EXPECT_EQ(made(R"({"to":{"id":"{{a.none?}}"},"list":["{{a.none?}}"],"kept":{}})"), R"({"kept":{}})");
    EXPECT_EQ(made(R"("{{a.none?}}")"), "none");
    EXPECT_NE(made(R"("{{a.none}}")").find("is required"), std::string::npos);
    EXPECT_EQ(value(R"({"to":"{{a.none?}}"})").paths(), std::vector<std::string>{"a.none"});
    EXPECT_EQ(json::to_text(*value(R"({"to":"{{a.none?}}"})").render(values)), "{}");
}

struct Mistake {
    std::string name;
    std::string steps;
    std::string path;
    std::string message;
};

/// A composed method of a desk.
Result<IntegrationPtr> composed(std::string const& steps)
{
    return compile_text(
        replaced(kManifest, "create: {operation: create-ticket}",
                 "create: {operation: create-ticket}\n"
                 "      work: {title: Work, description: Works., arguments: {required: [id], properties: "
                 "{id: {type: integer}, status: {same_as: tickets.update.status}}}, steps: " +
                     steps + "}"),
        kDocument);
}

class CompositionMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(CompositionMistakes, AreTold)
{
    auto const compiled = composed(GetParam().steps);
    ASSERT_FALSE(compiled);
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), [](FieldFailure const& failure) {
        return failure.path.find(GetParam().path) != std::string::npos &&
               failure.message.find(GetParam().message) != std::string::npos;
    })) << compiled.error().public_detail();
}

constexpr auto kWrite = R"({request: {method: tickets.update, arguments: {id: "{{arguments.id}}"}}})";

INSTANTIATE_TEST_SUITE_P(
    All, CompositionMistakes,
    ::testing::Values(
        Mistake{"NoCall", "[{choose: {as: x, cases: [{value: 1}]}}]", "steps", "must have a request"},
        Mistake{"NoSteps", "[]", "steps", "a list of one to"},
        Mistake{"OnlyValues", R"([{request: {method: tickets.get, arguments: {id: 1}, as: x}}])", "steps",
                "must have a request"},
        Mistake{"UnknownArgument", R"([{request: {method: tickets.update, arguments: {id: 1, colour: red}}}])",
                "arguments.colour", "is no argument"},
        Mistake{"NoPathArgument", R"([{request: {method: tickets.update, arguments: {status: open}}}])", "arguments",
                "must give id"},
        Mistake{"TwoResults",
                R"([{request: {method: tickets.update, result: true, arguments: {id: 1}}},
                    {request: {method: tickets.delete, result: true, arguments: {id: 1}}}])",
                "request.result", "is true of another"},
        Mistake{"ABadName", std::string("[{choose: {as: a.b, cases: [{value: 1}]}}, ") + kWrite + "]", "as",
                "must be a name"},
        Mistake{"NoKey", std::string("[{look_up: {in: arguments.id, as: x}}, ") + kWrite + "]", "key", "is required"},
        Mistake{"NoKind", std::string("[{when: {}}, ") + kWrite + "]", "steps[0]", "must have one of"},
        Mistake{"TwoKinds", "[{pick: {from: arguments.id, as: x}, request: {method: tickets.get}}]", "steps[0]",
                "must have one of"},
        Mistake{"UnknownMethod", "[{request: {method: tickets.fly}}]", "request.method", "names no method"},
        Mistake{"UnknownValue", R"([{request: {method: tickets.get, arguments: {id: "{{arguments.other}}"}}}])",
                "arguments", "reads arguments.other"},
        Mistake{"LaterValue", std::string(R"([{choose: {as: x, cases: [{value: "{{steps.y}}"}]}}, )") + kWrite + "]",
                "cases[0]", "reads steps.y"},
        Mistake{"ReadAfterWrite",
                std::string("[") + kWrite + R"(, {request: {method: tickets.get, arguments: {id: 1}, as: x}}])",
                "request.method", "reads after a write"}),
    [](auto const& mistake) { return mistake.param.name; });

TEST(Composition, TakesWhatTheCalledMethodsNeedAndAreFearedFor)
{
    auto const compiled =
        composed(std::string("[{request: {method: tickets.get, arguments: {id: \"{{arguments.id}}\"}, "
                             "as: ticket}}, ") +
                 kWrite + "]");
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& work = *(*compiled)->find_callable("tickets", "work");
    auto const& update = *(*compiled)->find("tickets", "update");
    EXPECT_EQ((*compiled)->find("tickets", "work"), nullptr);
    EXPECT_EQ(work.access, Access::write);
    EXPECT_EQ(work.tool_name, "desk_tickets_work");
    for (auto const& tag : update.tags)
        EXPECT_NE(std::ranges::find(work.tags, tag), work.tags.end()) << tag;
    EXPECT_EQ(work.body.schema.at("properties").at("status"), update.body.schema.at("properties").at("status"));
}

} // namespace
} // namespace sluice::catalog
