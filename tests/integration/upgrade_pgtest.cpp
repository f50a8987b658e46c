// What a release left in its database is there after all migrations since, and opens (tests/upgrade).
#include "accounts/vault.hpp"
#include "recount.hpp"
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <unistd.h>
#include <zlib.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

std::string unpacked(std::filesystem::path const& path)
{
    auto* const file = ::gzopen(path.c_str(), "rb");
    std::string text;
    std::array<char, 65536> part{};
    for (int read = 0; file != nullptr && (read = ::gzread(file, part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(read));
    if (file != nullptr)
        ::gzclose(file);
    return text;
}

std::string text_of(std::filesystem::path const& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> releases()
{
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(SLUICE_TEST_UPGRADES))
        if (auto const name = entry.path().filename().string(); name.ends_with(".sql.gz"))
            names.push_back(name.substr(0, name.size() - std::string_view(".sql.gz").size()));
    return names;
}

class UpgradeTest : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] std::filesystem::path file(std::string const& extension) const
    {
        return std::filesystem::path(SLUICE_TEST_UPGRADES) / (GetParam() + extension);
    }
    /// How many rows each table has; partitions count with their table.
    [[nodiscard]] std::map<std::string, std::int64_t> rows() const
    {
        pqxx::connection connection(database_.url("").reveal());
        pqxx::nontransaction query(connection);
        std::map<std::string, std::int64_t> counts;
        for (auto const& row :
             query.exec("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                        "WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = 'public'")) {
            std::string const table = row[0].c_str();
            counts[table] = query.exec1("SELECT count(*) FROM " + table)[0].as<std::int64_t>();
        }
        return counts;
    }

    test::Database database_{test::Database::From::nothing};
};

TEST_P(UpgradeTest, KeepsEveryRowAndOpensWhatWasSealed)
{
    database_.execute(unpacked(file(".sql.gz")));
    auto const before = rows();
    ASSERT_GT(before.size(), 20U);
    auto const migrated = pg::migrate(database_.url("sluice_owner"), migrations());
    ASSERT_TRUE(migrated) << migrated.error().public_detail();
    auto const after = rows();
    for (auto const& [table, count] : before) {
        EXPECT_GT(count, 0) << "the dump has nothing in " << table;
        if (after.contains(table) && table != "schema_migrations")
            EXPECT_EQ(after.at(table), count) << table;
    }
    EXPECT_EQ(database_.value(kMiscounted), "") << "the rows that were there count against the quotas";
    EXPECT_NE(database_.value("SELECT count(*) FROM row_counts"), "0");

    auto const keyring = crypto::Keyring::parse(text_of(file(".keyring.json")));
    ASSERT_TRUE(keyring) << keyring.error().public_detail();
    SystemClock const clock;
    telemetry::Log log(STDERR_FILENO, telemetry::Level::error);
    telemetry::Registry registry;
    pg::PoolMetrics metrics(registry);
    pg::Pool pool({.url = database_.url("sluice_app"), .connections = 1}, metrics, log);
    snapshots::NoCaches no_caches;
    Store const store(pool, *keyring, clock, no_caches);
    must(test::run(store.tenancy().check_keyring(soon())));
    pqxx::connection connection(database_.url("").reveal());
    pqxx::nontransaction query(connection);
    std::size_t opened = 0;
    for (auto const& row : query.exec("SELECT environment_id, id FROM integrated_accounts")) {
        EnvironmentId const environment{*uuid_from_hex(row[0].c_str())};
        IntegratedAccountId const id{*uuid_from_hex(row[1].c_str())};
        auto const state = test::run(store.accounts().load_state(environment, id, soon()));
        ASSERT_TRUE(state) << state.error().public_detail();
        EXPECT_TRUE(accounts::open_context(state->account, state->key)) << id.str();
        ++opened;
    }
    EXPECT_GT(opened, 0U);
}

INSTANTIATE_TEST_SUITE_P(Releases, UpgradeTest, ::testing::ValuesIn(releases()), [](auto const& release) {
    auto name = release.param;
    std::ranges::replace(name, '.', '_');
    return name;
});

} // namespace
} // namespace sluice::store
