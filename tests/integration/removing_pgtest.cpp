// Removing what has very many things below it, and what others wait for.
#include "accounts/uninstall_job.hpp"
#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

using accounts::Account;

/// What a request has.
Deadline of_a_request()
{
    return Deadline::after(std::chrono::milliseconds(1900));
}

class RemovingTest : public ::testing::Test {
protected:
    RemovingTest()
    {
        must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
        environment_ = must(test::run(store_.tenancy().ensure_environment("t", "e", {}, soon()))).value.id;
    }

    accounts::InstallationRepository::Ensured install()
    {
        accounts::EnvironmentIntegration row;
        row.environment = environment_;
        row.integration = catalog::builtin_id("gorgias");
        return must(test::run(store_.installations().ensure(row, {}, soon())));
    }
    Result<Account> make_account(EnvironmentIntegrationId installation)
    {
        Account made;
        made.environment = environment_;
        made.environment_integration = installation;
        made.tenant_id = "acme";
        made.status = accounts::Status::active;
        made.authentication_method = "api_key";
        return test::run(store_.accounts().create(made, {{{"subdomain", "acme"}}, {{"api_key", "x"}}}, {}, soon()));
    }
    /// More accounts like that one, by SQL.
    void copy(Account const& account, int times) const
    {
        database_.execute(fmt::format(
            "INSERT INTO integrated_accounts SELECT (r).* FROM (SELECT jsonb_populate_record(a, "
            "jsonb_build_object('id', gen_random_uuid())) AS r FROM integrated_accounts a, generate_series(1, {}) "
            "WHERE a.id = '{}') copies",
            times, to_hex(account.id.uuid())));
    }
    events::Webhook webhook()
    {
        events::Webhook made;
        made.environment = environment_;
        made.target_url = "https://receiver.example/";
        return must(test::run(store_.webhooks().create(made, Secret{"secret"}, {}, soon())));
    }
    [[nodiscard]] std::string count(std::string const& rows) const
    {
        return database_.value("SELECT count(*) FROM " + rows);
    }

    std::vector<jobs::Job> taken(jobs::Kind kind, std::size_t most)
    {
        jobs::Wish wish;
        wish.kind = kind;
        wish.most = wish.share = most;
        wish.lease = std::chrono::seconds(60);
        return must(test::run(worker_.jobs().take(wish, soon()))).jobs;
    }

    test::Database database_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    pg::Pool pool_{{.url = database_.url("sluice_app"), .connections = 2}, metrics_, log_};
    snapshots::NoCaches no_caches_;
    Store store_{pool_, keyring_, clock_, no_caches_};
    pg::Pool worker_pool_{{.url = database_.url("sluice_worker"), .connections = 2}, metrics_, log_};
    Store worker_{worker_pool_, keyring_, clock_, no_caches_};
    EnvironmentId environment_;
};

