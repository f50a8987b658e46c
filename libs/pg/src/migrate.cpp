#include "pg/migrate.hpp"

#include "pg/pool.hpp"

#include <fmt/format.h>

#include <map>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

namespace sluice::pg {
namespace {

/// Any number that no other software in this database uses; "sluice" in hexadecimal.
constexpr char kLock[] = "SELECT pg_advisory_lock(x'736c75696365'::bigint)";
constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";
constexpr char kKnown[] = "SELECT name, checksum FROM schema_migrations";
constexpr char kChecksum[] = "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')";
constexpr char kRecord[] = "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)";

std::map<std::string, std::string> applied_checksums(pqxx::connection& connection)
{
    pqxx::work transaction(connection);
    transaction.exec0(kTable);
    std::map<std::string, std::string> checksums;
    for (auto const& row : transaction.exec(kKnown))
        checksums.emplace(row[0].as<std::string>(), row[1].as<std::string>());
    transaction.commit();
    return checksums;
}

std::string checksum_of(pqxx::connection& connection, Migration const& migration)
{
    pqxx::nontransaction query(connection);
    return query.exec_params1(kChecksum, std::string(migration.sql))[0].as<std::string>();
}

void apply(pqxx::connection& connection, Migration const& migration, std::string const& checksum)
{
    pqxx::work transaction(connection);
    transaction.exec(std::string(migration.sql));
    transaction.exec_params0(kRecord, migration.name, checksum);
    transaction.commit();
}

Result<MigrationReport> migrate_on(pqxx::connection& connection, std::vector<Migration> const& migrations)
{
    {
        pqxx::nontransaction lock(connection);
        lock.exec1(kLock); // The session holds the lock; it is released when the connection closes.
    }
    auto known = applied_checksums(connection);
    MigrationReport report;
    for (auto const& migration : migrations) {
        auto const checksum = checksum_of(connection, migration);
        if (auto const applied = known.extract(migration.name); !applied.empty()) {
            if (applied.mapped() != checksum)
                return Error{ErrorCode::conflict,
                             fmt::format("Migration {} was changed after it had been applied. Restore its text and put "
                                         "the change into a new migration.",
                                         migration.name)};
            ++report.already_there;
            continue;
        }
        try {
            apply(connection, migration, checksum);
        } catch (pqxx::sql_error const& error) {
            return Error{ErrorCode::internal,
                         fmt::format("Migration {} failed and left nothing behind: {}", migration.name, error.what())};
        }
        report.applied.push_back(migration.name);
    }
    if (!known.empty())
        return Error{ErrorCode::conflict, fmt::format("The database has migration {}, which this binary does not know. "
                                                      "Use the newer binary.",
                                                      known.begin()->first)};
    return report;
}

} // namespace

Result<MigrationReport> migrate(Secret const& url, std::vector<Migration> const& migrations)
{
    try {
        pqxx::connection connection(connection_string(url));
        return migrate_on(connection, migrations);
    } catch (std::exception const& error) {
        return Error{ErrorCode::unavailable, fmt::format("The database cannot be reached: {}", error.what())};
    }
}

} // namespace sluice::pg
