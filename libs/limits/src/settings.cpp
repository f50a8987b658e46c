#include "limits/settings.hpp"

namespace sluice::limits {

void add_settings(SettingsTable& table, Config& config)
{
    table.integer("limits.api_token", config.api_token, 0, 1'000'000,
                  "REST requests that an API token may make in 10 s, at all replicas together; 0: no limit. More are "
                  "answered with 429");
    table.integer("limits.account", config.account, 0, 1'000'000,
                  "calls of one integrated account in 10 s, by REST and MCP, at all replicas together; 0: no limit. "
                  "More are answered with 429, and over MCP with a tool error");
    table.integer("limits.user", config.user, 0, 1'000'000,
                  "requests of one signed-in user in 10 s, in all their sessions and at all replicas together; 0: no "
                  "limit. More are answered with 429");
}

} // namespace sluice::limits
