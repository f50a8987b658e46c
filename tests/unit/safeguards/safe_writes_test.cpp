#include "safeguards/safe_writes.hpp"

#include "support/desk_calls.hpp"
#include "toolcalls/plan.hpp"
#include "tools/arguments.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::safeguards {
namespace {

using namespace std::chrono_literals;
using proxy::Outcome;
using State = WriteCall::State;

/// Calls of one tool of a desk, made by a script.
class SafeWritesTest : public ::testing::Test {
protected:
    static Outcome answered(std::string body = R"({"id":7})")
    {
        Outcome outcome;
        outcome.kind = Outcome::Kind::object;
        outcome.status = outcome.remote_status = 200;
        outcome.content_type = "application/json";
        outcome.body = std::move(body);
        return outcome;
    }
    static Outcome refused(int status)
    {
        Outcome outcome;
        outcome.kind = Outcome::Kind::error;
        outcome.status = outcome.remote_status = status;
        outcome.message = "No.";
        return outcome;
    }

    /// A call with the arguments; `outcome_` is what comes of it if it is made, once the gate is open.
    Task<SafeWrites::Made> calling(std::string arguments, Safeguard safeguard, Deadline deadline)
    {
        auto const given = json::parse(arguments).value().as_object();
        auto const& tools = *account_->tools;
        auto const& tool = tools[tools.find(tool_)];
        toolcalls::Plan plan;
        plan.calls.push_back({tool.method, tools::split_arguments(tool, given)});
        SafeWrites::Maker const maker = [this] { return making(); };
        SafeWrites::Viewer const view = [&] {
            return toolcalls::preview(desk_.caller, account_, plan, nullptr, deadline);
        };
        Holder const holder{environment_, server_, "agent", hands_out_links_};
        SafeWrites::Call const wanted{holder, account_, tool, given, bound_};
        co_return co_await desk_.safe_writes.make(wanted, safeguard, maker, view, deadline);
    }
    Task<Result<Outcome>> making()
    {
        ++made_;
        if (is_held_)
            co_await gate_.async_wait(kUseTask);
        co_return outcome_();
    }
    SafeWrites::Made call(std::string arguments, Safeguard safeguard)
    {
        return test::run_on(io_, calling(std::move(arguments), safeguard, Deadline::after(1h)));
    }
    std::future<SafeWrites::Made> begin(std::string arguments, Safeguard safeguard, Deadline deadline)
    {
        auto begun = asio::co_spawn(io_, calling(std::move(arguments), safeguard, deadline), asio::use_future);
        desk_.settle();
        return begun;
    }
    static bool is_over(std::future<SafeWrites::Made> const& begun)
    {
        return begun.wait_for(0s) == std::future_status::ready;
    }

    static constexpr Safeguard kOnce{false, 60s};
    static constexpr Safeguard kApproved{true, 0s};
    static constexpr auto kUpdate = R"({"id":7,"status":"open"})";

