#include "view.hpp"

#include "json_values.hpp"

#include <string>

namespace sluice::api {
json::object server_view(mcp::McpServer const& server)
{
    json::object view{{"id", server.id.str()},
                      {"name", server.name},
                      {"created_by", server.created_by},
                      {"expires_at", time_or_null(server.expires_at)},
                      {"created_at", to_rfc3339(server.created_at)},
                      {"updated_at", to_rfc3339(server.updated_at)}};
    if (server.account) {
        view["integrated_account_id"] = server.account->str();
    } else {
        view["tenant_id"] = server.tenant_id;
        view["integrations"] = json::array_of(server.integrations);
    }
    view["config"] = mcp::config_json(server.config);
    return view;
}

namespace {

json::object server_view_with_token(mcp::McpServer const& server, Secret const& token, std::string_view mcp_url)
{
    auto view = server_view(server);
    view["token"] = token.reveal();
    view["url"] = std::string(mcp_url) + "/mcp/" + token.reveal();
    // For clients that write URLs into logs or names of tools.
    view["bearer"] = json::object{{"url", std::string(mcp_url) + "/mcp"},
                                  {"headers", json::object{{"Authorization", "Bearer " + token.reveal()}}}};
    return view;
}

} // namespace

json::object minted_view(mcp::MintedServer const& minted, std::string_view mcp_url)
{
    auto view = server_view_with_token(minted.server, minted.token, mcp_url);
    view["tool_count"] = minted.tool_count;
    view["list_bytes"] = minted.list_bytes;
    view["estimated_tokens"] = minted.estimated_tokens;
    view["warnings"] = json::array_of(minted.warnings);
    return view;
}

json::object rotated_view(mcp::RotatedToken const& rotated, std::string_view mcp_url)
{
    auto view = server_view_with_token(rotated.server, rotated.token, mcp_url);
    view["previous_token_ends_at"] = to_rfc3339(rotated.old_token_ends_at);
    return view;
}

json::object explained_view(std::string_view tool, mcp::ExplainedTool const& explained)
{
    auto const& explanation = explained.explanation;
    json::object view{{"tool", tool}, {"state", name_of(explanation.state)}, {"message", explanation.message}};
    view["name"] = explanation.tool.empty() ? json::value(nullptr) : json::value(explanation.tool);
    view["near"] = json::array_of(explanation.near);
    view["tool_exposure"] = name_of(explained.exposure);
    return view;
}

json::object schema_view(IntegratedAccountId account, toolcalls::AccountSchemas::Update const& update)
{
    json::object counts;
    for (auto const& [source, records] : update.schema.records)
        counts[source] = records.get_array().size();
    json::object view{{"integrated_account_id", account.str()}, {"is_changed", update.is_changed}};
    view["records"] = std::move(counts);
    view["loaded_at"] = time_or_null(update.schema.loaded_at);
    return view;
}

} // namespace sluice::api
