// What connecting, events and renewing store: inside its environment, sealed for its place, by its leaseholder.
#include "accounts/connector.hpp"
#include "accounts/vault.hpp"
#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "events/signature.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <pqxx/connection>

#include <algorithm>

#include <pqxx/notification>
#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

using accounts::Account;
using accounts::Context;
using Kind = accounts::RefreshLease::Kind;
using accounts::RefreshEnd;

RefreshEnd const kRenewed{RefreshEnd::Kind::renewed, {}};

class ConnectionStoreTest : public ::testing::Test {
protected:
    EnvironmentId environment(std::string const& name)
    {
        must(test::run(store_.tenancy().ensure_team("t", soon())));
        return must(test::run(store_.tenancy().ensure_environment("t", name, soon()))).value.id;
    }

    accounts::EnvironmentIntegration installed(EnvironmentId in)
    {
        accounts::EnvironmentIntegration row;
        row.environment = in;
        row.integration = catalog::builtin_id("gorgias");
        row.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
        row.app_secret = Secret{"planted-app-secret"};
        return must(test::run(store_.installations().ensure(row, soon()))).row;
    }

    Account account(EnvironmentId in)
    {
        Account made;
        made.environment = in;
        made.environment_integration = installed(in).id;
        made.tenant_id = "acme";
        made.status = accounts::Status::active;
        made.authentication_method = "oauth2";
        json::object const token{{"access_token", "planted-access"}, {"refresh_token", "planted-refresh"}};
        Context const context{{{"subdomain", "acme"}}, {{"oauth", json::object{{"token", token}}}}};
        return must(test::run(store_.accounts().create(made, context, soon())));
    }

    events::Webhook webhook(EnvironmentId in, std::string secret)
    {
        events::Webhook made;
        made.environment = in;
        made.target_url = "https://receiver.example/";
        return must(test::run(store_.webhooks().create(made, Secret{std::move(secret)}, soon())));
    }

    accounts::LinkToken link(EnvironmentId in, crypto::TokenHash const& hash)
    {
        accounts::LinkToken made;
        made.environment = in;
        made.tenant_id = "acme";
        made.context = json::object{{"password", "planted-password"}};
        made.expires_at = clock_.now() + std::chrono::hours(1);
        return must(test::run(store_.connections().create_link(made, hash, soon())));
    }

    static tenancy::JobWish wish(std::size_t most = 10, std::size_t share = 10)
    {
        tenancy::JobWish made;
        made.kind = tenancy::JobKind::delivery;
        made.most = most;
        made.share = share;
        made.lease = std::chrono::seconds(60);
        return made;
    }

    std::string count(std::string_view table) { return database_.value(fmt::format("SELECT count(*) FROM {}", table)); }

    test::Database database_;
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    pg::Pool pool_{{.url = database_.url("sluice_app"), .connections = 2}, metrics_, log_};
    Store store_{pool_, keyring_, clock_};
};

TEST_F(ConnectionStoreTest, NoSealOpensInAnotherRowColumnOrEnvironment)
{
    auto const mine = environment("mine");
    auto const theirs = environment("theirs");
    auto const installation = installed(mine);
    installed(theirs);
    webhook(mine, "one");
    webhook(mine, "two");
    auto const hash = crypto::hash_token(keyring_, "link");
    link(mine, hash);
    account(mine);

    // Another column: an account's credentials where the app's secret should be.
    database_.execute("UPDATE environment_integrations e SET sealed = a.sealed FROM integrated_accounts a "
                      "WHERE e.environment_id = a.environment_id");
    auto const state = must(test::run(store_.installations().load(mine, installation.id, soon())));
    EXPECT_FALSE(state.app_secret->key.open(state.app_secret->place, state.app_secret->sealed));

    // Another row.
    database_.execute("UPDATE webhooks SET sealed = (SELECT sealed FROM webhooks ORDER BY id LIMIT 1)");
    auto const hooks = must(test::run(store_.webhooks().list(mine, {}, soon()))).items;
    for (auto const& hook : hooks)
        must(test::run(store_.webhooks().send_test(mine, hook.id, soon())));
    auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
    std::size_t opened = 0;
    for (auto const& job : jobs)
        opened += test::run(store_.webhooks().load_delivery(mine, DeliveryId{job.id}, soon())) ? 1 : 0;
    EXPECT_EQ(jobs.size(), 4U) << "the first event of the account and a test, for each webhook";
    EXPECT_EQ(opened, 2U) << "only those of the webhook it was sealed for";

    // Another environment's key.
    database_.execute("UPDATE link_tokens SET sealed = (SELECT sealed FROM integrated_accounts LIMIT 1)");
    EXPECT_FALSE(test::run(store_.connections().resolve_link({hash}, soon())));
}

