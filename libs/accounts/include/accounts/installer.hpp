#pragma once

#include "accounts/integrations.hpp"
#include "accounts/repositories.hpp"
#include "http_api/egress.hpp"

#include <optional>

namespace sluice::accounts {

/// A change of an environment integration. Absent members stay as they are.
struct InstallationPatch {
    std::optional<json::object> override = {}; ///< Replaces the old one.
    std::optional<bool> is_enabled = {};
    std::optional<bool> show_in_catalog = {};
};

/// Installs integrations in environments. Every function works inside one environment: rows of others are not_found.
/// Every function may answer unavailable. Has no state, so any thread may call it, also several at once.
class Installer {
public:
    /// All must outlive it.
    Installer(InstallationRepository& installations, IntegrationRepository& definitions, Integrations& integrations,
              http::EgressPolicy const& egress, Clock const& clock);

    /// Installs `row.integration`. The secret of an OAuth app and the key of a client certificate are removed from the
    /// override and stored sealed. If the integration is installed already, gives the existing row unchanged. Errors:
    /// invalid_argument at `integration_id` or `override.<path>`.
    Task<Result<InstallationRepository::Ensured>> install(EnvironmentIntegration row, tenancy::Author author,
                                                          Deadline deadline);
    /// Errors: not_found; invalid_argument at `override.<path>`.
    Task<Result<EnvironmentIntegration>> change(EnvironmentId environment, EnvironmentIntegrationId id,
                                                InstallationPatch patch, tenancy::Author author, Deadline deadline);

private:
    /// Takes the secrets out of the override. Checks that its address may be called, that its TLS settings can be used,
    /// and that the definition compiles with it.
    Task<Result<void>> accept_override(EnvironmentIntegration& row, Deadline deadline);

    InstallationRepository& installations_;
    IntegrationRepository& definitions_;
    Integrations& integrations_;
    http::EgressPolicy const& egress_;
    Clock const& clock_;
};

} // namespace sluice::accounts
