#include "accounts/scopes.hpp"
#include "crud.hpp"
#include "crypto/token.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "mcp/discovery.hpp"
#include "mcp/tool_set.hpp"
#include "tools/filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>
#include <set>

namespace sluice::api {
namespace {

using mcp::Exposure;
using mcp::McpServer;
using mcp::ServerConfig;

constexpr std::size_t kMostIntegrations = 50;
/// How long an old token goes on working beside the new one.
constexpr std::chrono::seconds kOverlap{std::chrono::hours(24)};
/// For asking new accounts about themselves, behind the answer.
constexpr std::chrono::seconds kSchemaLimit{20};
/// How long a new URL waits for that.
constexpr std::chrono::milliseconds kAhead{500};
/// What is left of the request's time for what comes after.
constexpr std::chrono::milliseconds kReserve{300};
constexpr std::chrono::seconds kMostOverlap{std::chrono::hours(24 * 7)};

/// What a request says about `config`; absent members say nothing.
struct ConfigPatch {
    std::optional<std::vector<std::string>> methods;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> exposure;
    std::optional<bool> require_api_token_auth;
    std::optional<std::int64_t> result_token_limit;
    std::optional<std::vector<std::string>> approval_tags;
    std::optional<bool> approval_link;
    std::optional<std::int64_t> idempotency_window_s;

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
        if (approval_tags)
            config.approval_tags = *approval_tags;
        if (approval_link)
            config.approval_link = *approval_link;
        if (idempotency_window_s)
            config.idempotency_window = std::chrono::seconds(*idempotency_window_s);
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
    patch.approval_tags = fields.texts("approval_tags");
    patch.approval_link = fields.flag("approval_link");
    patch.idempotency_window_s = fields.integer("idempotency_window_s", 0, ServerConfig::kLongestWindow.count());
    parent.merge(fields.failures());
    return patch;
}

/// What `tools/list` costs a model.
struct ListSize {
    std::int64_t tools = 0;
    std::size_t bytes = 2; ///< The brackets.
};

ListSize size_of(tools::ToolList const& tools, std::vector<bool> const& shown)
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

/// Below `/integrated-account/{id}/mcp` it is the account, below `/mcp-server` a tenant.
Result<mcp::ServerOwner> owner_of(Call const& call)
{
    if (call.parameter("id").empty())
        return mcp::ServerOwner{};
    auto const account = call.id<IntegratedAccountId>("id", "integrated account");
    return account ? Result<mcp::ServerOwner>(*account) : account.error();
}

/// What a route with a server in its path is about.
struct Named {
    mcp::ServerOwner owner;
    McpServerId id;
};

Result<Named> named(Call const& call)
{
    auto const owner = owner_of(call);
    auto const id = call.id<McpServerId>("server_id", "MCP server");
    if (!owner || !id)
        return owner ? id.error() : owner.error();
    return Named{*owner, *id};
}

/// What a developer should know of a list before giving it to a model.
json::array warnings_of(ListSize const& size, std::int64_t tokens, Config const& config)
{
    json::array warnings;
    if (tokens > config.mcp_token_warning)
        warnings.emplace_back(fmt::format(
            "The list of tools takes about {} tokens of a model's context, more than {}: narrow it with config.methods "
            "or config.tags, or let the model search it with config.tool_exposure \"discovery\".",
            tokens, config.mcp_token_warning));
    if (size.tools > config.mcp_tool_warning)
        warnings.emplace_back(
            fmt::format("This MCP server has {} tools. Many clients take at most {} and models choose "
                        "worse among more: narrow it with config.methods or config.tags.",
                        size.tools, config.mcp_tool_warning));
    return warnings;
}

/// Tools that are shown although an account was not granted what they need.
void warn_of_scopes(mcp::ServedAccounts const& served, tools::ToolFilter const& filter, json::array& warnings)
{
    for (auto const& group : served.groups()) {
        for (auto const& account : group.accounts) {
            auto const& tools = *account->tools;
            std::int64_t without_scope = 0;
            std::set<std::string> missing;
            for (std::size_t i = 0; i < tools.size(); ++i) {
                auto const scopes = filter.passes(*tools[i].method, tools[i].name)
                                        ? accounts::missing_scopes(account->account, *tools[i].method)
                                        : std::vector<std::string>{};
                without_scope += scopes.empty() ? 0 : 1;
                missing.insert(scopes.begin(), scopes.end());
            }
            if (without_scope > 0)
                warnings.emplace_back(fmt::format(
                    "{} of these tools need scopes that {} was not granted ({}): their calls will be "
                    "refused until it is connected again with them.",
                    without_scope, served.is_of_tenant() ? "the account " + account->account.id.str() : "this account",
                    fmt::join(missing, ", ")));
        }
    }
}

} // namespace

ServerHandlers::ServerHandlers(Services const& services, accounts::CallableAccounts& connected,
                               mcp::AccountSchemas& schemas, mcp::ToolSets& tool_sets, Behind& behind)
    : services_(services)
    , connected_(connected)
    , schemas_(schemas)
    , tool_sets_(tool_sets)
    , behind_(behind)
{
}

Task<Result<mcp::ServedPtr>> ServerHandlers::served_by(McpServer server, Accounts accounts, Deadline deadline)
{
    auto const ids = co_await services_.store.servers().accounts_of(server, deadline);
    if (!ids)
        co_return ids.error();
    if (ids->size() > mcp::kMostAccounts && accounts == Accounts::chosen)
        co_return invalid("integrations", fmt::format("must be chosen so that the tenant has at most {} accounts of "
                                                      "them: more at one URL are no help to a model",
                                                      mcp::kMostAccounts));
    std::vector<accounts::CallableAccountPtr> found;
    for (auto const& id : *ids | std::views::take(mcp::kMostAccounts)) {
        auto connected = co_await connected_.find(server.environment, id, deadline);
        // One account of a tenant that cannot be used does not take the others along.
        if (!connected && !server.account && connected.error().code() != ErrorCode::unavailable)
            continue;
        if (!connected)
            co_return connected.error();
        found.push_back(*std::move(connected));
    }
    if (server.account)
        co_return std::make_shared<mcp::ServedAccounts const>(std::move(found.front()));
    co_return std::make_shared<mcp::ServedAccounts const>(std::move(found), tool_sets_);
}

Task<void> ServerHandlers::ask_accounts(mcp::ServedPtr served, std::shared_ptr<bool> is_changed)
{
    auto const until = Deadline::after(kSchemaLimit);
    for (auto const& group : served->groups())
        for (auto const& account : group.accounts) {
            // What is not answered is asked again by the account's job.
            auto const asked = co_await schemas_.update(account, mcp::AccountSchemas::When::missing, until);
            *is_changed = *is_changed || (asked && asked->is_changed);
        }
}

Task<mcp::ServedPtr> ServerHandlers::ask_ahead(McpServer server, mcp::ServedPtr served, Deadline deadline)
{
    auto const environment = server.environment;
    auto const is_changed = std::make_shared<bool>(false);
    auto const left = deadline.left() - kReserve;
    if (left.count() > 0)
        co_await behind_.run(environment, ask_accounts(served, is_changed),
                             Deadline::after(std::min<Deadline::clock::duration>(left, kAhead)));
    if (!*is_changed)
        co_return served;
    auto again = co_await served_by(std::move(server), Accounts::as_known, deadline);
    co_return again ? *std::move(again) : served;
}

HandlerResult ServerHandlers::create(Call& call)
{
    auto const owner = owner_of(call);
    if (!owner)
        co_return owner.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    McpServer server;
    server.environment = call.environment();
    server.account = *owner;
    if (!server.account) {
        server.tenant_id = fields.text("tenant_id", true).value_or("");
        server.integrations = fields.texts("integrations", kMostIntegrations).value_or(std::vector<std::string>{});
    }
    server.name = fields.text("name", true).value_or("");
    server.created_by = call.caller.id.str();
    server.expires_at = fields.time("expires_at");
    read_config(fields.object("config", false), fields).apply(server.config);
    check_expiry(server.expires_at, services_.clock, services_.config.mcp_minimum_lifetime, fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const served = co_await served_by(server, Accounts::chosen, call.deadline);
    if (!served)
        co_return served.error();
    if ((*served)->groups().empty())
        co_return Error{
            ErrorCode::not_found,
            server.integrations.empty()
                ? "The tenant has no integrated account: connect one first, for example with POST /link-token."
                : fmt::format("The tenant has no integrated account of {}.", fmt::join(server.integrations, ", "))};
    if (auto const checked = mcp::check_config(server.config, *(*served)->tools()); !checked)
        co_return checked.error();

    auto const token = crypto::mint_token(services_.keyring, crypto::TokenKind::mcp);
    auto const hash = crypto::hash_token(services_.keyring, token.reveal());
    auto const created = co_await services_.store.servers().create(std::move(server), hash, call.deadline);
    if (!created)
        co_return created.error();
    // The URL is there; a vendor that is slow or down keeps nothing of it back.
    auto const shown = co_await ask_ahead(*created, *served, call.deadline);
    auto const& tools = *shown->tools();
    auto answer = view(*created);
    add_token(answer, token);
    auto const& filter = created->config.filter;
    bool const is_discovery = created->config.exposure == Exposure::discovery;
    auto const size =
        is_discovery ? ListSize{3, mcp::discovery_list().size()} : size_of(tools, tools::apply(filter, tools));
    auto const tokens = static_cast<std::int64_t>(size.bytes) / mcp::kBytesPerToken;
    answer["tool_count"] = size.tools;
    answer["list_bytes"] = size.bytes;
    answer["estimated_tokens"] = tokens;
    auto warnings = warnings_of(size, tokens, services_.config);
    warn_of_scopes(*shown, filter, warnings);
    if (created->config.require_api_token_auth && !created->config.approval_tags.empty())
        warnings.emplace_back(
            "Its second factor is a token that approves nothing: make it with `sluice api-token create "
            "--mcp-only`.");
    answer["warnings"] = std::move(warnings);
    co_return http::json_response(201, json::value(std::move(answer)));
}

HandlerResult ServerHandlers::list(Call& call)
{
    auto const owner = owner_of(call);
    if (!owner)
        co_return owner.error();
    if (*owner) {
        auto const account = co_await services_.store.accounts().find(call.environment(), **owner, call.deadline);
        if (!account)
            co_return account.error();
    }
    co_return co_await answer_list(call, services_.cursors, [&](tenancy::ListQuery query) {
        return services_.store.servers().list(call.environment(), *owner, std::move(query), call.deadline);
    });
}

HandlerResult ServerHandlers::get(Call& call)
{
    auto const owner = owner_of(call);
    if (!owner)
        co_return owner.error();
    auto const find = [&](McpServerId id) {
        return services_.store.servers().find(call.environment(), *owner, id, call.deadline);
    };
    co_return co_await answer_get<McpServerId>(call, "MCP server", find, "server_id");
}

HandlerResult ServerHandlers::patch(Call& call)
{
    auto const which = named(call);
    if (!which)
        co_return which.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const name = fields.text("name", false);
    fields.refuse_null({"name", "config"});
    auto const integrations = which->owner ? std::nullopt : fields.texts("integrations", kMostIntegrations);
    auto const expires_at = fields.time("expires_at");
    bool const changes_expiry = fields.has("expires_at");
    auto const* config = fields.object("config", false);
    auto const patch = read_config(config, fields);
    check_expiry(expires_at, services_.clock, services_.config.mcp_minimum_lifetime, fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    bool const changes_tools = config != nullptr || integrations;
    std::shared_ptr<tools::ToolList const> tools;
    mcp::ServedPtr chosen;
    if (changes_tools) {
        auto before =
            co_await services_.store.servers().find(call.environment(), which->owner, which->id, call.deadline);
        if (!before)
            co_return before.error();
        before->integrations = integrations.value_or(before->integrations);
        auto const served =
            co_await served_by(*std::move(before), integrations ? Accounts::chosen : Accounts::as_known, call.deadline);
        if (!served)
            co_return served.error();
        tools = (*served)->tools();
        if (integrations)
            chosen = *served;
    }
    mcp::ServerChange edit = [=](McpServer& server) -> Result<void> {
        server.name = name.value_or(server.name);
        server.integrations = integrations.value_or(server.integrations);
        if (changes_expiry)
            server.expires_at = expires_at;
        patch.apply(server.config);
        return changes_tools ? mcp::check_config(server.config, *tools) : Result<void>{};
    };
    auto const updated = co_await services_.store.servers().update(call.environment(), which->owner, which->id,
                                                                   std::move(edit), call.deadline);
    if (!updated)
        co_return updated.error();
    co_await services_.announcer.announce(change_of(*updated));
    if (chosen)
        co_await ask_ahead(*updated, chosen, call.deadline);
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult ServerHandlers::explain(Call& call)
{
    auto const which = named(call);
    if (!which)
        co_return which.error();
    auto const tool = call.query.take("tool").value_or("");
    if (tool.empty() || tool.size() > 100)
        co_return invalid("tool", "is required: the name that was called");
    if (!call.query.empty())
        co_return invalid(call.query.pairs().front().first, "is not a parameter here; known is tool");
    auto const server =
        co_await services_.store.servers().find(call.environment(), which->owner, which->id, call.deadline);
    if (!server)
        co_return server.error();
    auto const served = co_await served_by(*server, Accounts::as_known, call.deadline);
    if (!served)
        co_return served.error();
    mcp::ToolSet const tools((*served)->tools(), server->config.filter);
    auto const explanation = tools.explain(tool);
    json::object answer{{"tool", tool}, {"state", name_of(explanation.state)}, {"message", explanation.message}};
    answer["name"] = explanation.tool.empty() ? json::value(nullptr) : json::value(explanation.tool);
    answer["near"] = json::array_of(explanation.near);
    answer["tool_exposure"] = name_of(server->config.exposure);
    co_return http::json_response(200, json::value(std::move(answer)));
}

HandlerResult ServerHandlers::rotate_token(Call& call)
{
    auto const which = named(call);
    if (!which)
        co_return which.error();
    auto const body = call.request.body.empty() ? Result<json::object>(json::object{}) : read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const overlap = fields.integer("overlap_seconds", 0, kMostOverlap.count());
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const token = crypto::mint_token(services_.keyring, crypto::TokenKind::mcp);
    auto const old_end = services_.clock.now() + std::chrono::seconds(overlap.value_or(kOverlap.count()));
    auto const rotated = co_await services_.store.servers().rotate_token(
        call.environment(), which->owner, which->id, crypto::hash_token(services_.keyring, token.reveal()), old_end,
        call.deadline);
    if (!rotated)
        co_return rotated.error();
    co_await services_.announcer.announce(change_of(*rotated));
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
    auto const which = named(call);
    if (!which)
        co_return which.error();
    auto const removed =
        co_await services_.store.servers().remove(call.environment(), which->owner, which->id, call.deadline);
    if (!removed)
        co_return removed.error();
    co_await services_.announcer.announce(change_of(*removed));
    co_return http::json_response(200, json::value(json::object{{"id", which->id.str()}}));
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