TEST_F(ConnectionStoreTest, EventsOfOneAccountComeOneAfterTheOther)
{
    auto const mine = environment("mine");
    installed(mine);
    webhook(mine, "one");
    account(mine); // Two events: created, active.
    auto const take = [&] { return must(test::run(store_.jobs().take(wish(), soon()))).jobs; };
    auto const end = [&](tenancy::Job const& job, events::DeliveryStatus outcome) {
        auto state = must(test::run(store_.webhooks().load_delivery(mine, DeliveryId{job.id}, soon())));
        auto const type = state.event.type;
        events::Attempt attempt;
        attempt.outcome = outcome;
        EXPECT_TRUE(test::run(store_.webhooks().record_attempt(std::move(state), attempt, soon())));
        return type;
    };
    auto const first = take();
    ASSERT_EQ(first.size(), 1U) << "the second waits";
    EXPECT_EQ(end(first.front(), events::DeliveryStatus::delivered), "integrated_account:created");
    auto const second = take();
    ASSERT_EQ(second.size(), 1U);
    // One that nobody takes lets the others pass, too.
    EXPECT_EQ(end(second.front(), events::DeliveryStatus::dead), "integrated_account:active");
    EXPECT_TRUE(take().empty());
}

TEST_F(ConnectionStoreTest, NothingPlantedLiesInClear)
{
    auto const in = environment("mine");
    account(in);
    link(in, crypto::hash_token(keyring_, "link"));
    webhook(in, "planted-webhook-secret");
    for (auto const* table : {"environment_integrations", "integrated_accounts", "link_tokens", "webhooks", "events"})
        EXPECT_EQ(database_.value(fmt::format("SELECT count(*) FROM {0} WHERE {0}::text LIKE '%planted%'", table)), "0")
            << table;
}

