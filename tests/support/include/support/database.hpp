#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "pg/migrate.hpp"
#include "store/store.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <unistd.h>

namespace sluice::test {

/// A migrated database of its own for one test, copied from a template that is made once a process. The server is the
/// one of SLUICE_TEST_DATABASE_URL (a superuser's URL); `tests/run` starts a private one.
class Database {
public:
    enum class From {
        migrations, ///< The schema of today.
        nothing,    ///< Empty; the roles are there.
    };
    explicit Database(From from = From::migrations)
        : name_(fmt::format("sluice_test_{}_{}", ::getpid(), ++counter_))
    {
        make_template();
        // Files are copied three times as quickly as pages.
        run(admin(), fmt::format("CREATE DATABASE {} OWNER sluice_owner TEMPLATE {} STRATEGY FILE_COPY", name_,
                                 from == From::migrations ? template_name() : "template0"));
    }
    ~Database() { run(admin(), fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_)); }
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;

    /// As one of our roles, or as the superuser.
    [[nodiscard]] Secret url(std::string_view role) const { return Secret{with(name_, role)}; }
    /// The same over TCP, by way of a relay in front of the server's socket.
    [[nodiscard]] Secret url(std::string_view role, std::uint16_t port) const
    {
        return Secret{fmt::format("host=127.0.0.1 port={} dbname={} user={} sslmode=disable gssencmode=disable", port,
                                  name_, role)};
    }
    [[nodiscard]] static std::string socket()
    {
        pqxx::connection connection(admin());
        pqxx::nontransaction query(connection);
        return query
            .exec1("SELECT split_part(current_setting('unix_socket_directories'), ',', 1) || '/.s.PGSQL.' || "
                   "current_setting('port')")[0]
            .c_str();
    }
    void execute(std::string const& sql) const { run(with(name_, ""), sql); }
    [[nodiscard]] std::string value(std::string const& sql) const
    {
        pqxx::connection connection(with(name_, ""));
        pqxx::nontransaction query(connection);
        return query.exec1(sql)[0].c_str();
    }

    /// The database that was migrated.
    [[nodiscard]] static std::string template_name() { return fmt::format("sluice_template_{}", ::getpid()); }

    [[nodiscard]] static std::string admin()
    {
        char const* const url = std::getenv("SLUICE_TEST_DATABASE_URL");
        if (url == nullptr)
            throw std::runtime_error("SLUICE_TEST_DATABASE_URL is not set; run the tests with tests/run integration");
        return url;
    }
    static void run(std::string const& url, std::string const& sql)
    {
        pqxx::connection connection(url);
        pqxx::nontransaction query(connection);
        query.exec(sql);
    }

private:
    /// The administrator's URL with another database and role.
    static std::string with(std::string const& database, std::string_view role)
    {
        pqxx::connection connection(admin());
        pqxx::nontransaction query(connection);
        auto const directory = query.exec1("SHOW unix_socket_directories")[0].as<std::string>();
        auto const user = role.empty() ? query.exec1("SELECT current_user")[0].as<std::string>() : std::string(role);
        return fmt::format("host={} dbname={} user={}", directory.substr(0, directory.find(',')), database, user);
    }

    static void make_template()
    {
        static bool const kMade = [] {
            for (auto const* role : {"sluice_owner LOGIN BYPASSRLS", "sluice_app LOGIN", "sluice_worker LOGIN"})
                run(admin(),
                    fmt::format("DO $$ BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object THEN END $$", role));
            run(admin(), fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", template_name()));
            run(admin(), fmt::format("CREATE DATABASE {} OWNER sluice_owner", template_name()));
            auto const migrated = pg::migrate(Secret{with(template_name(), "sluice_owner")}, store::migrations());
            if (!migrated)
                throw std::runtime_error(migrated.error().public_detail());
            auto const published = store::publish_builtins(Secret{with(template_name(), "sluice_owner")});
            if (!published)
                throw std::runtime_error(published.error().public_detail());
            return true;
        }();
        (void)kMade;
    }

    inline static int counter_ = 0;
    std::string const name_;
};

} // namespace sluice::test
