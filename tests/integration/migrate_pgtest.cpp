#include "pg/listener.hpp"
#include "pg/migrate.hpp"
#include "support/database.hpp"
#include "support/pg_relay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <vector>

#include <unistd.h>

namespace sluice::pg {
namespace {

TEST(Migrate, IsIdempotent)
{
    test::Database const database;
    auto const again = migrate(database.url("sluice_owner"), store::migrations());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->applied.empty());
    EXPECT_EQ(again->already_there, store::migrations().size());
}

TEST(Migrate, RefusesAChangedMigration)
{
    test::Database const database;
    auto migrations = store::migrations();
    migrations[0].sql = "SELECT 1";
    auto const refused = migrate(database.url("sluice_owner"), migrations);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_NE(refused.error().public_detail().find("0001_tenancy"), std::string::npos);
}

TEST(Migrate, RefusesADatabaseThatIsAheadOfTheBinary)
{
    test::Database const database;
    auto migrations = store::migrations();
    migrations.pop_back();
    EXPECT_EQ(migrate(database.url("sluice_owner"), migrations).error().code(), ErrorCode::conflict);
}

TEST(Migrate, LeavesNothingOfAMigrationThatFails)
{
    test::Database const database;
    auto migrations = store::migrations();
    migrations.push_back({"9999_broken", "CREATE TABLE half (a int); SELECT no_such_function();"});
    EXPECT_FALSE(migrate(database.url("sluice_owner"), migrations));
    EXPECT_EQ(database.value("SELECT to_regclass('half') IS NULL"), "t");
    EXPECT_TRUE(migrate(database.url("sluice_owner"), store::migrations()));
}

/// Collects what a listener hears.
struct Heard {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> payloads;
    std::vector<bool> states;

    template <class Predicate>
    bool wait(Predicate const& predicate)
    {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(10), predicate);
    }
};

/// On the channels `example` and `another`.
Listener listener_of(Secret const& url, Heard& heard, telemetry::Log& log)
{
    auto const noted = [&heard](std::string const& prefix) {
        return [&heard, prefix](std::string_view payload) {
            std::lock_guard const lock(heard.mutex);
            heard.payloads.push_back(prefix + std::string(payload));
            heard.changed.notify_all();
        };
    };
    auto const state = [&heard](bool listening) {
        std::lock_guard const lock(heard.mutex);
        heard.states.push_back(listening);
        heard.changed.notify_all();
    };
    return {url, {{"example", noted("")}, {"another", noted("another: ")}}, state, log};
}

TEST(Listener, HearsNotificationsAndSaysWhenItMayHaveMissedSome)
{
    test::Database const database;
    Heard heard;
    telemetry::Log log(STDERR_FILENO, telemetry::Level::error);
    auto const listener = listener_of(database.url("sluice_app"), heard, log);
    ASSERT_TRUE(heard.wait([&] { return heard.states == std::vector<bool>{true}; }));
    database.execute("NOTIFY example, 'one'");
    ASSERT_TRUE(heard.wait([&] { return heard.payloads == std::vector<std::string>{"one"}; }));
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sluice_app' AND datname = "
        "current_database()");
    ASSERT_TRUE(heard.wait([&] { return heard.states == std::vector<bool>{true, false, true}; }));
    database.execute("NOTIFY example, 'two'");
    EXPECT_TRUE(heard.wait([&] { return heard.payloads.size() == 2; }));
}

TEST(Listener, HearsAllItsChannelsOnOneConnection)
{
    test::Database const database;
    Heard heard;
    telemetry::Log log(STDERR_FILENO, telemetry::Level::error);
    auto const listener = listener_of(database.url("sluice_app"), heard, log);
    ASSERT_TRUE(heard.wait([&] { return heard.states == std::vector<bool>{true}; }));
    EXPECT_EQ(database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'sluice_app' "
                             "AND datname = current_database()"),
              "1");
    database.execute("NOTIFY another, 'one'; NOTIFY stranger, 'lost'; NOTIFY example, 'two'");
    ASSERT_TRUE(heard.wait([&] { return heard.payloads.size() >= 2; }));
    EXPECT_EQ(heard.payloads, (std::vector<std::string>{"another: one", "two"}));
}

TEST(Listener, CountsAsLostWithinThreeSecondsWhenItsServerProcessHangs)
{
    test::Database const database;
    Heard heard;
    telemetry::Log log(STDERR_FILENO, telemetry::Level::error);
    auto const listener = listener_of(database.url("sluice_app"), heard, log);
    ASSERT_TRUE(heard.wait([&] { return heard.states == std::vector<bool>{true}; }));
    auto const pid = std::stoi(database.value(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'sluice_app' AND datname = current_database()"));
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    auto const stopped = std::chrono::steady_clock::now();
    bool const is_lost = heard.wait([&] { return heard.states == std::vector<bool>{true, false}; });
    auto const took = std::chrono::steady_clock::now() - stopped;
    bool const is_back = heard.wait([&] { return heard.states == std::vector<bool>{true, false, true}; });
    ::kill(pid, SIGCONT);
    EXPECT_TRUE(is_lost);
    EXPECT_LT(took, std::chrono::milliseconds(3500));
    EXPECT_TRUE(is_back);
}

TEST(Listener, OutageIsOneLineOfTheLog)
{
    test::PgRelay const nowhere("/nonexistent/server");
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    {
        Heard heard;
        telemetry::Log log(ends[1], telemetry::Level::warning);
        Secret const url{fmt::format("host=127.0.0.1 port={} sslmode=disable gssencmode=disable", nowhere.port())};
        auto const listener = listener_of(url, heard, log);
        nowhere.await_accepted(4);
        EXPECT_FALSE(listener.listening());
    }
    ::close(ends[1]);
    std::string text(65536, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], text.data(), text.size()), 0)));
    ::close(ends[0]);
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

} // namespace
} // namespace sluice::pg
