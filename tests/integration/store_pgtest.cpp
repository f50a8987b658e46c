// The repositories on a real PostgreSQL, as the role that serves.
#include "accounts/vault.hpp"
#include "store_fixture.hpp"
#include "support/clock.hpp"

#include <fmt/format.h>
#include <pqxx/connection>

namespace sluice::store {
namespace {

TEST_F(StoreTest, MakesTeamsAndEnvironmentsOnce)
{
    auto const first = must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
    auto const second = must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
    EXPECT_TRUE(first.is_new);
    EXPECT_FALSE(second.is_new);
    EXPECT_EQ(first.value.id, second.value.id);
    EXPECT_EQ(environment("t", "e"), environment("t", "e"));
    EXPECT_EQ(test::run(store_.tenancy().ensure_environment("nobody", "e", {}, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(StoreTest, FindsATeamByItsNameOrIdAndMakesNone)
{
    auto const made = must(test::run(store_.tenancy().ensure_team("t", {}, soon()))).value;
    EXPECT_EQ(must(test::run(store_.tenancy().find_team("t", soon()))).id, made.id);
    EXPECT_EQ(must(test::run(store_.tenancy().find_team(made.id.str(), soon()))).name, "t");
    auto const unknown = test::run(store_.tenancy().find_team("tt", soon()));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
    EXPECT_EQ(unknown.error().public_detail(), "There is no team tt. `sluice team create` makes one.");
    EXPECT_EQ(test::run(store_.tenancy().ensure_environment("tt", "e", {}, soon())).error().public_detail(),
              unknown.error().public_detail());
    EXPECT_EQ(database_.value("SELECT count(*) FROM teams"), "1");
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
    auto const made = must(test::run(store_.servers().create(wanted, hash, {}, soon())));
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
    must(test::run(store_.servers().update(in, std::nullopt, made.id, choose, {}, soon())));
    EXPECT_TRUE(ids().empty());
    EXPECT_EQ(test::run(store_.servers().find(in, one.id, made.id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(must(test::run(store_.servers().list(in, std::nullopt, {}, soon()))).items.size(), 1U);
    EXPECT_TRUE(must(test::run(store_.servers().list(in, one.id, {}, soon()))).items.empty());
    EXPECT_EQ(must(test::run(store_.servers().remove(in, std::nullopt, made.id, {}, soon()))).tenant_id, "acme");
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
    must(test::run(store_.servers().create(wanted, hash, {}, soon())));
    auto const state = must(test::run(store_.servers().resolve({hash}, soon())));
    ASSERT_EQ(state.accounts.size(), 1U);
    EXPECT_EQ(state.accounts.front().account.id, later.id);
    EXPECT_TRUE(state.is_incomplete);
}

TEST_F(StoreTest, ShowsNothingOfAnotherEnvironmentThroughAnyRepository)
{
    auto const mine = environment("t", "mine");
    auto const theirs = environment("t", "theirs");
    auto const their_account = account(theirs);
    auto const their_server = server(their_account);
    auto const their_token = must(test::run(
        store_.api_tokens().create(theirs, {.name = "token"}, crypto::hash_token(keyring_, "x"), {}, soon())));
    accounts::DocumentationRow document;
    document.environment = theirs;
    document.entity_type = "integration";
    document.entity_id = catalog::builtin_id("gorgias").uuid();
    document.resource = "tickets";
    document.method = "list";
    document.type = "description";
    document.format = "text";
    document.value = "Theirs.";
    auto const their_document = must(test::run(store_.documentation().create(document, {}, soon())));
    auto const not_found = [](auto const& result) { return !result && result.error().code() == ErrorCode::not_found; };
    accounts::AccountChange const no_change = [](Account&, Context&) { return Result<void>{}; };
    mcp::ServerChange const no_server_change = [](mcp::McpServer&) { return Result<void>{}; };

    EXPECT_TRUE(not_found(test::run(store_.accounts().find(mine, their_account.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().load_state(mine, their_account.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().update(mine, their_account.id, true, no_change, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.accounts().remove(mine, their_account.id, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.accounts().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.servers().find(mine, their_account.id, their_server.id, soon()))));
    EXPECT_TRUE(not_found(
        test::run(store_.servers().update(mine, their_account.id, their_server.id, no_server_change, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.servers().remove(mine, their_account.id, their_server.id, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.servers().list(mine, their_account.id, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.api_tokens().find(mine, their_token.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.api_tokens().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.documentation().find(mine, their_document.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.documentation().remove(mine, their_document.id, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.documentation().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(store_.installations().find(mine, their_account.environment_integration, soon()))));
    EXPECT_TRUE(
        not_found(test::run(store_.installations().remove(mine, their_account.environment_integration, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.installations().list(mine, {}, soon()))).items.empty());

    events::Destination destination;
    destination.environment = theirs;
    destination.label = "Theirs";
    destination.masked_url = "https://chat.example/…";
    destination =
        must(test::run(store_.destinations().create(destination, Secret{"https://chat.example/x"}, {}, soon())));
    EXPECT_TRUE(not_found(test::run(store_.destinations().find(mine, destination.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.destinations().load_test(mine, destination.id, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.destinations().remove(mine, destination.id, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.destinations().list(mine, {}, soon()))).items.empty());

    auto foreign = their_account;
    foreign.environment = mine;
    EXPECT_TRUE(not_found(test::run(store_.accounts().create(foreign, Context{}, {}, soon()))));
}

TEST_F(StoreTest, ServingRoleSeesNoRowOutsideAnEnvironmentAndNoSecretHash)
{
    auto const made = account(environment("t", "e"));
    server(made);
    pqxx::connection connection(database_.url("sluice_app").reveal());
    pqxx::work transaction(connection);
    for (auto const* table : {"data_keys", "api_tokens", "environment_integrations", "integrated_accounts",
                              "documentation", "mcp_servers", "write_calls", "keyed_requests"})
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
    EXPECT_TRUE(test::run(store_.installations().remove(in, made.environment_integration, {}, soon())));
    EXPECT_EQ(test::run(store_.servers().resolve({last_hash_}, soon())).error().code(), ErrorCode::not_found);
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_);
    Store const worker(pool, keyring_, clock_, no_caches_);
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
    auto const is_removed = [&](mcp::McpServer const& server) {
        return must(test::run(worker_.servers().remove_expired(server.environment, server.id, soon())));
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
        must(test::run(store_.servers().update(made.environment, made.account, made.id, change, {}, soon())));
    };
    EXPECT_EQ(due(), "1");
    ends_at(clock_.now() + std::chrono::hours(2));
    EXPECT_EQ(due(), "2");
    ends_at(std::nullopt);
    EXPECT_EQ(due(), "none");
    ends_at(clock_.now() + std::chrono::hours(3));
    EXPECT_EQ(due(), "3");
    must(test::run(store_.servers().remove(made.environment, made.account, made.id, {}, soon())));
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
    EXPECT_EQ(
        must(test::run(store_.accounts().update(made.environment, made.id, false, rename, {}, soon()))).generation, 1);
    auto const changed = must(test::run(store_.accounts().update(made.environment, made.id, true, rename, {}, soon())));
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
    EXPECT_FALSE(test::run(store_.accounts().update(made.environment, made.id, true, refuse, {}, soon())));
    EXPECT_EQ(must(test::run(store_.accounts().find(made.environment, made.id, soon()))).tenant_id, "acme");
}

TEST_F(StoreTest, RefusesAKeyringThatIsNotTheOneItWasSealedWith)
{
    EXPECT_TRUE(test::run(store_.tenancy().check_keyring(soon())));
    EXPECT_TRUE(test::run(store_.tenancy().check_keyring(soon())));
    auto const other = crypto::Keyring::generate();
    Store wrong(pool_, other, clock_, no_caches_);
    EXPECT_EQ(test::run(wrong.tenancy().check_keyring(soon())).error().code(), ErrorCode::conflict);
}

TEST_F(StoreTest, AnswersUnavailableWithinTheDeadlineWhenTheDatabaseIsGone)
{
    pg::Pool pool({.url = Secret{"host=/nonexistent dbname=x"}, .connections = 1}, metrics_, log_);
    Store gone(pool, keyring_, clock_, no_caches_);
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
