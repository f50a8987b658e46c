#include "accounts/scopes.hpp"
#include "catalog/filter.hpp"
#include "crud.hpp"
#include "crypto/token.hpp"
#include "fields.hpp"
#include "handlers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace sluice::api {
namespace {

using mcp::McpServer;
using mcp::ServerConfig;

/// What a request says about `config`; absent members say nothing.
struct ConfigPatch {
    std::optional<std::vector<std::string>> methods;
    std::optional<std::vector<std::string>> tags;
    std::optional<bool> require_api_token_auth;

    void apply(ServerConfig& config) const
    {
        if (methods)
            config.filter.methods = *methods;
        if (tags)
            config.filter.tags = *tags;
        if (require_api_token_auth)
            config.require_api_token_auth = *require_api_token_auth;
    }
};

ConfigPatch read_config(json::object const* object, Fields& parent)
{
    ConfigPatch patch;
    if (object == nullptr)
        return patch;
    Fields fields(*object, "config");
    patch.methods = fields.texts("methods");
    patch.tags = fields.texts("tags");
    patch.require_api_token_auth = fields.flag("require_api_token_auth");
    fields.choice("tool_exposure", false, {"all"});
    parent.merge(fields.failures());
    return patch;
}

void check_expiry(std::optional<Timestamp> const& expires_at, Clock const& clock, std::chrono::milliseconds minimum,
                  Fields& fields)
{
    if (expires_at && *expires_at < clock.now() + minimum)
        fields.fail("expires_at", fmt::format("must be at least {} s in the future",
                                              std::chrono::duration_cast<std::chrono::seconds>(minimum).count()));
}

} // namespace

ServerHandlers::ServerHandlers(Services const& services, accounts::ConnectedAccounts& connected)
    : services_(services)
    , connected_(connected)
{
}

HandlerResult ServerHandlers::create(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!account_id)
        co_return account_id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    McpServer server;
    server.environment = call.environment();
    server.account = *account_id;
    server.name = fields.text("name", true).value_or("");
    server.created_by = call.caller.id.str();
    server.expires_at = fields.time("expires_at");
    read_config(fields.object("config", false), fields).apply(server.config);
    check_expiry(server.expires_at, services_.clock, services_.config.mcp_minimum_lifetime, fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const& tools = *(*connected)->installed->tools;
    if (auto const checked = catalog::check_filter(server.config.filter, tools); !checked)
        co_return checked.error();

    auto const token = crypto::mint_token(crypto::TokenKind::mcp);
    auto const hash = crypto::hash_token(services_.keyring, token.reveal());
    auto const filter = server.config.filter;
    auto const created = co_await services_.store.servers().create(std::move(server), hash, call.deadline);
    if (!created)
        co_return created.error();
    auto answer = view(*created);
    answer["token"] = token.reveal();
    answer["url"] = services_.config.mcp_url + "/mcp/" + token.reveal();
    auto const shown = catalog::apply(filter, tools);
    auto const count = std::count(shown.begin(), shown.end(), true);
    json::array warnings;
    if (count > services_.config.mcp_tool_warning)
        warnings.emplace_back(
            fmt::format("This MCP server has {} tools. Many clients take at most {} and models choose "
                        "worse among more: narrow it with config.methods or config.tags.",
                        count, services_.config.mcp_tool_warning));
    std::int64_t without_scope = 0;
    std::set<std::string> missing;
    for (std::size_t i = 0; i < tools.size(); ++i) {
        auto const scopes =
            shown[i] ? accounts::missing_scopes((*connected)->account, *tools[i].method) : std::vector<std::string>{};
        without_scope += scopes.empty() ? 0 : 1;
        missing.insert(scopes.begin(), scopes.end());
    }
    if (without_scope > 0)
        warnings.emplace_back(fmt::format("{} of these tools need scopes that this account was not granted ({}): their "
                                          "calls will be refused until it is connected again with them.",
                                          without_scope, fmt::join(missing, ", ")));
    answer["warnings"] = std::move(warnings);
    co_return http::json_response(201, json::value(std::move(answer)));
}

HandlerResult ServerHandlers::list(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!account_id)
        co_return account_id.error();
    auto const account = co_await services_.store.accounts().find(call.environment(), *account_id, call.deadline);
    if (!account)
        co_return account.error();
    co_return co_await answer_list(call, services_.cursors, [&](tenancy::ListQuery query) {
        return services_.store.servers().list(call.environment(), *account_id, std::move(query), call.deadline);
    });
}

HandlerResult ServerHandlers::get(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!account_id)
        co_return account_id.error();
    auto const find = [&](McpServerId id) {
        return services_.store.servers().find(call.environment(), *account_id, id, call.deadline);
    };
    co_return co_await answer_get<McpServerId>(call, "MCP server", find, "server_id");
}

HandlerResult ServerHandlers::patch(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!account_id || !id)
        co_return account_id ? id.error() : account_id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const name = fields.text("name", false);
    fields.refuse_null({"name", "config"});
    auto const expires_at = fields.time("expires_at");
    bool const changes_expiry = fields.has("expires_at");
    auto const* config = fields.object("config", false);
    auto const patch = read_config(config, fields);
    check_expiry(expires_at, services_.clock, services_.config.mcp_minimum_lifetime, fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    bool const has_config = config != nullptr;
    mcp::ServerChange edit = [=, installed = (*connected)->installed](McpServer& server) -> Result<void> {
        server.name = name.value_or(server.name);
        if (changes_expiry)
            server.expires_at = expires_at;
        patch.apply(server.config);
        return has_config ? catalog::check_filter(server.config.filter, *installed->tools) : Result<void>{};
    };
    auto const updated =
        co_await services_.store.servers().update(call.environment(), *account_id, *id, std::move(edit), call.deadline);
    if (!updated)
        co_return updated.error();
    co_await services_.announcer.announce({tenancy::Change::Kind::account, call.environment(), account_id->uuid()});
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult ServerHandlers::remove(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!account_id || !id)
        co_return account_id ? id.error() : account_id.error();
    auto const removed = co_await services_.store.servers().remove(call.environment(), *account_id, *id, call.deadline);
    if (!removed)
        co_return removed.error();
    co_await services_.announcer.announce({tenancy::Change::Kind::account, call.environment(), account_id->uuid()});
    co_return http::json_response(200, json::value(json::object{{"id", id->str()}}));
}

} // namespace sluice::api
