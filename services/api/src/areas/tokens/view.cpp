#include "view.hpp"

namespace sluice::api {
namespace {

json::value time_or_null(std::optional<Timestamp> const& time)
{
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

} // namespace

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
