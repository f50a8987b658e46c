#pragma once

#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace sluice::store {

using test::must;
using test::soon;

using accounts::Account;
using accounts::Context;

/// The repositories on a database of the test's own, as the role that serves.
class StoreTest : public ::testing::Test {
protected:
    EnvironmentId environment(std::string const& team, std::string const& name)
    {
        must(test::run(store_.tenancy().ensure_team(team, {}, soon())));
        return must(test::run(store_.tenancy().ensure_environment(team, name, {}, soon()))).value.id;
    }

    accounts::EnvironmentIntegration installed(EnvironmentId in)
    {
        accounts::EnvironmentIntegration row;
        row.environment = in;
        row.integration = catalog::builtin_id("gorgias");
        return must(test::run(store_.installations().ensure(row, {}, soon()))).row;
    }

    Account account(EnvironmentId in, std::string const& tenant = "acme")
    {
        Account made;
        made.environment = in;
        made.environment_integration = installed(in).id;
        made.tenant_id = tenant;
        made.status = accounts::Status::active;
        made.authentication_method = "api_key";
        return must(test::run(store_.accounts().create(
            made, Context{{{"subdomain", "acme"}}, {{"api_key", "planted-secret"}}}, {}, soon())));
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
        return must(test::run(store_.servers().create(made, last_hash_, {}, soon())));
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
    // What only a worker does, with its rights.
    pg::Pool worker_pool_{{.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_};
    Store worker_{worker_pool_, keyring_, clock_, no_caches_};
    crypto::TokenHash last_hash_;
};

} // namespace sluice::store
