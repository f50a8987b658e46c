#pragma once

#include "accounts/account_tokens.hpp"
#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "connecting/connection.hpp"
#include "crypto/keyring.hpp"
#include "events/destination.hpp"
#include "events/webhook.hpp"
#include "jobs/queue.hpp"
#include "mcp/mcp_server.hpp"
#include "mcp/streams.hpp"
#include "pg/migrate.hpp"
#include "pg/pool.hpp"
#include "safeguards/write_calls.hpp"
#include "snapshots/change.hpp"
#include "tenancy/retention.hpp"
#include "tenancy/tenancy.hpp"
#include "toolcalls/account_schemas.hpp"

#include <memory>
#include <vector>

namespace sluice::store {

/// One implementation of every repository on one database. Thread-safe.
class Store {
public:
    /// All must outlive the store. A call that changes what is cached returns when `announcer` has dropped it.
    Store(pg::Pool& pool, crypto::Keyring const& keyring, Clock const& clock, snapshots::Announcer& announcer);
    ~Store();

    [[nodiscard]] tenancy::TenancyRepository& tenancy() const;
    [[nodiscard]] tenancy::ApiTokenRepository& api_tokens() const;
    [[nodiscard]] accounts::IntegrationRepository& integrations() const;
    [[nodiscard]] accounts::InstallationRepository& installations() const;
    [[nodiscard]] accounts::DocumentationRepository& documentation() const;
    [[nodiscard]] accounts::AccountRepository& accounts() const;
    [[nodiscard]] mcp::ServerRepository& servers() const;
    [[nodiscard]] toolcalls::SchemaRepository& account_schemas() const;
    [[nodiscard]] mcp::StreamRepository& streams() const;
    [[nodiscard]] safeguards::WriteCallRepository& write_calls() const;
    [[nodiscard]] jobs::Queue& jobs() const;
    [[nodiscard]] connecting::ConnectionRepository& connections() const;
    [[nodiscard]] events::WebhookRepository& webhooks() const;
    [[nodiscard]] events::DestinationRepository& destinations() const;
    [[nodiscard]] accounts::AccountTokenRepository& account_tokens() const;
    [[nodiscard]] tenancy::KeyRepository& keys() const;
    [[nodiscard]] tenancy::Retention& retention() const;

    /// Whether the database answers.
    Task<Result<void>> ping(Deadline deadline);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The schema, compiled into this binary, in order.
[[nodiscard]] std::vector<pg::Migration> migrations();

/// Stores the built-in integrations; blocks. As the owner, after `pg::migrate`. The names of those that changed.
[[nodiscard]] Result<std::vector<std::string>> publish_builtins(Secret const& url);

} // namespace sluice::store
