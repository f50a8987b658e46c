// Calls that are made once, or after approval, on a real PostgreSQL.
#include "store_fixture.hpp"

namespace sluice::store {
namespace {

class WriteCallTest : public StoreTest {
protected:
    using State = safeguards::WriteCall::State;
    static constexpr std::chrono::seconds kLease{60};

    Result<safeguards::WriteCall> take(bool needs_approval)
    {
        return test::run(store_.write_calls().take(key_, account_.id, "tool", needs_approval, kLease, soon()));
    }
    safeguards::WriteCall ask()
    {
        safeguards::Approval approval;
        approval.id = ApprovalId{uuid_v7(clock_.now())};
        approval.code = "ABCDEFGH";
        approval.url = "https://sluice.example/approve";
        approval.environment = key_.environment;
        approval.server = key_.server;
        approval.account = account_.id;
        approval.tool = "tool";
        approval.request = {{"tenant_id", "acme"},
                            {"mcp_server", "Triage agent"},
                            {"arguments", json::object{{"note", "planted-argument"}}}};
        approval.ends_at = clock_.now() + std::chrono::hours(1);
        return must(test::run(store_.write_calls().ask(key_, approval, soon())));
    }

    Result<void> finish(ApprovalId id, std::string answer, std::chrono::seconds window)
    {
        return test::run(store_.write_calls().finish(key_.environment, id, std::move(answer), window, soon()));
    }
    Result<void> give_back(ApprovalId id)
    {
        return test::run(store_.write_calls().give_back(key_.environment, id, soon()));
    }
    Result<safeguards::Approval> open(ApprovalId id, std::string code)
    {
        return test::run(store_.write_calls().open(key_.environment, id, std::move(code), soon()));
    }
    Result<safeguards::Approval> decide(ApprovalId id, bool is_approved)
    {
        return test::run(store_.write_calls().decide(key_.environment, id, is_approved, "link", {}, soon()));
    }

