#pragma once

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::limits {
struct FairShares;
}

namespace sluice::accounts {

enum class Status { connecting, active, post_install_error, validation_error, needs_reauth };

inline constexpr std::array kStatuses{Status::connecting, Status::active, Status::post_install_error,
                                      Status::validation_error, Status::needs_reauth};

[[nodiscard]] std::string_view name_of(Status status) noexcept;
[[nodiscard]] std::optional<Status> status_of(std::string_view name) noexcept;

/// Signs that an account's credentials are dead; a verdict needs more (`accounts/verdict.hpp`).
struct Doubts {
    std::optional<Timestamp> renewals_fail_since;   ///< The vendor could not be asked, or its answer was unclear.
    std::optional<Timestamp> grant_refused_at;      ///< The token endpoint refused the grant for the first time.
    std::optional<Timestamp> credential_refused_at; ///< The health method answered 401 for the first time.

    friend bool operator==(Doubts const&, Doubts const&) = default;
};

/// A tenant's account at a vendor: the row.
struct Account {
    IntegratedAccountId id;
    EnvironmentId environment;
    EnvironmentIntegrationId environment_integration;
    IntegrationId integration;
    std::string integration_name;
    std::string integration_category;
    std::string tenant_id;
    Status status = Status::connecting;
    std::string authentication_method;
    std::optional<std::string> region;
    bool is_sandbox = false;
    bool is_blocked = false;
    std::shared_ptr<limits::FairShares const> fair_share; ///< Null: its calls are not shared out.
    json::object context;                                 ///< The visible part of the context.
    Bytes sealed;                                         ///< The secret part of the context.
    std::uint32_t data_key_version = 0;
    std::int64_t generation = 1; ///< Counts the changes of the credentials.
    /// When the OAuth access token ends, if the vendor said so.
    std::optional<Timestamp> access_expires_at;
    /// When the access token should be renewed; absent if it cannot be.
    std::optional<Timestamp> refresh_due_at;
    Doubts doubts;
    json::value last_error;
    json::value last_forbidden_error;
    Timestamp created_at;
    Timestamp updated_at;

    /// Whether the account has an OAuth client of its own, instead of the app of the environment integration.
    [[nodiscard]] bool has_own_client() const { return authentication_method == "oauth2_client_credentials"; }
};

/// The payload of events about an account. It has no secret.
[[nodiscard]] json::object event_payload(Account const& account);

/// The name of the account's integration as the label of a metric. Definitions of teams share `custom`, since their
/// names have no bound.
[[nodiscard]] std::string metric_label(Account const& account);

/// The `place` under which an account's secrets are sealed (`crypto::DataKey::seal`).
[[nodiscard]] std::string sealing_place(IntegratedAccountId id);

} // namespace sluice::accounts
