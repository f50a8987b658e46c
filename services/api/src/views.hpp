#pragma once

#include "accounts/account.hpp"
#include "accounts/repositories.hpp"
#include "base/json.hpp"
#include "connecting/connection.hpp"
#include "events/webhook.hpp"
#include "mcp/mcp_server.hpp"
#include "safeguards/write_calls.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

// Rows as the API shows them (api-spec). One function a resource; none shows a secret.

[[nodiscard]] json::object view(tenancy::ApiToken const& token);
[[nodiscard]] json::object view(accounts::StoredIntegration const& integration);
[[nodiscard]] json::object view(accounts::EnvironmentIntegration const& installation);
[[nodiscard]] json::object view(accounts::DocumentationRow const& documentation);
[[nodiscard]] json::object view(accounts::Account const& account);
[[nodiscard]] json::object view(mcp::McpServer const& server);
[[nodiscard]] json::object view(safeguards::Approval const& approval);
[[nodiscard]] json::object view(tenancy::Environment const& environment);
[[nodiscard]] json::object view(connecting::Connection const& connection);
[[nodiscard]] json::object view(events::Webhook const& webhook);
[[nodiscard]] json::object view(events::AttemptEntry const& entry);

template <class T>
[[nodiscard]] json::array views(std::vector<T> const& items)
{
    json::array array;
    for (auto const& item : items)
        array.push_back(view(item));
    return array;
}

} // namespace sluice::api