TEST_F(RemovingTest, AnEnvironmentGoesWithAllThatItHas)
{
    auto const account = must(make_account(install().row.id));
    webhook();
    auto const hash = crypto::hash_token(keyring_, "token");
    must(test::run(store_.api_tokens().create(environment_, {.name = "ci"}, hash, {}, soon())));
    must(test::run(store_.tenancy().set_quota(environment_, tenancy::Quota::webhooks, 7, {}, soon())));
    auto& tenancy = store_.tenancy();
    auto const team = must(test::run(tenancy.find_team("t", soon()))).id;

    auto const refused = test::run(tenancy.remove_environment(environment_, {}, soon()));
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_NE(refused.error().public_detail().find("has 1 integrated account"), std::string::npos);
    EXPECT_EQ(test::run(tenancy.remove_team(team, {}, soon())).error().code(), ErrorCode::conflict);
    EXPECT_EQ(count("environments") + count("api_tokens") + count("webhooks") + count("data_keys"), "1111");

    must(test::run(store_.accounts().remove(environment_, account.id, {}, soon())));
    must(test::run(tenancy.remove_environment(environment_, {}, soon())));
    EXPECT_EQ(test::run(tenancy.load_environment(environment_, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(tenancy.remove_environment(environment_, {}, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.api_tokens().resolve({hash}, soon())).error().code(), ErrorCode::not_found);
    for (auto const* table : {"api_tokens", "secret_hashes", "webhooks", "data_keys", "environment_integrations",
                              "environment_quotas", "row_counts", "jobs WHERE kind <> 'retention'"})
        EXPECT_EQ(count(table), "0") << table;
    must(test::run(tenancy.remove_team(team, {}, soon())));
    EXPECT_EQ(count("teams"), "0");
}

TEST_F(RemovingTest, AnIntegrationStaysWhileItIsInstalled)
{
    auto definition = must(test::run(store_.integrations().load(catalog::builtin_id("gorgias"), soon())));
    auto const team = must(test::run(store_.tenancy().find_team("t", soon()))).id;
    definition.id = catalog::own_id("ours", team);
    definition.team = team;
    definition.name = "ours";
    must(test::run(store_.integrations().publish(definition, {}, soon())));
    accounts::EnvironmentIntegration row;
    row.environment = environment_;
    row.integration = definition.id;
    auto const installed = must(test::run(store_.installations().ensure(row, {}, soon()))).row.id;
    auto& definitions = store_.integrations();
    EXPECT_EQ(test::run(definitions.remove(team, definition.id, {}, soon())).error().code(), ErrorCode::conflict);
    EXPECT_EQ(test::run(definitions.remove(team, catalog::builtin_id("gorgias"), {}, soon())).error().code(),
              ErrorCode::not_found);
    must(test::run(store_.installations().remove(environment_, installed, {}, soon())));
    while (must(test::run(worker_.installations().remove_rest(environment_, installed, soon()))))
        continue;
    must(test::run(definitions.remove(team, definition.id, {}, soon())));
    EXPECT_EQ(test::run(definitions.load(definition.id, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(RemovingTest, AccountsAreCountedByStatusForOperators)
{
    auto const account = must(make_account(install().row.id));
    copy(account, 3);
    accounts::AccountChange const end = [](Account& changed, accounts::Context&) -> Result<void> {
        changed.status = accounts::Status::needs_reauth;
        return {};
    };
    must(test::run(store_.accounts().note(environment_, account.id, end, soon())));
    std::map<accounts::Status, std::int64_t> const expected{{accounts::Status::active, 3},
                                                            {accounts::Status::needs_reauth, 1}};
    EXPECT_EQ(must(test::run(worker_.accounts().count(soon()))), expected);
}

TEST_F(RemovingTest, UninstallingHidesAccountsAtOnceAndAJobDeletesThem)
{
    auto const installation = install().row.id;
    auto const account = must(make_account(installation));
    auto const hash = crypto::hash_token(keyring_, "token");
    mcp::McpServer server;
    server.environment = environment_;
    server.account = account.id;
    server.name = "agent";
    server.created_by = "test";
    must(test::run(store_.servers().create(server, hash, {}, soon())));
    copy(account, 120);
    webhook();

    must(test::run(store_.installations().remove(environment_, installation, {}, soon())));
    EXPECT_TRUE(must(test::run(store_.accounts().list(environment_, {}, soon()))).items.empty());
    EXPECT_TRUE(must(test::run(store_.installations().list(environment_, {}, soon()))).items.empty());
    EXPECT_EQ(test::run(store_.servers().resolve({hash}, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.installations().remove(environment_, installation, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(make_account(installation).error().code(), ErrorCode::not_found);
    auto const again = install();
    EXPECT_TRUE(again.created);
    auto const kept = must(make_account(again.row.id));

    auto const jobs = taken(accounts::kUninstallJob, 10);
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs.front().id, installation.uuid());
    int batches = 0;
    while (must(test::run(worker_.installations().remove_rest(environment_, installation, soon()))))
        ++batches;
    EXPECT_EQ(batches, 3);
    EXPECT_EQ(count("integrated_accounts"), "1");
    EXPECT_EQ(count("environment_integrations"), "1");
    EXPECT_EQ(count("mcp_servers") + count("secret_hashes"), "00");
    EXPECT_EQ(count("events WHERE type = 'integrated_account:deleted'"), "121");
    EXPECT_EQ(count("deliveries d JOIN events e ON e.id = d.event_id WHERE e.type = 'integrated_account:deleted'"),
              "121");
    EXPECT_TRUE(test::run(store_.accounts().find(environment_, kept.id, soon())));
}

TEST_F(RemovingTest, UninstallingWithAHundredThousandAccountsAnswersWithinARequest)
{
    auto const installation = install().row.id;
    copy(must(make_account(installation)), 100'000);
    auto const removed = test::run(store_.installations().remove(environment_, installation, {}, of_a_request()));
    EXPECT_TRUE(removed) << removed.error().log_message();
    EXPECT_TRUE(must(test::run(store_.accounts().list(environment_, {}, of_a_request()))).items.empty());
    EXPECT_TRUE(must(test::run(worker_.installations().remove_rest(environment_, installation, of_a_request()))));
    EXPECT_EQ(count("integrated_accounts"), "99951");
}

TEST_F(RemovingTest, ReplayOfTenThousandEventsAnswersWithinARequest)
{
    auto const hook = webhook();
    database_.execute(fmt::format("INSERT INTO events (environment_id, id, type, payload) SELECT '{}', new_id(now()), "
                                  "'test', '{{}}' FROM generate_series(1, 10000)",
                                  to_hex(environment_.uuid())));
    auto const replayed = test::run(store_.webhooks().replay(environment_, hook.id, {}, {}, of_a_request()));
    ASSERT_TRUE(replayed) << replayed.error().log_message();
    EXPECT_EQ(*replayed, 10'000U);
    EXPECT_EQ(count("deliveries d JOIN events e ON e.id = d.event_id WHERE d.status = 'pending'"), "10000");
    auto const jobs = taken(events::kDeliveryJob, 20'000);
    ASSERT_EQ(jobs.size(), 10'000U);
    EXPECT_TRUE(test::run(worker_.webhooks().load_delivery(environment_, DeliveryId{jobs.front().id}, soon())));
}

TEST_F(RemovingTest, WebhookThatIsDeletedAsAnEventIsWrittenDoesNotFailTheChange)
{
    auto const installation = install().row.id;
    constexpr int kTimes = 100;
    int failed = 0;
    std::string why;
    for (int i = 0; i < kTimes; ++i) {
        auto const hook = webhook();
        auto const deleting = std::async(std::launch::async, [&] {
            return test::run(store_.webhooks().remove(environment_, hook.id, {}, soon())).has_value();
        });
        auto const made = make_account(installation);
        failed += made ? 0 : 1;
        if (!made)
            why = made.error().log_message();
    }
    EXPECT_EQ(failed, 0) << why;
    EXPECT_EQ(count("integrated_accounts"), "100");
}

TEST_F(RemovingTest, DeliveryToAWebhookThatIsGoneIsOver)
{
    auto const hook = webhook();
    must(test::run(store_.webhooks().send_test(environment_, hook.id, {}, soon())));
    must(test::run(store_.webhooks().remove(environment_, hook.id, {}, soon())));
    auto const jobs = taken(events::kDeliveryJob, 10);
    ASSERT_EQ(jobs.size(), 1U);
    auto const loaded = test::run(worker_.webhooks().load_delivery(environment_, DeliveryId{jobs.front().id}, soon()));
    EXPECT_EQ(loaded.error().code(), ErrorCode::not_found);
}

TEST_F(RemovingTest, RenewalIsStoredHoweverManyAccountsWaitedForItsApp)
{
    auto const installation = install().row.id;
    auto const first = must(make_account(installation));
    database_.execute("UPDATE integrated_accounts SET refresh_due_at = now() - interval '1 minute'");
    copy(first, 100'000);
    database_.execute("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                      "SELECT get_byte(uuid_send(id), 15) % 16, 'account_refresh', environment_id, id, "
                      "now() + interval '1 hour' FROM integrated_accounts ON CONFLICT DO NOTHING;"
                      "UPDATE environment_integrations SET last_error = '{}', app_refused_at = now(), "
                      "app_retry_at = now()");
    auto const owner = uuid_v7(clock_.now());
    must(test::run(store_.accounts().lease_refresh(environment_, first.id, first.generation, owner,
                                                   std::chrono::seconds(60), soon())));
    accounts::AccountChange const renew = [this](Account& account, accounts::Context&) -> Result<void> {
        account.refresh_due_at = clock_.now() + std::chrono::hours(1);
        return {};
    };
    accounts::RefreshEnd end;
    end.kind = accounts::RefreshEnd::Kind::renewed;
    auto const stored =
        test::run(store_.accounts().finish_refresh(environment_, first.id, owner, end, renew, of_a_request()));
    EXPECT_TRUE(stored) << stored.error().log_message();
    EXPECT_EQ(count("environment_integrations WHERE last_error IS NULL"), "1");
    EXPECT_GE(std::stoi(count("jobs WHERE kind = 'account_refresh' AND due < now() + interval '1 minute'")), 1000);
}

} // namespace
} // namespace sluice::store
