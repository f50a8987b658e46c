#include "view.hpp"

#include "json_values.hpp"

namespace sluice::api {
json::object token_view(tenancy::ApiToken const& token)
{
    return {{"id", token.id.str()},
            {"environment_id", token.environment.str()},
            {"name", token.name},
            {"mcp_only", token.is_mcp_only},
            {"expires_at", time_or_null(token.expires_at)},
            {"created_at", to_rfc3339(token.created_at)}};
}

} // namespace sluice::api
