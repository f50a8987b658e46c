#pragma once

#include "accounts/vault.hpp"
#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "store/store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace sluice::store {

using test::must;
using test::soon;

using accounts::Account;
using accounts::Context;

class ConnectionStoreTest : public ::testing::Test {
protected:
    EnvironmentId environment(std::string const& name)
    {
        must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
        return must(test::run(store_.tenancy().ensure_environment("t", name, {}, soon()))).value.id;
    }

    accounts::EnvironmentIntegration installed(EnvironmentId in)
    {
        accounts::EnvironmentIntegration row;
        row.environment = in;
        row.integration = catalog::builtin_id("gorgias");
        row.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
        row.app_secret = Secret{"planted-app-secret"};
        return must(test::run(store_.installations().ensure(row, {}, soon()))).row;
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
        return must(test::run(store_.accounts().create(made, context, {}, soon())));
    }

    events::Webhook webhook(EnvironmentId in, std::string secret)
    {
        events::Webhook made;
        made.environment = in;
        made.target_url = "https://receiver.example/";
        return must(test::run(store_.webhooks().create(made, Secret{std::move(secret)}, {}, soon())));
    }

    connecting::LinkToken link(EnvironmentId in, crypto::TokenHash const& hash)
    {
        connecting::LinkToken made;
        made.environment = in;
        made.tenant_id = "acme";
        made.context = json::object{{"password", "planted-password"}};
        made.expires_at = clock_.now() + std::chrono::hours(1);
        return must(test::run(store_.connections().create_link(made, hash, {}, soon())));
    }

    static jobs::Wish wish(std::size_t most = 10, std::size_t share = 10)
    {
        jobs::Wish made;
        made.kind = events::kDeliveryJob;
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
    snapshots::NoCaches no_caches_;
    Store store_{pool_, keyring_, clock_, no_caches_};
    // What only a worker does, with its rights.
    pg::Pool worker_pool_{{.url = database_.url("sluice_worker"), .connections = 1}, metrics_, log_};
    Store worker_{worker_pool_, keyring_, clock_, no_caches_};
};

} // namespace sluice::store
