#include "view.hpp"

namespace sluice::api {
json::object integration_view(accounts::StoredIntegration const& integration)
{
    json::object body{{"id", integration.id.str()},
                      {"name", integration.name},
                      {"category", integration.category},
                      {"label", integration.label},
                      {"is_beta", integration.is_beta},
                      {"sharing", integration.sharing},
                      {"version", integration.version},
                      {"created_at", to_rfc3339(integration.created_at)},
                      {"updated_at", to_rfc3339(integration.updated_at)}};
    if (!integration.manifest.is_null())
        body["config"] = integration.manifest;
    return body;
}

} // namespace sluice::api