    test::DeskCalls desk_;
    asio::io_context& io_ = desk_.io;
    test::FakeClock& clock_ = desk_.clock;
    test::FakeClient& client_ = desk_.vendor;
    test::FakeWriteCalls& calls_ = desk_.write_calls;
    EnvironmentId const environment_ = desk_.environment;
    McpServerId server_{Uuid{9}};
    accounts::CallableAccountPtr account_ = desk_.callable(desk_.connect());
    std::string tool_ = "update_a_desk_ticket_by_id";
    bool hands_out_links_ = true;
    std::string bound_;
    std::function<Result<Outcome>()> outcome_ = [] { return answered(); };
    SteadyTimer gate_{io_, SteadyTimer::time_point::max()};
    bool is_held_ = false;
    int made_ = 0;
};

TEST_F(SafeWritesTest, MakeACallOnceAndAnswerItsRepetitionsFromTheFirst)
{
    auto const first = call(kUpdate, kOnce);
    ASSERT_TRUE(first.outcome);
    EXPECT_EQ(first.note, "");
    outcome_ = [] { return answered(R"({"id":8})"); };
    clock_.advance(59s);
    auto const second = call(R"({"status":"open","id":7.0})", kOnce);
    ASSERT_TRUE(second.outcome);
    EXPECT_EQ(second.outcome->body, R"({"id":7})");
    EXPECT_NE(second.note.find("was made at 2026-11-20T12:00:00Z"), std::string::npos) << second.note;
    EXPECT_NE(second.note.find("After 2026-11-20T12:01:00Z"), std::string::npos) << second.note;
    EXPECT_EQ(made_, 1);
    clock_.advance(1s);
    EXPECT_EQ(call(kUpdate, kOnce).outcome->body, R"({"id":8})");
    EXPECT_EQ(made_, 2);
}

TEST_F(SafeWritesTest, TakeOtherArgumentsServersAndToolsForOtherCalls)
{
    call(kUpdate, kOnce);
    call(R"({"id":8,"status":"open"})", kOnce);
    server_ = McpServerId{Uuid{10}};
    call(kUpdate, kOnce);
    auto moved = std::make_shared<accounts::CallableAccount>(*account_);
    moved->base_url = "https://another.desk.example";
    account_ = moved;
    call(kUpdate, kOnce);
    tool_ = "delete_a_desk_ticket_by_id";
    call(R"({"id":"7"})", kOnce);
    EXPECT_EQ(made_, 5);
    EXPECT_EQ(calls_.rows.size(), 5U);
}

TEST_F(SafeWritesTest, MakeACallAgainThatHadNoEffect)
{
    outcome_ = [] { return refused(422); };
    EXPECT_EQ(call(kUpdate, kOnce).outcome->message, "No.") << "nothing is in doubt";
    EXPECT_TRUE(calls_.rows.empty());
    outcome_ = [] { return Error{ErrorCode::upstream_unreachable, "Nobody is there."}; };
    EXPECT_EQ(call(kUpdate, kOnce).outcome.error().public_detail(), "Nobody is there.");
    EXPECT_TRUE(calls_.rows.empty());
    outcome_ = [] { return answered(); };
    EXPECT_TRUE(call(kUpdate, kOnce).outcome);
    EXPECT_EQ(made_, 3);
}

TEST_F(SafeWritesTest, MakeNoCallAgainOfWhichNobodyKnowsWhetherItHadAnEffect)
{
    std::vector<std::function<Result<Outcome>()>> const kUnknown{
        [] { return refused(502); }, [] { return Error{ErrorCode::upstream_timeout, "Too slow."}; }};
    for (auto const& unknown : kUnknown) {
        made_ = 0;
        calls_.rows.clear();
        outcome_ = unknown;
        auto const first = call(kUpdate, kOnce);
        auto const told = first.outcome ? first.outcome->message : first.outcome.error().public_detail();
        EXPECT_NE(told.find("It is not known whether the call had an effect"), std::string::npos) << told;
        outcome_ = [] { return answered(); };
        auto const second = call(kUpdate, kOnce);
        ASSERT_TRUE(second.outcome);
        EXPECT_EQ(second.outcome->kind, Outcome::Kind::error);
        EXPECT_NE(second.outcome->message.find("It is not known"), std::string::npos);
        EXPECT_EQ(made_, 1);
    }
}

TEST_F(SafeWritesTest, SendNothingThatCannotBeRemembered)
{
    calls_.before = [](std::string_view) { return std::optional(Error{ErrorCode::unavailable, "No database."}); };
    auto const failed = call(kUpdate, kOnce);
    ASSERT_FALSE(failed.outcome);
    EXPECT_EQ(failed.outcome.error().code(), ErrorCode::unavailable);
    EXPECT_NE(failed.outcome.error().public_detail().find("Nothing was sent"), std::string::npos);
    EXPECT_EQ(made_, 0);
}

TEST_F(SafeWritesTest, AnswerACallWhoseEndCouldNotBeWrittenAndRepeatItNot)
{
    calls_.before = [](std::string_view method) {
        return method == "finish" ? std::optional(Error{ErrorCode::conflict, "no"}) : std::nullopt;
    };
    EXPECT_TRUE(call(kUpdate, kOnce).outcome);
    EXPECT_EQ(calls_.tries_to_finish, 1U) << "another try changes nothing";
    clock_.advance(149s);
    auto const again = test::run_on(io_, calling(kUpdate, kOnce, Deadline::after(0s)));
    ASSERT_FALSE(again.outcome);
    EXPECT_EQ(again.outcome.error().code(), ErrorCode::conflict);
    EXPECT_EQ(made_, 1);
    clock_.advance(1s);
    EXPECT_TRUE(call(kUpdate, kOnce).outcome) << "what nobody ended is forgotten";
    EXPECT_EQ(made_, 2);
}

TEST_F(SafeWritesTest, GiveTheAnswerOfACallUnderWayToItsRepetition)
{
    is_held_ = true;
    auto first = begin(kUpdate, kOnce, Deadline::after(1h));
    auto second = begin(kUpdate, kOnce, Deadline::after(1h));
    EXPECT_FALSE(is_over(second));
    gate_.cancel();
    desk_.settle();
    ASSERT_TRUE(is_over(first));
    ASSERT_TRUE(is_over(second));
    EXPECT_EQ(first.get().note, "");
    auto const repeated = second.get();
    EXPECT_EQ(repeated.outcome->body, R"({"id":7})");
    EXPECT_NE(repeated.note.find("nothing was sent again"), std::string::npos);
    EXPECT_EQ(made_, 1);
    EXPECT_EQ(desk_.waiters.size(), 0U);
}

TEST_F(SafeWritesTest, MakeACallUnderWayAgainIfItHadNoEffect)
{
    is_held_ = true;
    outcome_ = [] { return refused(429); };
    auto first = begin(kUpdate, kOnce, Deadline::after(1h));
    auto second = begin(kUpdate, kOnce, Deadline::after(1h));
    is_held_ = false;
    gate_.cancel();
    desk_.settle();
    ASSERT_TRUE(is_over(first));
    ASSERT_TRUE(is_over(second));
    EXPECT_EQ(made_, 2);
}

TEST_F(SafeWritesTest, DoNotWaitForACallBeyondTheirOwnTime)
{
    is_held_ = true;
    auto first = begin(kUpdate, kOnce, Deadline::after(1h));
    auto const second = test::run_on(io_, calling(kUpdate, kOnce, Deadline::after(0s)));
    ASSERT_FALSE(second.outcome);
    EXPECT_EQ(second.outcome.error().code(), ErrorCode::conflict);
    EXPECT_NE(second.outcome.error().public_detail().find("was begun at 2026-11-20T12:00:00Z"), std::string::npos);
    gate_.cancel();
    desk_.settle();
    EXPECT_TRUE(is_over(first));
}

TEST_F(SafeWritesTest, AskAPersonBeforeACallThatNeedsApproval)
{
    client_.answer(200, R"({"id":7,"status":"closed","subject":"Help"})");
    auto const asked = call(kUpdate, kApproved);
    ASSERT_TRUE(asked.pending);
    EXPECT_EQ(made_, 0);
    ASSERT_EQ(calls_.rows.size(), 1U);
    auto const& approval = *calls_.rows.front().approval;
    EXPECT_EQ(asked.pending->id, approval.id);
    EXPECT_EQ(asked.approval_url, approval.url);
    EXPECT_EQ(approval.url,
              "https://sluice.example/approve?environment=" + environment_.str() + "&approval=" + approval.id.str());
    EXPECT_EQ(asked.approval_url.find(approval.code), std::string::npos) << "who calls cannot decide";
    EXPECT_EQ(approval.ends_at, clock_.now() + 1h);
    auto const& request = approval.request;
    EXPECT_EQ(request.at("tenant_id"), "acme");
    EXPECT_EQ(request.at("mcp_server"), "agent");
    EXPECT_EQ(request.at("arguments"), *json::parse(kUpdate));
    EXPECT_EQ(request.at("changes"), *json::parse(R"({"status":{"from":"closed","to":"open"}})"));
    EXPECT_EQ(json::to_text(request).find("key-123456"), std::string::npos) << "nobody is shown a credential";
    // Asked again it is the same call, of which nobody is told twice.
    EXPECT_EQ(call(kUpdate, kApproved).pending->id, approval.id);
    EXPECT_EQ(client_.requests.size(), 1U);
}

TEST_F(SafeWritesTest, GiveNoLinkWhereTheServerHandsOutNone)
{
    hands_out_links_ = false;
    client_.answer(404, "{}");
    tool_ = "create_a_desk_ticket";
    auto const asked = call(R"({"subject":"A"})", kApproved);
    ASSERT_TRUE(asked.pending);
    EXPECT_EQ(asked.approval_url, "");
    EXPECT_FALSE(calls_.rows.front().approval->url.empty());
}

class DecidedTest : public SafeWritesTest {
protected:
    void ask_and_decide(bool is_approved, Safeguard safeguard = kApproved)
    {
        client_.answer(200, "{}");
        auto const asked = call(kUpdate, safeguard);
        ASSERT_TRUE(asked.pending);
        ASSERT_TRUE(test::run_on(
            io_, calls_.decide(environment_, asked.pending->id, is_approved, "link", {}, Deadline::after(1h))));
    }
};

TEST_F(DecidedTest, AnApprovedCallIsMadeOnce)
{
    ask_and_decide(true);
    EXPECT_TRUE(call(kUpdate, kApproved).outcome);
    EXPECT_EQ(made_, 1);
    client_.answer(200, "{}");
    EXPECT_TRUE(call(kUpdate, kApproved).pending) << "the next one is asked about again";
    EXPECT_EQ(made_, 1);
}

TEST_F(DecidedTest, AnApprovedCallIsAnsweredFromTheFirstWithinItsWindow)
{
    constexpr Safeguard kBoth{true, 60s};
    ask_and_decide(true, kBoth);
    EXPECT_TRUE(call(kUpdate, kBoth).outcome);
    EXPECT_NE(call(kUpdate, kBoth).note, "");
    EXPECT_EQ(made_, 1);
}

TEST_F(DecidedTest, AnApprovalIsKeptForACallThatHadNoEffect)
{
    ask_and_decide(true);
    outcome_ = [] { return refused(429); };
    EXPECT_EQ(call(kUpdate, kApproved).outcome->status, 429);
    outcome_ = [] { return answered(); };
    EXPECT_TRUE(call(kUpdate, kApproved).outcome);
    EXPECT_EQ(made_, 2);
}

TEST_F(DecidedTest, ADeclinedCallIsNotMade)
{
    ask_and_decide(false);
    auto const declined = call(kUpdate, kApproved);
    ASSERT_FALSE(declined.outcome);
    EXPECT_EQ(declined.outcome.error().code(), ErrorCode::forbidden);
    EXPECT_NE(declined.outcome.error().public_detail().find("A person declined this call at 2026-11-20T12:00:00Z"),
              std::string::npos);
    EXPECT_EQ(made_, 0);
}

TEST_F(DecidedTest, NobodysDecisionIsWaitedForWhereNoneIsWantedAnyMore)
{
    ask_and_decide(false);
    EXPECT_TRUE(call(kUpdate, kOnce).outcome);
    EXPECT_EQ(made_, 1);
}

TEST_F(SafeWritesTest, AskNobodyAboutACallThatCannotBeShown)
{
    client_.answer(200, "{}");
    auto const large = call(R"({"id":7,"status":")" + std::string(128 * 1024, 'x') + "\"}", kApproved);
    ASSERT_FALSE(large.outcome);
    EXPECT_EQ(large.outcome.error().code(), ErrorCode::too_large);
    client_.answer(404, R"({"message":"gone"})");
    auto const gone = call(kUpdate, kApproved);
    ASSERT_FALSE(gone.outcome);
    EXPECT_EQ(gone.outcome.error().code(), ErrorCode::not_found);
    calls_.before = [](std::string_view method) {
        return method == "ask" ? std::optional(Error{ErrorCode::rate_limited, "Too many wait."}) : std::nullopt;
    };
    client_.answer(200, "{}");
    EXPECT_EQ(call(kUpdate, kApproved).outcome.error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(calls_.rows.empty());
}

TEST_F(SafeWritesTest, ShowWhatIsAskedForRatherThanAllThatItIsDoneTo)
{
    client_.answer(200, R"({"status":")" + std::string(260 * 1024, 'x') + "\"}");
    ASSERT_TRUE(call(kUpdate, kApproved).pending);
    EXPECT_TRUE(calls_.rows.front().approval->request.at("changes").is_null());
}