    Account const account_ = account(environment("t", "e"));
    mcp::McpServer const server_ = server(account_);
    safeguards::WriteCallKey key_{account_.environment, server_.id, crypto::sha256("call")};
};

TEST_F(WriteCallTest, IsTakenOnceAndAnsweredFromTheFirst)
{
    auto const taken = must(take(false));
    EXPECT_TRUE(taken.is_taken);
    EXPECT_FALSE(must(take(false)).is_taken);
    EXPECT_EQ(must(take(false)).state, State::running);
    EXPECT_TRUE(finish(taken.id, "planted-answer", std::chrono::seconds(60)));
    auto const known = must(take(false));
    EXPECT_FALSE(known.is_taken);
    EXPECT_EQ(known.state, State::done);
    EXPECT_EQ(known.answer, "planted-answer");
    EXPECT_EQ(database_.value("SELECT count(*) FROM write_calls WHERE position('planted'::bytea IN answer) > 0"), "0");
    database_.execute("UPDATE write_calls SET ends_at = now()");
    EXPECT_TRUE(must(take(false)).is_taken) << "ended, so it is a new one";
}

TEST_F(WriteCallTest, ThatHadNoEffectIsAsBefore)
{
    EXPECT_TRUE(give_back(must(take(false)).id));
    EXPECT_TRUE(must(take(false)).is_taken);
}

TEST_F(WriteCallTest, IsSettledOnlyByWhoeverTookIt)
{
    auto const late = must(take(false)).id;
    database_.execute("UPDATE write_calls SET ends_at = now()");
    auto const next = must(take(false));
    EXPECT_TRUE(next.is_taken);
    EXPECT_TRUE(give_back(late));
    EXPECT_TRUE(finish(late, "of before", std::chrono::seconds(60)));
    EXPECT_EQ(must(take(false)).state, State::running);
}

TEST_F(WriteCallTest, WaitsForApprovalAndUsesItUp)
{
    EXPECT_EQ(take(true).error().code(), ErrorCode::not_found);
    auto const asked = ask();
    EXPECT_EQ(ask().id, asked.id) << "asked once";
    EXPECT_EQ(must(take(true)).state, State::pending);
    EXPECT_EQ(database_.value("SELECT count(*) FROM write_calls WHERE position('planted'::bytea IN request) > 0"), "0");
    auto const decided = must(decide(asked.id, true));
    EXPECT_EQ(decided.state, State::approved);
    EXPECT_EQ(decided.request.at("arguments").at("note"), "planted-argument");
    EXPECT_EQ(decide(asked.id, false).error().code(), ErrorCode::conflict);
    EXPECT_TRUE(must(take(true)).is_taken);
    EXPECT_FALSE(must(take(true)).is_taken) << "one of two gets it";
    EXPECT_TRUE(give_back(asked.id));
    EXPECT_TRUE(must(take(true)).is_taken) << "the approval outlives a call without effect";
    EXPECT_TRUE(finish(asked.id, "x", std::chrono::seconds(0)));
    EXPECT_EQ(take(true).error().code(), ErrorCode::not_found);
    EXPECT_EQ(database_.value("SELECT string_agg(type, ',' ORDER BY id) FROM events WHERE type LIKE 'approval:%'"),
              "approval:requested,approval:approved");
}

TEST_F(WriteCallTest, IsOpenedByItsCodeAndByNoneAfterFiveWrongOnes)
{
    auto const id = ask().id;
    EXPECT_EQ(must(open(id, "ABCDEFGH")).state, State::pending);
    for (int i = 0; i < safeguards::kCodeTries - 1; ++i)
        EXPECT_EQ(open(id, "ABCDEFGJ").error().failures().front().path, "code");
    EXPECT_TRUE(open(id, "ABCDEFGH")) << "one is left";
    EXPECT_FALSE(open(id, "")) << "the fifth";
    EXPECT_EQ(open(id, "ABCDEFGH").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(open(ApprovalId{uuid_v7(clock_.now())}, "ABCDEFGH").error().code(), ErrorCode::not_found);
    EXPECT_EQ(must(decide(id, false)).state, State::declined) << "by API still";
}

TEST_F(WriteCallTest, ThatHasNoCodeIsOpenedByNone)
{
    auto const id = ask().id;
    database_.execute("UPDATE write_calls SET code = NULL");
    EXPECT_EQ(open(id, "").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(must(test::run(store_.write_calls().find(key_.environment, id, soon()))).code, "");
}

TEST_F(WriteCallTest, TellsItsCodeInTheEventThatAsksAndKeepsItSealed)
{
    auto const id = ask().id;
    EXPECT_EQ(database_.value("SELECT count(*) FROM write_calls WHERE position('ABCDEFGH'::bytea IN code) > 0"), "0");
    EXPECT_EQ(database_.value("SELECT payload ->> 'code' || ' ' || (payload ->> 'approval_url') FROM events "
                              "WHERE type = 'approval:requested'"),
              "ABCDEFGH https://sluice.example/approve");
    EXPECT_EQ(database_.value("SELECT payload ->> 'mcp_server' FROM events WHERE type = 'approval:requested'"),
              "Triage agent");
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE payload::text LIKE '%planted-argument%'"), "0");
    EXPECT_EQ(must(test::run(store_.write_calls().find(key_.environment, id, soon()))).code, "ABCDEFGH");
    must(decide(id, true));
    EXPECT_EQ(database_.value("SELECT payload ? 'code' FROM events WHERE type = 'approval:approved'"), "f");
}

TEST_F(WriteCallTest, ThatWasDeclinedIsNotApprovedByAWay)
{
    EXPECT_TRUE(decide(ask().id, false));
    EXPECT_EQ(must(take(true)).state, State::declined);
    auto const free = must(take(false));
    EXPECT_TRUE(free.is_taken) << "approval is not asked for any more";
    EXPECT_TRUE(give_back(free.id));
    EXPECT_EQ(take(true).error().code(), ErrorCode::not_found) << "it is now, and nobody has approved";
}

TEST_F(WriteCallTest, OnlySoManyWaitForApproval)
{
    for (int i = 0; i < 100; ++i) {
        key_.digest = crypto::sha256(fmt::format("call {}", i));
        ask();
    }
    key_.digest = crypto::sha256("one more");
    EXPECT_THROW(ask(), std::runtime_error);
}

TEST_F(WriteCallTest, IsNotSeenFromAnotherEnvironment)
{
    auto const asked = ask();
    auto const other = environment("t", "other");
    EXPECT_EQ(test::run(store_.write_calls().find(other, asked.id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.write_calls().decide(other, asked.id, true, "x", {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_TRUE(must(test::run(store_.write_calls().list(other, {}, soon()))).items.empty());
    EXPECT_EQ(must(test::run(store_.write_calls().list(key_.environment, {}, soon()))).items.size(), 1U);
}

TEST_F(WriteCallTest, DoesNotOpenWithTheSealOfAnother)
{
    auto const asked = ask();
    database_.execute("UPDATE write_calls SET id = gen_random_uuid()");
    EXPECT_EQ(must(test::run(store_.servers().list(key_.environment, account_.id, {}, soon()))).items.size(), 1U);
    EXPECT_EQ(test::run(store_.write_calls().list(key_.environment, {}, soon())).error().code(), ErrorCode::internal);
    EXPECT_EQ(test::run(store_.write_calls().find(key_.environment, asked.id, soon())).error().code(),
              ErrorCode::not_found);
}

} // namespace
} // namespace sluice::store
