#include "toolcalls/plan.hpp"

#include "support/desk_calls.hpp"
#include "toolcalls/tool_calls.hpp"
#include "tools/arguments.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

using catalog::test::replaced;
using test::must;

constexpr auto kWork = R"(create: {operation: create-ticket}
      work:
        title: Work
        description: Reads a ticket, changes it, and may make another.
        arguments:
          required: [id]
          properties: {id: {type: integer}, subject: {type: string}, status: {type: string}}
        steps:
          - refuse: {at: status, message: "is required"}
            absent: [arguments.status]
          - request: {method: tickets.get, arguments: {id: "{{arguments.id}}"}, as: ticket}
          - request: {method: tickets.update, result: true, arguments: {id: "{{steps.ticket.id}}", status: "{{arguments.status}} by {{steps.ticket.owner}}"}}
          - request: {method: tickets.create, arguments: {subject: "{{arguments.subject}}"}}
            given: [arguments.subject]
)";

/// Calls of a tool that is made of several calls of the vendor.
class ComposedCalls : public testing::Test {
protected:
    ComposedCalls()
        : desk_(replaced(catalog::test::kManifest, "create: {operation: create-ticket}\n", kWork))
        , account_(desk_.callable(desk_.connect()))
        , served_(std::make_shared<ServedAccounts const>(account_))
    {
        grant_.served = served_;
        grant_.tools = sets_.get(account_->tools, {});
        grant_.holder = {desk_.environment, McpServerId{Uuid{9}}, "agent", false};
    }

    Done call(std::string_view arguments)
    {
        auto found = must(ToolCalls::find_tool(grant_, "desk_tickets_work"));
        auto call = must(ToolCalls::target_of(grant_, std::move(found), json::parse(arguments)->as_object()));
        EXPECT_TRUE(ToolCalls::check(call));
        ToolCalls calls(desk_.caller, desk_.safe_writes);
        return test::run_on(desk_.io, making(calls, call));
    }
    Task<Done> making(ToolCalls& calls, ToolCall const& call)
    {
        co_return co_await calls.make(call, grant_, nullptr, {}, test::soon());
    }
    std::string sent(std::size_t position) const
    {
        auto const& request = desk_.vendor.requests.at(position);
        return std::string(http::name_of(request.method)) + ' ' + request.url + ' ' + request.body;
    }

    test::DeskCalls desk_;
    accounts::CallableAccountPtr account_;
    ServedPtr served_;
    ToolSets sets_;
    Grant grant_;
};

