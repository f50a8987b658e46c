#include "accounts/scopes.hpp"
#include "catalog/filter.hpp"
#include "crud.hpp"
#include "crypto/token.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "mcp/discovery.hpp"
#include "mcp/tool_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace sluice::api {
namespace {

using mcp::Exposure;
using mcp::McpServer;
using mcp::ServerConfig;

/// How long an old token goes on working beside the new one.
constexpr std::chrono::seconds kOverlap{std::chrono::hours(24)};
/// For asking a new account about itself while its URL is made.
constexpr std::chrono::seconds kSchemaLimit{3};
constexpr std::chrono::seconds kMostOverlap{std::chrono::hours(24 * 7)};

/// What a request says about `config`; absent members say nothing.
struct ConfigPatch {
    std::optional<std::vector<std::string>> methods;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> exposure;
    std::optional<bool> require_api_token_auth;
    std::optional<std::int64_t> result_token_limit;

    void apply(ServerConfig& config) const
    {
        if (methods)
            config.filter.methods = *methods;
        if (tags)
            config.filter.tags = *tags;
        if (exposure)
            config.exposure = *exposure == name_of(Exposure::discovery) ? Exposure::discovery : Exposure::all;
        if (require_api_token_auth)
            config.require_api_token_auth = *require_api_token_auth;
        if (result_token_limit)
            config.result_token_limit = *result_token_limit;
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
    patch.exposure = fields.choice("tool_exposure", false, {name_of(Exposure::all), name_of(Exposure::discovery)});
    patch.result_token_limit =
        fields.integer("result_token_limit", ServerConfig::kLeastResultTokens, ServerConfig::kMostResultTokens);
    parent.merge(fields.failures());
    return patch;
}

/// What `tools/list` costs a model.
struct ListSize {
    std::int64_t tools = 0;
    std::size_t bytes = 2; ///< The brackets.
};

ListSize size_of(catalog::ToolList const& tools, std::vector<bool> const& shown)
{
    ListSize size;
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (!shown[i])
            continue;
        size.bytes += tools[i].list_entry.size() + (size.tools > 0 ? 1 : 0);
        ++size.tools;
    }
    return size;
}

void check_expiry(std::optional<Timestamp> const& expires_at, Clock const& clock, std::chrono::milliseconds minimum,
                  Fields& fields)
{
    if (expires_at && *expires_at < clock.now() + minimum)
        fields.fail("expires_at", fmt::format("must be at least {} s in the future",
                                              std::chrono::duration_cast<std::chrono::seconds>(minimum).count()));
}

} // namespace

ServerHandlers::ServerHandlers(Services const& services, accounts::ConnectedAccounts& connected,
                               mcp::AccountSchemas& schemas)
    : services_(services)
    , connected_(connected)
    , schemas_(schemas)
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
    auto connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    // Asked ahead, so that the first list shows it; a vendor that is slow or down does not keep the URL back.
    auto const asked =
        co_await schemas_.update(*connected, mcp::AccountSchemas::When::missing, Deadline::after(kSchemaLimit));
    if (asked && asked->is_changed)
        connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const& tools = *(*connected)->tools;
    if (auto const checked = catalog::check_filter(server.config.filter, tools); !checked)
        co_return checked.error();

    auto const token = crypto::mint_token(crypto::TokenKind::mcp);
    auto const hash = crypto::hash_token(services_.keyring, token.reveal());
    auto const filter = server.config.filter;
    auto const created = co_await services_.store.servers().create(std::move(server), hash, call.deadline);
    if (!created)
        co_return created.error();
    auto answer = view(*created);
    add_token(answer, token);
    auto const shown = catalog::apply(filter, tools);
    bool const is_discovery = created->config.exposure == Exposure::discovery;
    auto const size = is_discovery ? ListSize{3, mcp::discovery_list().size()} : size_of(tools, shown);
    auto const count = size.tools;
    auto const tokens = static_cast<std::int64_t>(size.bytes) / mcp::kBytesPerToken;
    answer["tool_count"] = count;
    answer["list_bytes"] = size.bytes;
    answer["estimated_tokens"] = tokens;
    json::array warnings;
    if (tokens > services_.config.mcp_token_warning)
        warnings.emplace_back(fmt::format(
            "The list of tools takes about {} tokens of a model's context, more than {}: narrow it with config.methods "
            "or config.tags, or let the model search it with config.tool_exposure \"discovery\".",
            tokens, services_.config.mcp_token_warning));
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

HandlerResult ServerHandlers::explain(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!account_id || !id)
        co_return account_id ? id.error() : account_id.error();
    auto const tool = call.query.take("tool").value_or("");
    if (tool.empty() || tool.size() > 100)
        co_return invalid("tool", "is required: the name that was called");
    if (!call.query.empty())
        co_return invalid(call.query.pairs().front().first, "is not a parameter here; known is tool");
    auto const server = co_await services_.store.servers().find(call.environment(), *account_id, *id, call.deadline);
    if (!server)
        co_return server.error();
    auto const connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    mcp::ToolSet const tools((*connected)->tools, server->config.filter);
    auto const explanation = tools.explain(tool);
    json::object answer{{"tool", tool}, {"state", name_of(explanation.state)}, {"message", explanation.message}};
    answer["name"] = explanation.tool.empty() ? json::value(nullptr) : json::value(explanation.tool);
    answer["near"] = json::array_of(explanation.near);
    answer["tool_exposure"] = name_of(server->config.exposure);
    co_return http::json_response(200, json::value(std::move(answer)));
}

HandlerResult ServerHandlers::rotate_token(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!account_id || !id)
        co_return account_id ? id.error() : account_id.error();
    auto const body = call.request.body.empty() ? Result<json::object>(json::object{}) : read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const overlap = fields.integer("overlap_seconds", 0, kMostOverlap.count());
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const token = crypto::mint_token(crypto::TokenKind::mcp);
    auto const old_end = services_.clock.now() + std::chrono::seconds(overlap.value_or(kOverlap.count()));
    auto const rotated = co_await services_.store.servers().rotate_token(
        call.environment(), *account_id, *id, crypto::hash_token(services_.keyring, token.reveal()), old_end,
        call.deadline);
    if (!rotated)
        co_return rotated.error();
    co_await services_.announcer.announce({tenancy::Change::Kind::account, call.environment(), account_id->uuid()});
    auto answer = view(*rotated);
    add_token(answer, token);
    answer["previous_token_ends_at"] = to_rfc3339(old_end);
    co_return http::json_response(200, json::value(std::move(answer)));
}

void ServerHandlers::add_token(json::object& answer, Secret const& token) const
{
    answer["token"] = token.reveal();
    answer["url"] = services_.config.mcp_url + "/mcp/" + token.reveal();
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

HandlerResult ServerHandlers::refresh_schema(Call& call)
{
    auto const account_id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!account_id)
        co_return account_id.error();
    auto const connected = co_await connected_.find(call.environment(), *account_id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const updated = co_await schemas_.update(*connected, mcp::AccountSchemas::When::now, call.deadline);
    if (!updated)
        co_return updated.error();
    json::object sources;
    for (auto const& [name, records] : updated->schema.records)
        sources[name] = records.get_array().size();
    json::object answer{{"integrated_account_id", account_id->str()}, {"is_changed", updated->is_changed}};
    answer["records"] = std::move(sources);
    answer["loaded_at"] =
        updated->schema.loaded_at ? json::value(to_rfc3339(*updated->schema.loaded_at)) : json::value(nullptr);
    co_return http::json_response(200, json::value(std::move(answer)));
}

} // namespace sluice::api
