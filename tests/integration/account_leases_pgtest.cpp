// Who may renew a credential, and what that tells of the OAuth app that all accounts of an installation share.
#include "connection_fixture.hpp"

#include <algorithm>
#include <future>
#include <pqxx/connection>
#include <pqxx/transaction>
#include <thread>
#include <vector>

namespace sluice::store {
namespace {

using Kind = accounts::RefreshLease::Kind;
using accounts::RefreshEnd;

RefreshEnd const kRenewed{RefreshEnd::Kind::renewed, {}};

class AccountLeaseTest : public ConnectionStoreTest {
protected:
    /// For the first generation.
    accounts::RefreshLease lease(Account const& of)
    {
        return must(test::run(
            store_.accounts().lease_refresh(of.environment, of.id, 1, owner_, std::chrono::seconds(60), soon())));
    }
    Account finish(Account const& of, RefreshEnd::Kind kind)
    {
        accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
        return must(test::run(
            store_.accounts().finish_refresh(of.environment, of.id, owner_, {kind, "invalid_client"}, none, soon())));
    }

    Uuid const owner_ = uuid_v7(clock_.now());
};

TEST_F(AccountLeaseTest, OneLeaseAtATimeAndOnlyItsHolderFinishes)
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

TEST_F(AccountLeaseTest, AnIntentThatOutlivedItsLeaseIsAnInterruption)
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

TEST_F(AccountLeaseTest, NewCredentialsTakeTheLeaseFromWhoRenewsTheOldOnes)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const owner = uuid_v7(clock_.now());
    accounts::AccountChange const none = [](Account&, Context&) { return Result<void>{}; };
    must(test::run(store_.accounts().lease_refresh(in, made.id, 1, owner, std::chrono::seconds(60), soon())));
    must(test::run(store_.accounts().update(in, made.id, true, none, {}, soon())));
    EXPECT_EQ(test::run(store_.accounts().finish_refresh(in, made.id, owner, kRenewed, none, soon())).error().code(),
              ErrorCode::conflict);
}

TEST_F(AccountLeaseTest, AnUndecidedRenewalLeavesItsIntent)
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

TEST_F(AccountLeaseTest, ARefusedAppIsKeptWithItsInstallationAndToldOnceUntilItWorksAgain)
{
    auto const in = environment("mine");
    auto const made = account(in);
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_);
    Store const worker(pool, keyring_, clock_, no_caches_);
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

TEST_F(AccountLeaseTest, AccountsThatAreRefusedForTheirAppAtOnceDoNotWaitForEachOther)
{
    auto const in = environment("mine");
    auto const first = account(in);
    std::vector<IntegratedAccountId> accounts{first.id};
    while (accounts.size() < 12) {
        auto more = first;
        more.tenant_id += std::to_string(accounts.size());
        accounts.push_back(must(test::run(store_.accounts().create(more, {{}, {{"api_key", "x"}}}, {}, soon()))).id);
    }
    {
        pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 6}, metrics_, log_);
        Store const worker(pool, keyring_, clock_, no_caches_);
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

TEST_F(AccountLeaseTest, AnAppThatIsReplacedIsTriedAtOnce)
{
    auto const in = environment("mine");
    auto const made = account(in);
    lease(made);
    finish(made, RefreshEnd::Kind::app_refused);
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    row.app_secret = Secret{"another"};
    EXPECT_TRUE(must(test::run(store_.installations().update(row, {}, soon()))).last_error.is_null());
    EXPECT_EQ(lease(made).kind, Kind::taken);
}

TEST_F(AccountLeaseTest, AnAppThatIsAskedAboutWithAnotherCertificateIsTriedAtOnce)
{
    auto const in = environment("mine");
    auto const made = account(in);
    lease(made);
    finish(made, RefreshEnd::Kind::app_refused);
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    row.override["tls"] = json::object{{"certificate", "new"}};
    row.tls_key = Secret{"key"};
    EXPECT_TRUE(must(test::run(store_.installations().update(row, {}, soon()))).last_error.is_null());
    EXPECT_EQ(lease(made).kind, Kind::taken);
}

TEST_F(AccountLeaseTest, AnotherChangeOfAnInstallationSaysNothingOfItsApp)
{
    auto const in = environment("mine");
    auto const made = account(in);
    lease(made);
    finish(made, RefreshEnd::Kind::app_refused);
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    row.show_in_catalog = !row.show_in_catalog;
    row.override["rate_limit"] = json::object{};
    EXPECT_EQ(must(test::run(store_.installations().update(row, {}, soon()))).last_error.at("message"),
              "invalid_client");
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE type = 'environment_integration:reactivated'"), "0");
}

TEST_F(AccountLeaseTest, AnAppThatRenewedAnAccountIsKnownToWorkUntilItIsReplaced)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const worked_at = [&] {
        return must(test::run(store_.accounts().load_state(in, made.id, soon()))).app_worked_at;
    };
    EXPECT_FALSE(worked_at());
    lease(made);
    finish(made, RefreshEnd::Kind::renewed);
    EXPECT_TRUE(worked_at());
    auto row = must(test::run(store_.installations().find(in, made.environment_integration, soon())));
    must(test::run(store_.installations().update(row, {}, soon())));
    EXPECT_TRUE(worked_at());
    row.app_secret = Secret{"another"};
    must(test::run(store_.installations().update(row, {}, soon())));
    EXPECT_FALSE(worked_at());
}

TEST_F(AccountLeaseTest, OfTwoAccountsThatMayAskForTheirAppOneDoes)
{
    auto const in = environment("mine");
    auto const first = account(in);
    auto other = first;
    other.tenant_id += "2";
    auto const second = must(test::run(store_.accounts().create(other, {{}, {{"api_key", "x"}}}, {}, soon())));
    database_.execute("UPDATE environment_integrations SET app_refused_at = now() - interval '1 minute', "
                      "app_retry_at = now() - interval '1 second', last_error = '{\"message\": \"no\"}'");
    pg::Pool pool({.url = database_.url("sluice_worker"), .connections = 2}, metrics_, log_);
    Store const worker(pool, keyring_, clock_, no_caches_);
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

TEST_F(AccountLeaseTest, HealthIsAskedForAtMostOnceAMinute)
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

TEST_F(AccountLeaseTest, HealthIsNotAskedForWhileTheSecondLookHasItsTime)
{
    auto const in = environment("mine");
    auto const made = account(in);
    auto const is_due_after_refusal = [&](std::string_view ago) {
        database_.execute(
            fmt::format("UPDATE integrated_accounts SET credential_refused_at = now() - interval '{}'", ago));
        must(test::run(store_.accounts().ask_health(in, made.id, soon())));
        return database_.value("SELECT due <= now() FROM jobs WHERE kind = 'account_health'");
    };
    EXPECT_EQ(is_due_after_refusal("4 minutes"), "f");
    EXPECT_EQ(is_due_after_refusal("5 minutes"), "t") << "the next look can be the verdict";
}

} // namespace
} // namespace sluice::store
