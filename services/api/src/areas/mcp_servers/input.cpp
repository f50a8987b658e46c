#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

constexpr std::size_t kMostIntegrations = 50;
constexpr std::size_t kLongestToolName = 100;

mcp::ConfigPatch read_config_of(json::object const& config, http::Fields& parent)
{
    http::Fields fields(config, "config");
    auto patch = mcp::read_config(fields);
    parent.merge(fields.failures());
    return patch;
}

void check_expiry(mcp::Mint const& mint, std::optional<Timestamp> const& expires_at, http::Fields& fields)
{
    if (auto fault = mint.fault_of_expiry(expires_at))
        fields.fail("expires_at", *std::move(fault));
}

} // namespace

Result<mcp::ServerOwner> read_owner(Call const& call)
{
    if (call.parameter("id").empty())
        return mcp::ServerOwner{};
    auto const account = call.id<IntegratedAccountId>("id", "integrated account");
    return account ? Result<mcp::ServerOwner>(*account) : account.error();
}

Result<NamedServer> read_named(Call const& call)
{
    auto const owner = read_owner(call);
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!owner || !id)
        return owner ? id.error() : owner.error();
    return NamedServer{*owner, *id};
}

Result<NewServer> read_server(json::object const& body, mcp::ServerOwner owner, mcp::Mint const& mint)
{
    http::Fields fields(body);
    NewServer made;
    auto& server = made.server;
    made.preset = fields.text("preset", false).value_or("");
    server.account = owner;
    if (!server.account) {
        server.tenant_id = fields.text("tenant_id", true).value_or("");
        server.integrations = fields.texts("integrations", kMostIntegrations).value_or(std::vector<std::string>{});
    }
    server.name = fields.text("name", true).value_or("");
    server.expires_at = fields.time("expires_at");
    if (auto const* config = fields.object("config", false))
        read_config_of(*config, fields).apply(server.config);
    check_expiry(mint, server.expires_at, fields);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return made;
}

Result<mcp::ServerPatch> read_server_patch(json::object const& body, mcp::ServerOwner owner, mcp::Mint const& mint)
{
    http::Fields fields(body);
    mcp::ServerPatch patch;
    patch.name = fields.text("name", false);
    fields.refuse_null({"name", "config"});
    if (!owner)
        patch.integrations = fields.texts("integrations", kMostIntegrations);
    auto const expires_at = fields.time("expires_at");
    if (fields.has("expires_at"))
        patch.expires_at = expires_at;
    if (auto const* config = fields.object("config", false))
        patch.config = read_config_of(*config, fields);
    check_expiry(mint, expires_at, fields);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

Result<std::chrono::seconds> read_overlap(http::Request const& request)
{
    auto const body = request.body.empty() ? Result<json::object>(json::object{}) : http::read_object(request);
    if (!body)
        return body.error();
    http::Fields fields(*body);
    auto const overlap = fields.integer("overlap_seconds", 0, mcp::Mint::kMostOverlap.count());
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return std::chrono::seconds(overlap.value_or(mcp::Mint::kOverlap.count()));
}

Result<std::string> read_tool_name(http::Query& query)
{
    auto tool = query.take("tool").value_or("");
    if (tool.empty() || tool.size() > kLongestToolName)
        return invalid("tool", "is required: the name that was called");
    return tool;
}

} // namespace sluice::api
