#pragma once

#include "accounts/integrations.hpp"
#include "accounts/repositories.hpp"
#include "http_api/egress.hpp"

#include <optional>

namespace sluice::accounts {

/// What changes of an environment integration. What is absent stays.
struct InstallationPatch {
    std::optional<json::object> override = {}; ///< In place of the old one.
    std::optional<bool> is_enabled = {};
    std::optional<bool> show_in_catalog = {};
};

/// Installs integrations in environments. Every method runs inside the environment it is given: what lies outside is
/// not_found. All may answer unavailable. Without state: any thread, any number of calls at
/// once.
class Installer {
public:
    /// All must outlive it.
    Installer(InstallationRepository& installations, IntegrationRepository& definitions, Integrations& integrations,
              http::EgressPolicy const& egress);

    /// Installs `row.integration`. An OAuth app's secret in the override is taken out of it and sealed apart. Where the
    /// integration is installed already, the row that is there comes back as it is. Errors: invalid_argument at
    /// `integration_id` or `override.<path>`.
    Task<Result<InstallationRepository::Ensured>> install(EnvironmentIntegration row, Deadline deadline);
    /// Errors: not_found; invalid_argument at `override.<path>`.
    Task<Result<EnvironmentIntegration>> change(EnvironmentId environment, EnvironmentIntegrationId id,
                                                InstallationPatch patch, Deadline deadline);

private:
    /// Whether the override's address may be called and the definition compiles with it.
    Task<Result<void>> check_override(IntegrationId integration, json::object override, Deadline deadline);

    InstallationRepository& installations_;
    IntegrationRepository& definitions_;
    Integrations& integrations_;
    http::EgressPolicy const& egress_;
};

} // namespace sluice::accounts
