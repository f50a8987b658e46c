// The repositories on a real PostgreSQL, as the role that serves.
#include "accounts/vault.hpp"
#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pqxx/connection>

#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

using accounts::Account;
using accounts::Context;

class StoreTest : public ::testing::Test {
protected:
    EnvironmentId environment(std::string const& team, std::string const& name)
    {
        must(test::run(store_.tenancy().ensure_team(team, soon())));
        return must(test::run(store_.tenancy().ensure_environment(team, name, soon()))).value.id;
    }

    accounts::EnvironmentIntegration installed(EnvironmentId in)
    {
        accounts::EnvironmentIntegration row;
        row.environment = in;
        row.integration = catalog::builtin_id("gorgias");
        return must(test::run(store_.installations().ensure(row, soon()))).row;
    }

    Account account(EnvironmentId in, std::string const& tenant = "acme")
    {
        Account made;
        made.environment = in;
        made.environment_integration = installed(in).id;
        made.tenant_id = tenant;
        made.status = accounts::Status::active;
        made.authentication_method = "api_key";
        return must(test::run(
            store_.accounts().create(made, Context{{{"subdomain", "acme"}}, {{"api_key", "planted-secret"}}}, soon())));
    }

    mcp::McpServer server(Account const& of, std::optional<Timestamp> expires_at = std::nullopt)
    {
        mcp::McpServer made;
        made.environment = of.environment;
        made.account = of.id;
        made.name = "agent";
        made.created_by = "test";
        made.expires_at = expires_at;
        auto const token = crypto::mint_token(keyring_, crypto::TokenKind::mcp);
        last_hash_ = crypto::hash_token(keyring_, token.reveal());
        return must(test::run(store_.servers().create(made, last_hash_, soon())));
    }

    test::Database database_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    pg::Pool pool_{{.url = database_.url("sluice_app"), .connections = 2}, metrics_, log_};
    Store store_{pool_, keyring_, clock_};
    crypto::TokenHash last_hash_;
};

