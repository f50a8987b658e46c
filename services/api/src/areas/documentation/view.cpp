#include "view.hpp"

namespace sluice::api {
json::object documentation_view(accounts::DocumentationRow const& documentation)
{
    bool const is_integration = documentation.entity_type == "integration";
    return {{"id", documentation.id.str()},
            {"environment_id", documentation.environment.str()},
            {"entity_type", documentation.entity_type},
            {"entity_id", is_integration ? IntegrationId{documentation.entity_id}.str()
                                         : EnvironmentIntegrationId{documentation.entity_id}.str()},
            {"resource", documentation.resource},
            {"method", documentation.method},
            {"type", documentation.type},
            {"format", documentation.format},
            {"value", documentation.value},
            {"created_at", to_rfc3339(documentation.created_at)},
            {"updated_at", to_rfc3339(documentation.updated_at)}};
}

} // namespace sluice::api
