// How history is kept, found and forgotten.
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pqxx/connection>

#include <algorithm>
#include <optional>

#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

class HistoryTest : public ::testing::Test {
protected:
    HistoryTest()
    {
        auto const team = test::run(store_.tenancy().ensure_team("t", {}, soon()));
        environment_ = must(test::run(store_.tenancy().ensure_environment("t", "e", {}, soon()))).value.id;
    }

    [[nodiscard]] std::string count(std::string const& rows) const
    {
        return database_.value("SELECT count(*) FROM " + rows);
    }
    /// Rows of each history with ids of that time, an SQL expression.
    void fill(std::string const& at, int rows) const
    {
        auto const in = to_hex(environment_.uuid());
        database_.execute(fmt::format(
            "INSERT INTO events (environment_id, id, type, payload, created_at) "
            "SELECT '{0}', new_id({1}), 'test', '{{}}', {1} FROM generate_series(1, {2});"
            "INSERT INTO deliveries (environment_id, id, event_id, webhook_id, created_at) "
            "SELECT '{0}', new_id({1}), gen_random_uuid(), gen_random_uuid(), {1} FROM generate_series(1, {2});"
            "INSERT INTO delivery_attempts (environment_id, id, delivery_id, event_id, event_type, webhook_id, "
            "attempt, "
            "duration_ms, created_at) SELECT '{0}', new_id({1}), gen_random_uuid(), gen_random_uuid(), 'test', "
            "gen_random_uuid(), 1, 1, {1} FROM generate_series(1, {2})",
            in, at, rows));
    }
    std::size_t turn_until_done()
    {
        std::size_t turns = 0;
        while (must(test::run(worker_.upkeep().retention.turn_days(soon()))) > 0)
            ++turns;
        return turns;
    }