TEST_F(ComposedCalls, ReadWorkOutAndWrite)
{
    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
    desk_.vendor.answer(200, R"({"id":7,"status":"closed by Kim"})");
    auto const done = call(R"({"id":7,"status":"closed"})");
    ASSERT_TRUE(done.outcome) << done.outcome.error().public_detail();
    EXPECT_EQ(done.outcome->body, R"({"id":7,"status":"closed by Kim"})");
    EXPECT_EQ(done.steps, "tickets.get tickets.update");
    EXPECT_EQ(sent(0), "GET https://acme.desk.example/api/tickets/7 ");
    EXPECT_EQ(sent(1), R"(PUT https://acme.desk.example/api/tickets/7 {"status":"closed by Kim"})");
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(ComposedCalls, AreRefusedBeforeAnyCall)
{
    auto const done = call(R"({"id":7})");
    ASSERT_FALSE(done.outcome);
    EXPECT_EQ(done.outcome.error().failures().front().path, "status");
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(ComposedCalls, EndWithTheVendorsRefusalOfARead)
{
    desk_.vendor.answer(404, R"({"error":{"msg":"No such ticket."}})");
    auto const done = call(R"({"id":7,"status":"closed"})");
    ASSERT_TRUE(done.outcome);
    EXPECT_EQ(done.outcome->kind, proxy::Outcome::Kind::error);
    EXPECT_EQ(done.outcome->status, 404);
    EXPECT_FALSE(done.outcome->had_effect);
    EXPECT_EQ(desk_.vendor.requests.size(), 1U);
}

TEST_F(ComposedCalls, SayWhatIsMissingInTheVendorsAnswer)
{
    desk_.vendor.answer(200, R"({"id":7})");
    auto const done = call(R"({"id":7,"status":"closed"})");
    ASSERT_FALSE(done.outcome);
    EXPECT_NE(done.outcome.error().public_detail().find("steps.ticket.owner"), std::string::npos)
        << done.outcome.error().public_detail();
}

TEST_F(ComposedCalls, AnswerWithTheResultOfTheStepThatTheDefinitionNames)
{
    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
    desk_.vendor.answer(200, R"({"id":7})");
    desk_.vendor.answer(201, R"({"id":8})");
    auto const done = call(R"({"id":7,"status":"closed","subject":"Next"})");
    ASSERT_TRUE(done.outcome);
    EXPECT_EQ(done.outcome->body, R"({"id":7})");
    EXPECT_EQ(desk_.vendor.requests.size(), 3U);
}

TEST_F(ComposedCalls, SayWhatWasMadeWhenALaterPartFailsAndAreNotRepeated)
{
    grant_.idempotency_window = std::chrono::seconds(60);
    for (int i = 0; i < 2; ++i) {
        desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
        desk_.vendor.answer(200, R"({"id":7})");
        desk_.vendor.answer(400, R"({"error":{"msg":"Bad subject."}})");
        auto const done = call(R"({"id":7,"status":"closed","subject":"Next"})");
        ASSERT_TRUE(done.outcome);
        EXPECT_EQ(done.outcome->kind, proxy::Outcome::Kind::error);
        EXPECT_EQ(done.outcome->message.substr(0, 58), "tickets.update was made; then tickets.create failed: Bad s")
            << done.outcome->message;
        EXPECT_EQ(desk_.vendor.requests.size(), 3U);
        desk_.vendor.answers.clear();
    }
}

TEST_F(ComposedCalls, ShowEveryStepInADryRun)
{
    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");   // To work values out,
    desk_.vendor.answer(200, R"({"id":7,"status":"open"})"); // and for what it is now.
    auto const done = call(R"({"id":7,"status":"closed","subject":"Next","dry_run":true})");
    ASSERT_TRUE(done.preview) << done.preview.error().public_detail();
    auto const& shown = *done.preview;
    EXPECT_EQ(shown.at("dry_run"), json::value(true));
    EXPECT_EQ(json::to_text(shown.at("changes")), R"({"status":{"from":"open","to":"closed by Kim"}})");
    EXPECT_EQ(json::to_text(shown.at("effects")),
              R"([{"kind":"value","label":"Status","from":"open","to":"closed by Kim","known":true},)"
              R"({"kind":"set","label":"Subject","to":"Next"}])");
    auto const& steps = shown.at("steps").as_array();
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].at("method"), json::value("tickets.get"));
    EXPECT_EQ(steps[2].at("request").at("method"), json::value("POST"));
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(ComposedCalls, ThatSendSomethingElseThanWasApprovedAreAskedForAgain)
{
    grant_.approval_tags = {"tickets"};
    auto const ask = [&](std::string const& owner) {
        desk_.vendor.answer(200, R"({"id":7,"owner":")" + owner + R"("})");
        desk_.vendor.answer(200, R"({"id":7,"status":"open"})");
        auto done = call(R"({"id":7,"status":"closed"})");
        desk_.vendor.answers.clear();
        return done;
    };
    auto const first = ask("Kim");
    ASSERT_TRUE(first.pending);
    [[maybe_unused]] auto const decided = must(test::run_on(
        desk_.io, desk_.write_calls.decide(desk_.environment, first.pending->id, true, "a person", {}, test::soon())));
    auto const other = ask("Sam");
    ASSERT_TRUE(other.pending) << "what a person approved is what is sent";
    EXPECT_NE(other.pending->id, first.pending->id);

    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
    desk_.vendor.answer(200, R"({"id":7,"status":"closed by Kim"})");
    auto const made = call(R"({"id":7,"status":"closed"})");
    ASSERT_TRUE(made.outcome) << made.outcome.error().public_detail();
    EXPECT_EQ(made.outcome->body, R"({"id":7,"status":"closed by Kim"})");
}

TEST_F(ComposedCalls, ThatWereMadeAreAnsweredFromTheFirstWithoutAskingTheVendor)
{
    grant_.idempotency_window = std::chrono::seconds(60);
    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
    desk_.vendor.answer(200, R"({"id":7})");
    EXPECT_TRUE(call(R"({"id":7,"status":"closed"})").outcome);
    auto const again = call(R"({"status":"closed","id":7})");
    ASSERT_TRUE(again.outcome) << again.outcome.error().public_detail();
    EXPECT_NE(again.note.find("was made at"), std::string::npos) << again.note;
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(ComposedCalls, TellThatTheAccountIsDeadAndWhatWasMadeBefore)
{
    desk_.vendor.answer(200, R"({"id":7,"owner":"Kim"})");
    desk_.vendor.answer(200, R"({"id":7})");
    desk_.vendor.answer(401, R"({"message":"No."})");
    auto const done = call(R"({"id":7,"status":"closed","subject":"Next"})");
    ASSERT_TRUE(done.outcome);
    EXPECT_TRUE(done.is_account_dead);
    EXPECT_TRUE(done.outcome->had_effect);
    EXPECT_NE(done.outcome->message.find("tickets.update was made"), std::string::npos) << done.outcome->message;
}

/// An approval is for a call, however its arguments are written.
TEST_F(ComposedCalls, AreTheSameInAnyOrderOfTheirArguments)
{
    grant_.approval_tags = {"tickets"};
    auto const ask = [&](std::string_view tool, std::string_view arguments) {
        desk_.vendor.respond = [](http::OutgoingRequest const&) {
            return test::vendor_answer(200, R"({"id":7,"owner":"Kim","status":"open"})");
        };
        auto found = must(ToolCalls::find_tool(grant_, tool));
        auto call = must(ToolCalls::target_of(grant_, std::move(found), json::parse(arguments)->as_object()));
        EXPECT_TRUE(ToolCalls::check(call));
        ToolCalls calls(desk_.caller, desk_.safe_writes);
        auto const done = test::run_on(desk_.io, making(calls, call));
        return done.pending ? done.pending->id.str() : done.outcome.error().public_detail();
    };
    EXPECT_EQ(ask("desk_tickets_work", R"({"id":7,"status":"closed","subject":"Next"})"),
              ask("desk_tickets_work", R"({"subject":"Next","status":"closed","id":7.0})"));
    EXPECT_EQ(ask("create_a_desk_ticket", R"({"subject":"A","priority":"low"})"),
              ask("create_a_desk_ticket", R"({"priority":"low","subject":"A"})"));
}

TEST_F(ComposedCalls, AreShownWhereAllThatTheyCallIsOrByTheirName)
{
    auto const shows = [&](std::vector<std::string> methods, std::vector<std::string> tags = {},
                           catalog::Vocabulary vocabulary = catalog::Vocabulary::second) {
        return sets_.get(account_->tools, {std::move(methods), std::move(tags), vocabulary})
                   ->find("desk_tickets_work") != nullptr;
    };
    EXPECT_TRUE(shows({}));
    EXPECT_TRUE(shows({"write"}));
    EXPECT_TRUE(shows({"create", "update"}));
    EXPECT_TRUE(shows({"work"}));
    EXPECT_TRUE(shows({"read", "desk_tickets_work"}));
    EXPECT_FALSE(shows({"read"}));
    EXPECT_FALSE(shows({"update"})) << "it may create too";
    EXPECT_FALSE(shows({"read", "custom"})) << "what it calls is create and update";
    EXPECT_FALSE(shows({"write"}, {}, catalog::Vocabulary::first)) << "what the word meant before";
    EXPECT_TRUE(shows({}, {"tickets"}));
}

} // namespace
} // namespace sluice::toolcalls