TEST_F(StoreTest, MakesTeamsAndEnvironmentsOnce)
{
    auto const first = must(test::run(store_.tenancy().ensure_team("t", soon())));
    auto const second = must(test::run(store_.tenancy().ensure_team("t", soon())));
    EXPECT_TRUE(first.is_new);
    EXPECT_FALSE(second.is_new);
    EXPECT_EQ(first.value.id, second.value.id);
    EXPECT_EQ(environment("t", "e"), environment("t", "e"));
    EXPECT_EQ(test::run(store_.tenancy().ensure_environment("nobody", "e", soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(StoreTest, KeepsSecretsSealedInTheDatabase)
{
    auto const made = account(environment("t", "e"));
    EXPECT_EQ(database_.value("SELECT count(*) FROM integrated_accounts WHERE context::text LIKE '%planted%' OR "
                              "position('planted'::bytea IN sealed) > 0"),
              "0");
    auto const state = must(test::run(store_.accounts().load_state(made.environment, made.id, soon())));
    EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "planted-secret");
}

TEST_F(StoreTest, DoesNotOpenASealCopiedToAnotherRow)
{
    auto const in = environment("t", "e");
    auto const one = account(in, "one");
    auto const two = account(in, "two");
    database_.execute(
        "UPDATE integrated_accounts SET sealed = (SELECT sealed FROM integrated_accounts WHERE tenant_id = "
        "'one') WHERE tenant_id = 'two'");
    auto const state = must(test::run(store_.accounts().load_state(in, two.id, soon())));
    EXPECT_EQ(accounts::open_context(state.account, state.key).error().code(), ErrorCode::internal);
}

TEST_F(StoreTest, AMintNeverPutsOffTheLookForWhatAnAccountChanged)
{
    auto const of = account(environment("t", "e"));
    server(of);
    auto const due = [&] { return database_.value("SELECT due FROM jobs WHERE kind = 'account_schema'"); };
    auto const first = due();
    server(of);
    EXPECT_EQ(due(), first);
    database_.execute("UPDATE jobs SET due = now() + interval '1 hour' WHERE kind = 'account_schema'");
    auto const late = due();
    server(of);
    EXPECT_NE(due(), late) << "sooner is well";
}

TEST_F(StoreTest, ServerOfATenantFollowsItsAccounts)
{
    auto const in = environment("t", "e");
    auto const one = account(in, "acme");
    account(in, "other");
    mcp::McpServer wanted;
    wanted.environment = in;
    wanted.tenant_id = "acme";
    wanted.name = "agent";
    wanted.created_by = "test";
    auto const hash = crypto::hash_token(keyring_, "tenant");
    auto const made = must(test::run(store_.servers().create(wanted, hash, soon())));
    EXPECT_FALSE(made.account);
    auto const ids = [&] {
        std::vector<IntegratedAccountId> found;
        for (auto const& state : must(test::run(store_.servers().resolve({hash}, soon()))).accounts)
            found.push_back(state.account.id);
        return found;
    };
    EXPECT_EQ(ids(), std::vector{one.id});
    auto const two = account(in, "acme");
    EXPECT_EQ(ids(), (std::vector{one.id, two.id}));
    mcp::ServerChange const choose = [](mcp::McpServer& server) {
        server.integrations = {"another"};
        return Result<void>{};
    };
    must(test::run(store_.servers().update(in, std::nullopt, made.id, choose, soon())));
    EXPECT_TRUE(ids().empty());
    EXPECT_EQ(test::run(store_.servers().find(in, one.id, made.id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(must(test::run(store_.servers().list(in, std::nullopt, {}, soon()))).items.size(), 1U);
    EXPECT_TRUE(must(test::run(store_.servers().list(in, one.id, {}, soon()))).items.empty());
    EXPECT_EQ(must(test::run(store_.servers().remove(in, std::nullopt, made.id, soon()))).tenant_id, "acme");
}

TEST_F(StoreTest, ServerOfATenantLeavesOutAnAccountThatCannotBeOpened)
{
    auto const in = environment("t", "e");
    auto const first = account(in, "acme");
    auto const later = account(in, "acme");
    database_.execute(
        "INSERT INTO data_keys SELECT (k).* FROM (SELECT jsonb_populate_record(NULL::data_keys, "
        "to_jsonb(d) || '{\"version\": 99, \"shredded_at\": \"2026-01-01T00:00:00Z\"}') AS k FROM data_keys d) made");
    database_.execute(
        fmt::format("UPDATE integrated_accounts SET data_key_version = 99 WHERE id = '{}'", to_hex(first.id.uuid())));
    mcp::McpServer wanted;
    wanted.environment = in;
    wanted.tenant_id = "acme";
    wanted.name = "agent";
    wanted.created_by = "test";
    auto const hash = crypto::hash_token(keyring_, "tenant");
    must(test::run(store_.servers().create(wanted, hash, soon())));
    auto const state = must(test::run(store_.servers().resolve({hash}, soon())));
    ASSERT_EQ(state.accounts.size(), 1U);
    EXPECT_EQ(state.accounts.front().account.id, later.id);
    EXPECT_TRUE(state.is_incomplete);
}

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
        approval.request = {{"tenant_id", "acme"}, {"arguments", json::object{{"note", "planted-argument"}}}};
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
        return test::run(store_.write_calls().decide(key_.environment, id, is_approved, "link", soon()));
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
    EXPECT_EQ(test::run(store_.write_calls().decide(other, asked.id, true, "x", soon())).error().code(),
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

TEST_F(StoreTest, ShowsNothingOfAnotherEnvironmentThroughAnyRepository)
{
    auto const mine = environment("t", "mine");
    auto const theirs = environment("t", "theirs");
    auto const their_account = account(theirs);
    auto const their_server = server(their_account);
    auto const their_token = must(test::run(
        store_.api_tokens().create(theirs, "token", false, crypto::hash_token(keyring_, "x"), std::nullopt, soon())));
    accounts::DocumentationRow document;
    document.environment = theirs;
    document.entity_type = "integration";
    document.entity_id = catalog::builtin_id("gorgias").uuid();
    document.resource = "tickets";
    document.method = "list";
    document.type = "description";
    document.format = "text";
    document.value = "Theirs.";
    auto const their_document = must(test::run(store_.documentation().create(document, soon())));
    auto const not_found = [](auto const& result) { return !result && result.error().code() == ErrorCode::not_found; };
    accounts::AccountChange const no_change = [](Account&, Context&) { return Result<void>{}; };
    mcp::ServerChange const no_server_change = [](mcp::McpServer&) { return Result<void>{}; };

    EXPECT_TRUE(not_found(test::run(store_.accounts().find(mine, their_account.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().load_state(mine, their_account.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().update(mine, their_account.id, true, no_change, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().remove(mine, their_account.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.accounts().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.servers().find(mine, their_account.id, their_server.id, soon()))));
    EXPECT_TRUE(not_found(
        test::run(store_.servers().update(mine, their_account.id, their_server.id, no_server_change, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.servers().remove(mine, their_account.id, their_server.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.servers().list(mine, their_account.id, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.api_tokens().find(mine, their_token.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.api_tokens().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.documentation().find(mine, their_document.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.documentation().remove(mine, their_document.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.documentation().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.installations().find(mine, their_account.environment_integration, soon()))));
    EXPECT_TRUE(
        not_found(test::run(store_.installations().remove(mine, their_account.environment_integration, soon()))));
    EXPECT_TRUE(must(test::run(store_.installations().list(mine, {}, soon()))).items.empty());

    auto foreign = their_account;
    foreign.environment = mine;
    EXPECT_TRUE(not_found(test::run(store_.accounts().create(foreign, Context{}, soon()))));
}

TEST_F(StoreTest, ServingRoleSeesNoRowOutsideAnEnvironmentAndNoSecretHash)
{
    auto const made = account(environment("t", "e"));
    server(made);
    pqxx::connection connection(database_.url("sluice_app").reveal());
    pqxx::work transaction(connection);
    for (auto const* table : {"data_keys", "api_tokens", "environment_integrations", "integrated_accounts",
                              "documentation", "mcp_servers", "write_calls"})
        EXPECT_EQ(transaction.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
    EXPECT_THROW(transaction.exec("SELECT * FROM secret_hashes"), pqxx::sql_error);
}

TEST_F(StoreTest, FindsAServerByItsTokenHashOnly)
{
    auto const made = server(account(environment("t", "e")));
    EXPECT_EQ(must(test::run(store_.servers().resolve({last_hash_}, soon()))).server.id, made.id);
    EXPECT_EQ(test::run(store_.servers().resolve({crypto::hash_token(keyring_, "other")}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.api_tokens().resolve({last_hash_}, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(StoreTest, ForgetsTheSecretOfWhatIsDeletedByAnyWay)
{
    auto const in = environment("t", "e");
    auto const made = account(in);
    server(made);
    EXPECT_TRUE(test::run(store_.installations().remove(in, made.environment_integration, soon())));
    EXPECT_EQ(test::run(store_.servers().resolve({last_hash_}, soon())).error().code(), ErrorCode::not_found);
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_);
    Store const worker(pool, keyring_, clock_);
    while (must(test::run(worker.installations().remove_rest(in, made.environment_integration, soon())))) {
    }
    EXPECT_EQ(database_.value("SELECT count(*) FROM secret_hashes"), "0");
}

TEST_F(StoreTest, ExpiresServersAsTheWorkersRole)
{
    auto const made = account(environment("t", "e"));
    auto const over = server(made, clock_.now() - std::chrono::seconds(1));
    auto const later = server(made, clock_.now() + std::chrono::hours(1));
    auto const endless = server(made);
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_);
    Store worker(pool, keyring_, clock_);
    auto const is_removed = [&](mcp::McpServer const& server) {
        return must(test::run(worker.servers().remove_expired(server.environment, server.id, soon())));
    };
    EXPECT_TRUE(is_removed(over));
    EXPECT_FALSE(is_removed(over));
    EXPECT_FALSE(is_removed(later));
    EXPECT_FALSE(is_removed(endless));
    auto const left = must(test::run(store_.servers().list(made.environment, made.id, {}, soon()))).items;
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].id, endless.id);
    EXPECT_EQ(left[1].id, later.id);
}

TEST_F(StoreTest, AServerThatEndsHasAJobForItsEnd)
{
    auto const made = server(account(environment("t", "e")), clock_.now() + std::chrono::hours(1));
    auto const due = [&] {
        return database_.value("SELECT coalesce(min(round(extract(epoch FROM due - now()) / 3600))::text, 'none') "
                               "FROM jobs WHERE kind = 'mcp_server_expiry'");
    };
    auto const ends_at = [&](std::optional<Timestamp> end) {
        mcp::ServerChange const change = [end](mcp::McpServer& changed) -> Result<void> {
            changed.expires_at = end;
            return {};
        };
        must(test::run(store_.servers().update(made.environment, made.account, made.id, change, soon())));
    };
    EXPECT_EQ(due(), "1");
    ends_at(clock_.now() + std::chrono::hours(2));
    EXPECT_EQ(due(), "2");
    ends_at(std::nullopt);
    EXPECT_EQ(due(), "none");
    ends_at(clock_.now() + std::chrono::hours(3));
    EXPECT_EQ(due(), "3");
    must(test::run(store_.servers().remove(made.environment, made.account, made.id, soon())));
    EXPECT_EQ(due(), "none");
}

TEST_F(StoreTest, PagesThroughAListWithoutGapOrRepeat)
{
    auto const in = environment("t", "e");
    for (int i = 0; i < 7; ++i)
        account(in, "tenant " + std::to_string(i));
    std::vector<std::string> seen;
    tenancy::ListQuery query;
    query.limit = 3;
    do {
        auto const page = must(test::run(store_.accounts().list(in, query, soon())));
        for (auto const& item : page.items)
            seen.push_back(item.tenant_id);
        query.after = page.next;
    } while (query.after);
    EXPECT_EQ(seen.size(), 7U);
    EXPECT_EQ(seen.front(), "tenant 6");
    EXPECT_EQ(seen.back(), "tenant 0");
}

TEST_F(StoreTest, TakesAPatternThatEndsInABackslash)
{
    using Operator = tenancy::Condition::Operator;
    auto const in = environment("t", "e");
    account(in, "a\\");
    account(in, "a%");
    auto const count = [&](std::string pattern) {
        tenancy::ListQuery query;
        query.conditions = {{"tenant_id", Operator::like, {std::move(pattern)}}};
        return must(test::run(store_.accounts().list(in, query, soon()))).items.size();
    };
    EXPECT_EQ(count("\\"), 0U);
    EXPECT_EQ(count("a\\"), 1U);
    EXPECT_EQ(count("a\\\\"), 1U);
    EXPECT_EQ(count("%\\\\\\"), 0U);
    EXPECT_EQ(count("a\\%"), 1U);
    EXPECT_EQ(count("a%"), 2U);
}

TEST_F(StoreTest, FiltersByFieldAndRefusesUnknownOnes)
{
    using Operator = tenancy::Condition::Operator;
    auto const in = environment("t", "e");
    account(in, "one");
    account(in, "two");
    auto const count = [&](tenancy::Condition condition) {
        tenancy::ListQuery query;
        query.conditions = {std::move(condition)};
        return must(test::run(store_.accounts().list(in, query, soon()))).items.size();
    };
    EXPECT_EQ(count({"tenant_id", Operator::eq, {"one"}}), 1U);
    EXPECT_EQ(count({"tenant_id", Operator::in, {"one", "two", "three"}}), 2U);
    EXPECT_EQ(count({"tenant_id", Operator::ne, {"one"}}), 1U);
    EXPECT_EQ(count({"tenant_id", Operator::like, {"%O%"}}), 2U);
    EXPECT_EQ(count({"region", Operator::exist, {"true"}}), 0U);
    EXPECT_EQ(count({"is_sandbox", Operator::eq, {"false"}}), 2U);
    EXPECT_EQ(count({"integration.name", Operator::eq, {"gorgias"}}), 2U);
    EXPECT_EQ(count({"created_at", Operator::gt, {"2020-01-01T00:00:00Z"}}), 2U);
    EXPECT_EQ(count({"tenant_id", Operator::eq, {"'; DROP TABLE teams; --"}}), 0U);
    for (auto const& [field, value] : {std::pair{"secret", "x"},
                                       {"is_sandbox", "maybe"},
                                       {"created_at", "soon"},
                                       {"environment_integration_id", "ia_01h455vb4pex5vsknk084sn02q"}}) {
        tenancy::ListQuery query;
        query.conditions = {{field, Operator::eq, {value}}};
        auto const listed = test::run(store_.accounts().list(in, query, soon()));
        ASSERT_FALSE(listed) << field;
        EXPECT_EQ(listed.error().failures().front().path, field);
    }
}

TEST_F(StoreTest, MovesTheGenerationWithNewCredentialsOnly)
{
    auto const made = account(environment("t", "e"));
    auto const rename = [](Account& row, Context&) {
        row.tenant_id = "renamed";
        return Result<void>{};
    };
    EXPECT_EQ(must(test::run(store_.accounts().update(made.environment, made.id, false, rename, soon()))).generation,
              1);
    auto const changed = must(test::run(store_.accounts().update(made.environment, made.id, true, rename, soon())));
    EXPECT_EQ(changed.generation, 2);
    EXPECT_EQ(changed.tenant_id, "renamed");
}

TEST_F(StoreTest, WritesNothingWhenAChangeIsRefused)
{
    auto const made = account(environment("t", "e"));
    auto const refuse = [](Account& row, Context&) -> Result<void> {
        row.tenant_id = "half written";
        return invalid("context", "no");
    };
    EXPECT_FALSE(test::run(store_.accounts().update(made.environment, made.id, true, refuse, soon())));
    EXPECT_EQ(must(test::run(store_.accounts().find(made.environment, made.id, soon()))).tenant_id, "acme");
}

TEST_F(StoreTest, RefusesAKeyringThatIsNotTheOneItWasSealedWith)
{
    EXPECT_TRUE(test::run(store_.tenancy().check_keyring(soon())));
    EXPECT_TRUE(test::run(store_.tenancy().check_keyring(soon())));
    auto const other = crypto::Keyring::generate();
    Store wrong(pool_, other, clock_);
    EXPECT_EQ(test::run(wrong.tenancy().check_keyring(soon())).error().code(), ErrorCode::conflict);
}

TEST_F(StoreTest, AnswersUnavailableWithinTheDeadlineWhenTheDatabaseIsGone)
{
    pg::Pool pool({.url = Secret{"host=/nonexistent dbname=x"}, .connections = 1}, metrics_, log_);
    Store gone(pool, keyring_, clock_);
    EXPECT_EQ(test::run(gone.ping(soon())).error().code(), ErrorCode::unavailable);
}

TEST_F(StoreTest, SurvivesAKilledBackend)
{
    EXPECT_TRUE(test::run(store_.ping(soon())));
    database_.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sluice_app' AND datname = "
        "current_database()");
    for (int i = 0; i < 4; ++i)
        (void)test::run(store_.ping(soon()));
    EXPECT_TRUE(test::run(store_.ping(soon())));
}

} // namespace
} // namespace sluice::store
