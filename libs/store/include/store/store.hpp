#pragma once

#include "accounts/account_tokens.hpp"
#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "calllog/log_repository.hpp"
#include "connecting/connection.hpp"
#include "crypto/keyring.hpp"
#include "events/destination.hpp"
#include "events/webhook.hpp"
#include "identity/identity_provider.hpp"
#include "identity/people.hpp"
#include "jobs/queue.hpp"
#include "limits/count_exchange.hpp"
#include "mcp/mcp_server.hpp"
#include "mcp/streams.hpp"
#include "pg/migrate.hpp"
#include "pg/pool.hpp"
#include "safeguards/keyed_request.hpp"
#include "safeguards/write_calls.hpp"
#include "snapshots/change.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/quotas.hpp"
#include "tenancy/retention.hpp"
#include "tenancy/tenancy.hpp"
#include "toolcalls/account_schemas.hpp"

#include <memory>
#include <vector>

namespace sluice::store {

/// The repositories of users, of how they sign in, and of what was done by whom.
struct People {
    identity::UserRepository& users;
    identity::SessionRepository& sessions;
    identity::LinkRepository& links;
    identity::AttemptRepository& attempts;
    identity::IdentityProviderRepository& providers;
    tenancy::AuditRepository& audit;
};

/// What keeps the rows of all tenants in order.
struct Upkeep {
    tenancy::KeyRepository& keys;
    tenancy::Retention& retention;
};

/// One implementation of every repository on one database. Thread-safe.
class Store {
public:
    /// All must outlive the store. A call that changes what is cached returns when `announcer` has dropped it. A call
    /// that makes a row fails with `tenancy::quota_reached` if the environment has as many of its kind as it may.
    Store(pg::Pool& pool, crypto::Keyring const& keyring, Clock const& clock, snapshots::Announcer& announcer,
          tenancy::QuotaConfig const& quotas = {});
    ~Store();

    [[nodiscard]] tenancy::TenancyRepository& tenancy() const;
    [[nodiscard]] tenancy::ApiTokenRepository& api_tokens() const;
    [[nodiscard]] People const& people() const;
    [[nodiscard]] accounts::IntegrationRepository& integrations() const;
    [[nodiscard]] accounts::InstallationRepository& installations() const;
    [[nodiscard]] accounts::DocumentationRepository& documentation() const;
    [[nodiscard]] accounts::AccountRepository& accounts() const;
    [[nodiscard]] mcp::ServerRepository& servers() const;
    [[nodiscard]] toolcalls::SchemaRepository& account_schemas() const;
    [[nodiscard]] mcp::StreamRepository& streams() const;
    [[nodiscard]] safeguards::WriteCallRepository& write_calls() const;
    [[nodiscard]] safeguards::KeyedRequestRepository& keyed_requests() const;
    [[nodiscard]] jobs::Queue& jobs() const;
    [[nodiscard]] limits::CountRepository& counts() const;
    [[nodiscard]] connecting::ConnectionRepository& connections() const;
    [[nodiscard]] events::WebhookRepository& webhooks() const;
    [[nodiscard]] events::DestinationRepository& destinations() const;
    [[nodiscard]] accounts::AccountTokenRepository& account_tokens() const;
    [[nodiscard]] Upkeep const& upkeep() const;

    /// Whether the database answers.
    Task<Result<void>> ping(Deadline deadline);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The call log on a pool of its own, so that its batches never wait for other queries nor the other way round. All
/// must outlive it.
[[nodiscard]] std::unique_ptr<calllog::LogRepository> call_log_on(pg::Pool& pool, crypto::Keyring const& keyring,
                                                                  Clock const& clock, snapshots::Announcer& announcer);

/// The schema, compiled into this binary, in order.
[[nodiscard]] std::vector<pg::Migration> migrations();

/// Stores the built-in integrations; blocks. As the owner, after `pg::migrate`. The names of those that changed.
[[nodiscard]] Result<std::vector<std::string>> publish_builtins(Secret const& url);

} // namespace sluice::store