TEST_F(ConnectionStoreTest, ShowsNothingOfAnotherEnvironment)
{
    auto const mine = environment("mine");
    auto const theirs = environment("theirs");
    auto const their_account = account(theirs);
    auto const their_webhook = webhook(theirs, "x");
    accounts::Connection connection;
    connection.environment = theirs;
    connection.environment_integration = their_account.environment_integration;
    connection.tenant_id = "acme";
    connection.authentication_method = "oauth2";
    connection.expires_at = clock_.now() + std::chrono::minutes(10);
    auto const their_connection =
        must(test::run(store_.connections().create(connection, crypto::hash_token(keyring_, "state"), soon())));
    auto const not_found = [](auto const& result) { return !result && result.error().code() == ErrorCode::not_found; };

    EXPECT_TRUE(not_found(test::run(store_.connections().find(mine, their_connection.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.installations().load(mine, their_account.environment_integration, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().find(mine, their_webhook.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().send_test(mine, their_webhook.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().replay(mine, their_webhook.id, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().rotate_secret(mine, their_webhook.id, Secret{"x"}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().remove(mine, their_webhook.id, soon()))));
    EXPECT_TRUE(must(test::run(store_.webhooks().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(must(test::run(store_.webhooks().log(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(
        store_.accounts().lease_refresh(mine, their_account.id, 1, Uuid{}, std::chrono::seconds(5), soon()))));
    EXPECT_TRUE(not_found(test::run(store_.account_tokens().create({mine, their_account.id, clock_.now()},
                                                                   crypto::hash_token(keyring_, "t"), soon()))));
    EXPECT_EQ(must(test::run(store_.keys().shred(mine, soon()))), 0U);
    EXPECT_TRUE(test::run(store_.accounts().load_state(theirs, their_account.id, soon())));

    pqxx::connection serving(database_.url("sluice_app").reveal());
    pqxx::work transaction(serving);
    for (auto const* table :
         {"link_tokens", "connections", "account_tokens", "events", "webhooks", "deliveries", "delivery_attempts"})
        EXPECT_EQ(transaction.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
}

TEST_F(ConnectionStoreTest, OneLeaseAtATimeAndOnlyItsHolderFinishes)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto& repository = store_.accounts();
    auto const one = uuid_v7(clock_.now());
    auto const two = uuid_v7(clock_.now());
    auto const lease = [&](Uuid const& owner, std::int64_t seen, int seconds = 60) {
        return must(
            test::run(repository.lease_refresh(in, made.id, seen, owner, std::chrono::seconds(seconds), soon())));
    };
    accounts::AccountChange const change = [](Account&, Context& context) -> Result<void> {
        context.secret["oauth"] = json::object{{"token", json::object{{"access_token", "new"}}}};
        return {};
    };
    EXPECT_EQ(lease(one, 1).kind, Kind::taken);
    EXPECT_EQ(lease(two, 1).kind, Kind::busy);
    EXPECT_EQ(test::run(repository.intend_refresh(in, made.id, two, soon())).error().code(), ErrorCode::conflict);
    must(test::run(repository.intend_refresh(in, made.id, one, soon())));
    EXPECT_EQ(test::run(repository.finish_refresh(in, made.id, two, kRenewed, change, soon())).error().code(),
              ErrorCode::conflict);
    EXPECT_EQ(must(test::run(repository.finish_refresh(in, made.id, one, kRenewed, change, soon()))).generation, 2);
    EXPECT_EQ(lease(two, 1).kind, Kind::renewed);
    EXPECT_EQ(lease(two, 2).kind, Kind::taken);
}

TEST_F(ConnectionStoreTest, AnIntentThatOutlivedItsLeaseIsAnInterruption)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto& repository = store_.accounts();
    auto const dead = uuid_v7(clock_.now());
    must(test::run(repository.lease_refresh(in, made.id, 1, dead, std::chrono::seconds(60), soon())));
    must(test::run(repository.intend_refresh(in, made.id, dead, soon())));
    database_.execute("UPDATE integrated_accounts SET refresh_lease_until = now() - interval '1 second'");
    auto const next = must(
        test::run(repository.lease_refresh(in, made.id, 1, uuid_v7(clock_.now()), std::chrono::seconds(60), soon())));
    EXPECT_EQ(next.kind, Kind::taken);
    EXPECT_TRUE(next.is_interrupted);
}

TEST_F(ConnectionStoreTest, NewCredentialsTakeTheLeaseFromWhoRenewsTheOldOnes)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    must(test::run(store_.accounts().lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    must(test::run(store_.accounts().update(in, made.id, true, none, soon())));
    EXPECT_EQ(test::run(store_.accounts().finish_refresh(in, made.id, owner, kRenewed, none, soon())).error().code(),
              ErrorCode::conflict);
}

TEST_F(ConnectionStoreTest, AnUndecidedRenewalLeavesItsIntent)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto& repository = store_.accounts();
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    must(test::run(repository.lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    must(test::run(repository.intend_refresh(in, made.id, owner, soon())));
    RefreshEnd const undecided{RefreshEnd::Kind::undecided, {}};
    must(test::run(repository.finish_refresh(in, made.id, owner, undecided, none, soon())));
    auto const next =
        must(test::run(repository.lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    EXPECT_EQ(next.kind, Kind::taken);
    EXPECT_TRUE(next.is_interrupted);
}

TEST_F(ConnectionStoreTest, ARefusedAppIsKeptWithItsInstallationAndToldOnceUntilItWorksAgain)
{
    auto const in = environment("mine");
    auto const made = account(in);
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_);
    Store const worker(pool, keyring_, clock_);
    auto& repository = worker.accounts();
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    auto const lease = [&] {
        return must(test::run(repository.lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    };
    auto const finish = [&](RefreshEnd::Kind kind) {
        return must(test::run(repository.finish_refresh(in, made.id, owner, {kind, "invalid_client"}, none, soon())));
    };
    auto const told = [&](std::string_view what) {
        return database_.value(
            fmt::format("SELECT count(*) FROM events WHERE type = 'environment_integration:{}'", what));
    };
    lease();
    EXPECT_EQ(finish(RefreshEnd::Kind::app_refused).status, accounts::Status::active);
    EXPECT_EQ(database_.value("SELECT app_retry_at > app_refused_at FROM environment_integrations"), "t");
    database_.execute("UPDATE environment_integrations SET app_retry_at = now() + interval '1 minute'");
    auto const waiting = lease();
    EXPECT_EQ(waiting.kind, Kind::app_refused) << "one asks, the others wait";
    EXPECT_EQ(waiting.state.app_trouble->message, "invalid_client");
    auto const installation = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    EXPECT_EQ(installation.last_error.at("message"), "invalid_client");
    database_.execute("UPDATE environment_integrations SET app_retry_at = now()");
    EXPECT_EQ(lease().kind, Kind::taken);
    finish(RefreshEnd::Kind::app_refused);
    EXPECT_EQ(told("app_refused"), "1");
    database_.execute("UPDATE environment_integrations SET app_retry_at = now()");
    EXPECT_EQ(lease().kind, Kind::taken);
    finish(RefreshEnd::Kind::renewed);
    EXPECT_EQ(told("reactivated"), "1");
    auto const after = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    EXPECT_TRUE(after.last_error.is_null());
}

TEST_F(ConnectionStoreTest, AccountsThatAreRefusedForTheirAppAtOnceDoNotWaitForEachOther)
{
    auto const in = environment("mine");
    auto const first = account(in);
    std::vector<IntegratedAccountId> accounts{first.id};
    while (accounts.size() < 12) {
        auto more = first;
        more.tenant_id += std::to_string(accounts.size());
        accounts.push_back(must(test::run(store_.accounts().create(more, {{}, {{"api_key", "x"}}}, soon()))).id);
    }
    {
        pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 6}, metrics_, log_);
        Store const worker(pool, keyring_, clock_);
        auto const owner = uuid_v7(clock_.now());
        for (auto const& id : accounts)
            must(test::run(worker.accounts().lease_refresh(in, id, 1, owner, std::chrono::seconds(60), soon())));
        std::vector<std::future<bool>> ends;
        for (auto const& id : accounts)
            ends.push_back(std::async(std::launch::async, [&worker, in, id, owner] {
                accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
                return test::run(worker.accounts().finish_refresh(
                                     in, id, owner, {RefreshEnd::Kind::app_refused, "invalid_client"}, none, soon()))
                    .has_value();
            }));
        for (auto& end : ends)
            EXPECT_TRUE(end.get());
    }
    // A server process counts what it met when it ends.
    EXPECT_EQ(database_.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), "0");
}

TEST_F(ConnectionStoreTest, AnAppThatIsReplacedIsTriedAtOnce)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    auto const lease = [&] {
        return must(
            test::run(store_.accounts().lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    };
    lease();
    must(test::run(
        store_.accounts().finish_refresh(in, made.id, owner, {RefreshEnd::Kind::app_refused, "no"}, none, soon())));
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    row.app_secret = Secret{"another"};
    EXPECT_TRUE(must(test::run(store_.installations().update(row, soon()))).last_error.is_null());
    EXPECT_EQ(lease().kind, Kind::taken);
}

TEST_F(ConnectionStoreTest, AnotherChangeOfAnInstallationSaysNothingOfItsApp)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    must(test::run(store_.accounts().lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    must(test::run(
        store_.accounts().finish_refresh(in, made.id, owner, {RefreshEnd::Kind::app_refused, "no"}, none, soon())));
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    row.show_in_catalog = !row.show_in_catalog;
    EXPECT_EQ(must(test::run(store_.installations().update(row, soon()))).last_error.at("message"), "no");
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE type = 'environment_integration:reactivated'"), "0");
}

TEST_F(ConnectionStoreTest, AnAppThatRenewedAnAccountIsKnownToWorkUntilItIsReplaced)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    auto const worked_at = [&] {
        return must(test::run(store_.accounts().load_state(in, made.id, soon()))).app_worked_at;
    };
    EXPECT_FALSE(worked_at());
    must(test::run(store_.accounts().lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    must(
        test::run(store_.accounts().finish_refresh(in, made.id, owner, {RefreshEnd::Kind::renewed, {}}, none, soon())));
    EXPECT_TRUE(worked_at());
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    must(test::run(store_.installations().update(row, soon())));
    EXPECT_TRUE(worked_at());
    row.app_secret = Secret{"another"};
    must(test::run(store_.installations().update(row, soon())));
    EXPECT_FALSE(worked_at());
}

TEST_F(ConnectionStoreTest, OfTwoAccountsThatMayAskForTheirAppOneDoes)
{
    auto const in = environment("mine");
    auto const first = account(in);
    auto other = first;
    other.tenant_id += "2";
    auto const second = must(test::run(store_.accounts().create(other, {{}, {{"api_key", "x"}}}, soon())));
    database_.execute("UPDATE environment_integrations SET app_refused_at = now() - interval '1 minute', "
                      "app_retry_at = now() - interval '1 second', last_error = '{\"message\": \"no\"}'");
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 2}, metrics_, log_);
    Store const worker(pool, keyring_, clock_);
    pqxx::connection holder(database_.url("").reveal());
    pqxx::work held(holder);
    held.exec("SELECT 1 FROM environment_integrations FOR UPDATE"); // Both have read that it is time.
    std::vector<std::future<Kind>> leases;
    for (auto const& id : {first.id, second.id})
        leases.push_back(std::async(std::launch::async, [&worker, in, id] {
            return must(test::run(
                            worker.accounts().lease_refresh(in, id, 1, uuid_v7({}), std::chrono::seconds(60), soon())))
                .kind;
        }));
    while (database_.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != "2")
        std::this_thread::yield();
    held.commit();
    std::vector<Kind> kinds{leases[0].get(), leases[1].get()};
    std::ranges::sort(kinds);
    EXPECT_EQ(kinds, (std::vector{Kind::taken, Kind::app_refused}));
}

TEST_F(ConnectionStoreTest, HealthIsAskedForAtMostOnceAMinute)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const is_due = [&] { return database_.value("SELECT due <= now() FROM jobs WHERE kind = 'account_health'"); };
    auto const put_off = [&] {
        database_.execute("UPDATE jobs SET due = now() + interval '1 hour' WHERE kind = 'account_health'");
    };
    EXPECT_EQ(is_due(), "f");
    must(test::run(store_.accounts().ask_health(in, made.id, soon())));
    EXPECT_EQ(is_due(), "t");
    put_off();
    must(test::run(store_.accounts().ask_health(in, made.id, soon())));
    EXPECT_EQ(is_due(), "f");
    database_.execute("UPDATE integrated_accounts SET health_asked_at = now() - interval '61 seconds'");
    must(test::run(store_.accounts().ask_health(in, made.id, soon())));
    EXPECT_EQ(is_due(), "t");
    database_.execute("UPDATE integrated_accounts SET status = 'needs_reauth', health_asked_at = NULL");
    put_off();
    must(test::run(store_.accounts().ask_health(in, made.id, soon())));
    EXPECT_EQ(is_due(), "f");
}

TEST_F(ConnectionStoreTest, AChangeWritesOnlyWhatChanged)
{
    auto const in = environment("mine");
    auto const made = account(in);
    database_.execute("UPDATE integrated_accounts SET refresh_due_at = now() + interval '1 hour'");
    database_.execute("INSERT INTO jobs (partition, kind, environment_id, id, due, lease_until) "
                      "SELECT 0, 'account_refresh', environment_id, id, now(), now() + interval '1 hour' "
                      "FROM integrated_accounts");
    auto const seal = [&] { return database_.value("SELECT encode(sealed, 'hex') FROM integrated_accounts"); };
    auto const jobs = [&] { return database_.value("SELECT string_agg(j::text, ',' ORDER BY j::text) FROM jobs j"); };
    auto const old_seal = seal();
    auto const old_jobs = jobs();
    accounts::AccountChange const note = [](Account& row, Context& context) -> Result<void> {
        row.last_forbidden_error = json::object{{"message", "no"}};
        context.visible["seen"] = true;
        return {};
    };
    auto const changed = must(test::run(store_.accounts().update(in, made.id, false, note, soon())));
    EXPECT_EQ(seal(), old_seal);
    EXPECT_EQ(jobs(), old_jobs);
    auto const stored = must(test::run(store_.accounts().find(in, made.id, soon())));
    EXPECT_EQ(stored.context.at("seen"), true);
    EXPECT_EQ(stored.last_forbidden_error, changed.last_forbidden_error);
    EXPECT_EQ(stored.updated_at, changed.updated_at);
    EXPECT_EQ(stored.generation, changed.generation);
    accounts::AccountChange const replace = [](Account&, Context& context) -> Result<void> {
        context.secret["api_key"] = "new";
        return {};
    };
    must(test::run(store_.accounts().update(in, made.id, false, replace, soon())));
    EXPECT_NE(seal(), old_seal);
    auto const state = must(test::run(store_.accounts().load_state(in, made.id, soon())));
    EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "new");
}

TEST_F(ConnectionStoreTest, AnEventIsWrittenWithItsChangeOrNotAtAll)
{
    auto const in = environment("mine");
    webhook(in, "x");
    auto const made = account(in);
    EXPECT_EQ(count("events"), "2") << "created and active";
    EXPECT_EQ(count("deliveries"), "2");
    accounts::AccountChange const refused = [](Account& row, Context&) -> Result<void> {
        row.status = accounts::Status::needs_reauth;
        return invalid("x", "is refused");
    };
    EXPECT_FALSE(test::run(store_.accounts().update(in, made.id, false, refused, soon())));
    EXPECT_EQ(count("events"), "2");
    must(test::run(store_.accounts().remove(in, made.id, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE type = 'integrated_account:deleted'"), "1");
}

TEST_F(ConnectionStoreTest, AJobIsOneWorkersUntilItsLeaseEnds)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, soon())));
    auto const take = [&] { return must(test::run(store_.jobs().take(wish(), soon()))).jobs; };
    auto const first = take();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_TRUE(take().empty());
    database_.execute("UPDATE jobs SET lease_until = now() - interval '1 second'");
    auto const second = take();
    ASSERT_EQ(second.size(), 1U);
    must(test::run(store_.jobs().finish(first.front(), std::nullopt, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'delivery'"), "1") << "taken over meanwhile";
    must(test::run(store_.jobs().finish(second.front(), std::nullopt, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'delivery'"), "0");
}

TEST_F(ConnectionStoreTest, OneEnvironmentsBacklogLeavesRoomForOthers)
{
    auto const flood = environment("flood");
    auto const other = environment("other");
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "SELECT n % 16, 'delivery', '{}', gen_random_uuid(), now() - interval '1 hour' "
                                  "FROM generate_series(1, 600) n",
                                  to_hex(flood.uuid())));
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "VALUES (15, 'delivery', '{}', gen_random_uuid(), now())",
                                  to_hex(other.uuid())));
    auto const count_of = [](std::vector<tenancy::Job> const& jobs, EnvironmentId of) {
        return std::ranges::count_if(jobs, [of](tenancy::Job const& job) { return job.environment == of; });
    };
    auto asked = wish(64, 16);
    auto const taken = must(test::run(store_.jobs().take(asked, soon()))).jobs;
    EXPECT_EQ(count_of(taken, flood), 16);
    EXPECT_EQ(count_of(taken, other), 1);
    asked.running = {{flood, 16}, {other, 1}};
    EXPECT_TRUE(must(test::run(store_.jobs().take(asked, soon()))).jobs.empty()) << "its share is running";
    asked.running = {{flood, 11}};
    EXPECT_EQ(must(test::run(store_.jobs().take(asked, soon()))).jobs.size(), 5U);
    // Where there is little room, the environments come one after the other.
    database_.execute("UPDATE jobs SET lease_until = NULL");
    auto little = wish(1, 1);
    auto const first = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(first.size(), 1U);
    little.after = first[0].environment;
    auto const second = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second[0].environment, first[0].environment);
    little.after = second[0].environment;
    auto const third = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(third.size(), 1U) << "around the circle";
    EXPECT_EQ(third[0].environment, flood) << "the other has no more";
}

TEST_F(ConnectionStoreTest, AQueueThatIsEmptyTellsWhenToLookAgain)
{
    auto const in = environment("mine");
    EXPECT_FALSE(must(test::run(store_.jobs().take(wish(), soon()))).next_in);
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "VALUES (3, 'delivery', '{}', gen_random_uuid(), now() + interval '20 seconds')",
                                  to_hex(in.uuid())));
    auto const taken = must(test::run(store_.jobs().take(wish(), soon())));
    EXPECT_TRUE(taken.jobs.empty());
    ASSERT_TRUE(taken.next_in);
    EXPECT_GT(*taken.next_in, std::chrono::seconds(15));
    EXPECT_LE(*taken.next_in, std::chrono::seconds(20));
}

TEST_F(ConnectionStoreTest, AJobThatFailsWaitsAndItsFailuresAreCountedUntilItSucceeds)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, soon())));
    for (int failures = 0; failures < 3; ++failures) {
        auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
        ASSERT_EQ(jobs.size(), 1U);
        EXPECT_EQ(jobs[0].failures, failures);
        must(test::run(store_.jobs().fail(jobs[0], std::chrono::hours(1), soon())));
        EXPECT_TRUE(must(test::run(store_.jobs().take(wish(), soon()))).jobs.empty());
        database_.execute("UPDATE jobs SET due = now()");
    }
    auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
    must(test::run(store_.jobs().finish(jobs.at(0), clock_.now() - std::chrono::seconds(1), soon())));
    EXPECT_EQ(must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).failures, 0);
}

TEST_F(ConnectionStoreTest, AJobThatIsDueIsTold)
{
    pqxx::connection connection(database_.url("sluice_worker").reveal());
    struct Ear final : pqxx::notification_receiver {
        explicit Ear(pqxx::connection& to)
            : pqxx::notification_receiver(to, tenancy::kJobChannel)
        {
        }
        void operator()(std::string const& payload, int) override { heard.push_back(payload); }
        std::vector<std::string> heard;
    } ear(connection);
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, soon())));
    connection.await_notification(5, 0);
    EXPECT_EQ(ear.heard, (std::vector<std::string>{"delivery"}));
}

TEST_F(ConnectionStoreTest, AReceiverThatFailsAgainAndAgainPausesUntilItWorksOrIsChanged)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, soon())));
    auto const id = DeliveryId{must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).id};
    auto const load = [&] { return must(test::run(store_.webhooks().load_delivery(in, id, soon()))); };
    auto const attempt = [&](events::Attempt made) {
        if (made.outcome == events::DeliveryStatus::pending)
            made.next = clock_.now() + std::chrono::seconds(5);
        must(test::run(store_.webhooks().record_attempt(load(), made, soon())));
    };
    for (int i = 0; i < events::WebhookRepository::kFailuresUntilPause; ++i) {
        EXPECT_FALSE(load().paused_until);
        attempt({});
    }
    EXPECT_GT(load().paused_until, clock_.now() + std::chrono::seconds(10));
    EXPECT_LT(load().paused_until, clock_.now() + std::chrono::seconds(20));
    attempt({});
    EXPECT_GT(load().paused_until, clock_.now() + std::chrono::seconds(25));
    must(test::run(store_.webhooks().update(must(test::run(store_.webhooks().find(in, hook.id, soon()))), soon())));
    EXPECT_FALSE(load().paused_until);
    events::Attempt asked;
    asked.not_before = std::chrono::floor<std::chrono::milliseconds>(clock_.now()) + std::chrono::minutes(2);
    attempt(asked);
    EXPECT_EQ(load().paused_until, asked.not_before);
    events::Attempt delivered;
    delivered.outcome = events::DeliveryStatus::delivered;
    attempt(delivered);
    EXPECT_FALSE(load().paused_until);
}

TEST_F(ConnectionStoreTest, AReceiverThatIsGoneSwitchesItsWebhookOff)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, soon())));
    auto const id = DeliveryId{must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).id};
    events::Attempt gone;
    gone.outcome = events::DeliveryStatus::dead;
    gone.is_gone = true;
    must(test::run(store_.webhooks().record_attempt(must(test::run(store_.webhooks().load_delivery(in, id, soon()))),
                                                    gone, soon())));
    EXPECT_FALSE(must(test::run(store_.webhooks().find(in, hook.id, soon()))).is_active);
}

} // namespace
} // namespace sluice::store
