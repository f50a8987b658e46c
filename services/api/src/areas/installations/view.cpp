#include "view.hpp"

namespace sluice::api {
json::object installation_view(accounts::EnvironmentIntegration const& installation)
{
    return {{"id", installation.id.str()},
            {"environment_id", installation.environment.str()},
            {"integration_id", installation.integration.str()},
            {"override", installation.override},
            {"is_enabled", installation.is_enabled},
            {"show_in_catalog", installation.show_in_catalog},
            {"last_error", installation.last_error},
            {"created_at", to_rfc3339(installation.created_at)},
            {"updated_at", to_rfc3339(installation.updated_at)}};
}

} // namespace sluice::api