    test::Database database_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    std::optional<pg::Pool> pool_{std::in_place, pg::PoolConfig{.url = database_.url("sluice_app"), .connections = 1},
                                  metrics_, log_};
    snapshots::NoCaches no_caches_;
    Store store_{*pool_, keyring_, clock_, no_caches_};
    pg::Pool worker_pool_{{.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_};
    Store worker_{worker_pool_, keyring_, clock_, no_caches_};
    EnvironmentId environment_;
};

TEST_F(HistoryTest, DaysThatAreOverAreDroppedAsAWhole)
{
    for (auto const* history : {"events", "deliveries", "delivery_attempts"})
        database_.execute(fmt::format(
            "DO $$ BEGIN EXECUTE format('CREATE TABLE {0}_old PARTITION OF {0} FOR VALUES FROM (%L) TO (%L)', "
            "first_id(now() - interval '41 days'), first_id(now() - interval '31 days')); END $$",
            history));
    fill("now() - interval '35 days'", 100'000);
    fill("now() - interval '29 days'", 10);
    fill("now()", 10);
    turn_until_done();
    for (auto const* history : {"events", "deliveries", "delivery_attempts"}) {
        EXPECT_EQ(count(history), "20") << history;
        EXPECT_EQ(database_.value(fmt::format("SELECT to_regclass('{}_old') IS NULL", history)), "t");
    }
}

TEST_F(HistoryTest, OldRowsOfNoDayGoAsWell)
{
    fill("now() - interval '35 days'", 25'000);
    fill("now() + interval '400 days'", 10);
    EXPECT_EQ(turn_until_done(), 3U);
    EXPECT_EQ(count("events"), "10");
    EXPECT_EQ(count("deliveries"), "10");
}

TEST_F(HistoryTest, TheComingWeekIsMadeAhead)
{
    EXPECT_EQ(turn_until_done(), 0U) << "the migration has made it";
    fill("now()", 1);
    fill("now() + interval '6 days'", 1);
    EXPECT_EQ(count("events_rest"), "0");
    database_.execute("DO $$ BEGIN EXECUTE 'DROP TABLE events_' || to_char((now() + interval '3 days') AT TIME ZONE "
                      "'UTC', 'YYYYMMDD'); END $$");
    EXPECT_EQ(turn_until_done(), 1U);
    fill("now() + interval '3 days'", 1);
    EXPECT_EQ(count("events_rest"), "0");
}

TEST_F(HistoryTest, NobodyWhoServesDropsAnythingElse)
{
    pqxx::connection connection(database_.url("sluice_worker").reveal());
    for (auto const* wanted : {"SELECT keep_history('teams', 30)", "SELECT keep_history('events', 1)",
                               "SELECT count(*) FROM events_rest", "DROP TABLE events"}) {
        pqxx::nontransaction query(connection);
        EXPECT_THROW(query.exec(wanted), pqxx::sql_error) << wanted;
    }
}

TEST_F(HistoryTest, SweepsUntilNothingThatIsOverIsLeft)
{
    events::Webhook hook; // It makes the environment's key.
    hook.environment = environment_;
    hook.target_url = "https://receiver.example/";
    must(test::run(store_.webhooks().create(hook, Secret{"secret"}, {}, soon())));
    database_.execute(
        fmt::format("INSERT INTO link_tokens (environment_id, id, tenant_id, sealed, data_key_version, expires_at) "
                    "SELECT '{}', new_id(now()), 'acme', '', 1, now() - CASE WHEN n <= 5000 THEN interval '31 days' "
                    "ELSE '1 day' END "
                    "FROM generate_series(1, 5003) n",
                    to_hex(environment_.uuid())));
    std::vector<std::size_t> batches;
    do
        batches.push_back(must(test::run(worker_.upkeep().retention.sweep(environment_, soon()))));
    while (batches.back() > 0);
    EXPECT_EQ(batches, (std::vector<std::size_t>{2000, 2000, 1000, 0}));
    EXPECT_EQ(count("link_tokens"), "3");
}

TEST_F(HistoryTest, TheEnvironmentsToSweepAreThoseOfAllTeams)
{
    must(test::run(store_.tenancy().ensure_team("other", {}, soon())));
    auto const other = must(test::run(store_.tenancy().ensure_environment("other", "e", {}, soon()))).value.id;
    auto const found = must(test::run(worker_.upkeep().retention.environments(soon())));
    EXPECT_EQ(found.size(), 2U);
    EXPECT_NE(std::ranges::find(found, environment_), found.end());
    EXPECT_NE(std::ranges::find(found, other), found.end());
}

TEST_F(HistoryTest, ListOfATimeReadsAnIndex)
{
    auto const in = to_hex(environment_.uuid());
    database_.execute(fmt::format(
        "INSERT INTO delivery_attempts (environment_id, id, delivery_id, event_id, event_type, webhook_id, attempt, "
        "duration_ms, created_at) SELECT '{}', new_id(now()), gen_random_uuid(), gen_random_uuid(), 'test', "
        "gen_random_uuid(), 1, 1, '2026-01-01T00:00:00Z'::timestamptz + make_interval(mins => n) "
        "FROM generate_series(1, 50000) n; ANALYZE delivery_attempts; SELECT pg_stat_reset()",
        in));
    tenancy::ListQuery query;
    query.conditions = {{"created_at", tenancy::Condition::Operator::gte, {"2026-01-01T00:05:00Z"}},
                        {"created_at", tenancy::Condition::Operator::lt, {"2026-01-01T00:08:00Z"}}};
    EXPECT_EQ(must(test::run(store_.webhooks().log(environment_, query, soon()))).items.size(), 3U);
    query.conditions = {{"created_at", tenancy::Condition::Operator::eq, {"2026-01-01T00:05:00Z"}}};
    EXPECT_EQ(must(test::run(store_.webhooks().log(environment_, query, soon()))).items.size(), 1U);
    pool_.reset(); // What a connection counted is told when it ends.
    EXPECT_EQ(database_.value("SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname ~ "
                              "to_char(now() AT TIME ZONE 'UTC', '\"delivery_attempts_\"YYYYMMDD') "
                              "AND indexrelname LIKE '%created_at%'"),
              "2");
}

TEST(HistoryMigration, KeepsWhatWasThereBeforeDays)
{
    test::Database const server; // For its roles.
    auto const name = fmt::format("sluice_before_{}", ::getpid());
    test::Database::run(test::Database::admin(), fmt::format("CREATE DATABASE {} OWNER sluice_owner", name));
    auto const as = [&](std::string_view role) {
        return Secret{std::string(server.url(role).reveal()) + " dbname=" + name};
    };
    auto const in = "'0190a000-0000-7000-8000-000000000001'";
    auto migrations = store::migrations();
    migrations.resize(13);
    EXPECT_TRUE(pg::migrate(as("sluice_owner"), migrations));
    static constexpr char kInserts[] =
        "INSERT INTO events (environment_id, id, type, payload) VALUES ({0}, new_id(now() {1}), 'test', '{{}}');"
        "INSERT INTO deliveries (environment_id, id, event_id, webhook_id) "
        "SELECT {0}, new_id(now() {1}), id, gen_random_uuid() FROM events ORDER BY id DESC LIMIT 1";
    test::Database::run(as("sluice_owner").reveal(),
                        fmt::format("INSERT INTO teams (id, name) VALUES ({0}, 't');"
                                    "INSERT INTO environments (id, team_id, name) VALUES ({0}, {0}, 'e');",
                                    in));
    for (auto const* when : {"- interval '20 days'", "", "+ interval '20 days'"})
        test::Database::run(as("sluice_owner").reveal(), fmt::format(kInserts, in, when));

    auto const migrated = pg::migrate(as("sluice_owner"), store::migrations());
    EXPECT_TRUE(migrated) << migrated.error().public_detail();
    {
        // The statements of the binary before, by the role that serves.
        pqxx::connection connection(as("sluice_app").reveal());
        pqxx::nontransaction query(connection);
        query.exec(fmt::format("SET sluice.environment_id = {}", in));
        query.exec(fmt::format(kInserts, in, ""));
        EXPECT_EQ(query
                      .exec1("SELECT count(*) FROM deliveries d JOIN events e ON e.environment_id = d.environment_id "
                             "AND e.id = d.event_id")[0]
                      .as<int>(),
                  4);
        EXPECT_EQ(query.exec1("SELECT string_agg(position::text, ' ' ORDER BY position) FROM deliveries")[0]
                      .as<std::string>(),
                  "1 2 3 4");
        EXPECT_EQ(query
                      .exec1("SELECT count(*) FROM deliveries WHERE status = 'pending' AND id >= first_id(now() - "
                             "interval '3 days')")[0]
                      .as<int>(),
                  3);
    }
    test::Database::run(test::Database::admin(), fmt::format("DROP DATABASE {} WITH (FORCE)", name));
}

} // namespace
} // namespace sluice::store