TEST(SafeguardTest, IsForWritesAndForTheTagsThatAreNamed)
{
    auto const& desk = *catalog::test::desk();
    auto const& list = *desk.find("tickets", "list");
    auto const& remove = *desk.find("tickets", "delete");
    EXPECT_FALSE(safeguard_of(list, {}, catalog::Vocabulary::second, 60s).is_needed());
    EXPECT_TRUE(safeguard_of(list, {"tickets"}, catalog::Vocabulary::second, 0s).needs_approval);
    EXPECT_EQ(safeguard_of(remove, {"other"}, catalog::Vocabulary::second, 60s).window, 60s);
    EXPECT_FALSE(safeguard_of(remove, {"other"}, catalog::Vocabulary::second, 60s).needs_approval);
    EXPECT_TRUE(safeguard_of(remove, {"other", "destructive"}, catalog::Vocabulary::second, 0s).needs_approval);
    EXPECT_FALSE(safeguard_of(remove, {}, catalog::Vocabulary::second, 0s).is_needed());
}

/// An older binary that changes a server forgets its vocabulary; a server made before has the first.
TEST(Safeguards, AreNeverFewerInTheFirstVocabulary)
{
    catalog::Method update;
    update.access = catalog::Access::write;
    update.tags = {"tickets", "replaces"};
    update.first_tags = {"tickets", "destructive"};
    using enum catalog::Vocabulary;
    EXPECT_TRUE(safeguard_of(update, {"destructive"}, first, 0s).needs_approval);
    EXPECT_FALSE(safeguard_of(update, {"destructive"}, second, 0s).needs_approval);
    for (auto const vocabulary : {first, second})
        EXPECT_TRUE(safeguard_of(update, {"replaces"}, vocabulary, 0s).needs_approval);
}

TEST(WriteCallTest, StatesHaveNames)
{
    EXPECT_EQ(name_of(State::pending), "pending");
    EXPECT_EQ(name_of(State::done), "done");
}

} // namespace
} // namespace sluice::safeguards
