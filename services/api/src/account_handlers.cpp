#include "accounts/context.hpp"
#include "accounts/vault.hpp"
#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "tools/filter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::api {
namespace {

using accounts::Account;
using accounts::Context;

std::vector<std::string> words_of(http::Query const& query, std::string_view name)
{
    std::vector<std::string> words;
    auto text = std::string(query.find(name).value_or(""));
    for (std::string_view rest = text; !rest.empty();) {
        auto const comma = rest.find(',');
        if (comma != 0)
            words.emplace_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return words;
}

json::object tool_view(tools::Tool const& tool)
{
    json::array required;
    for (auto const& name : tool.required)
        required.emplace_back(name);
    return {{"resource", tool.method->resource}, {"method", tool.method->name},       {"name", tool.name},
            {"description", tool.description},   {"query_schema", tool.query_schema}, {"body_schema", tool.body_schema},
            {"required", std::move(required)}};
}

/// The filter's paths are those of an MCP server's configuration; here it stands in the query.
Error as_query(Error const& error)
{
    constexpr std::string_view kConfig = "config.";
    auto failures = error.failures();
    for (auto& failure : failures)
        if (failure.path.starts_with(kConfig))
            failure.path.erase(0, kConfig.size());
    return Error{std::move(failures)};
}

/// The tool as a provider's API takes it.
Result<json::object> tool_view_as(tools::Tool const& tool, std::string_view format)
{
    auto schema = *json::parse(tool.input_schema);
    if (format.empty())
        return tool_view(tool);
    if (format == "mcp")
        return json::parse(tool.list_entry)->get_object();
    if (format == "anthropic")
        return json::object{
            {"name", tool.name}, {"description", tool.description}, {"input_schema", std::move(schema)}};
    json::object function{{"name", tool.name}, {"description", tool.description}, {"parameters", std::move(schema)}};
    if (format == "gemini")
        return function;
    if (format == "openai")
        return json::object{{"type", "function"}, {"function", std::move(function)}};
    return invalid("format", "must be openai, anthropic, gemini or mcp");
}

/// Tokens that are imported come one by one: nothing has to be spread.
constexpr double kMiddle = 0.5;
constexpr std::chrono::seconds kRefreshLimit{30};
constexpr std::chrono::seconds kRevokeLimit{10};
constexpr std::size_t kMostDeleted = 100;

/// New credentials: what was known about the old ones is no longer true.
void reactivate(Account& account)
{
    account.status = accounts::Status::active;
    account.last_error = nullptr;
    account.last_forbidden_error = nullptr;
}

/// Merges a context patch and checks the whole. Runs on a database thread; `installed` is shared and immutable.
Result<void> merge_and_check(accounts::InstalledPtr const& installed, json::object const& patch, Timestamp now,
                             Account& account, Context& context)
{
    auto merged = accounts::patch_context(context, patch, *installed->integration, account.authentication_method);
    if (!merged)
        return merged.error();
    auto const checked =
        accounts::check_context(merged->whole(), *installed->integration, account.authentication_method);
    if (!checked)
        return checked.error();
    if (auto const url = accounts::render_base_url(*installed->integration, merged->visible); !url)
        return url.error();
    context = *std::move(merged);
    accounts::plan_refresh(now, kMiddle, account, context);
    return {};
}

} // namespace

AccountHandlers::AccountHandlers(Services const& services, accounts::CallableAccounts& connected,
                                 accounts::Refresher& refresher, connecting::Connector& connector, Behind& behind)
    : services_(services)
    , connected_(connected)
    , refresher_(refresher)
    , connector_(connector)
    , behind_(behind)
{
}

Task<Result<accounts::InstalledPtr>> AccountHandlers::installed(Call& call, accounts::EnvironmentIntegration const& row)
{
    auto const stored =
        co_await services_.store.integrations().find(call.environment(), row.integration, call.deadline);
    if (!stored)
        co_return stored.error();
    co_return co_await services_.integrations.install(row.integration, stored->version, row.override,
                                                      std::vector<accounts::DocumentationRow>{}, call.deadline);
}

HandlerResult AccountHandlers::create(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    fields.own_environment(call.environment());
    Account account;
    account.environment = call.environment();
    account.tenant_id = fields.text("tenant_id", true).value_or("");
    auto const installation_id = fields.id<EnvironmentIntegrationId>("environment_integration_id", true);
    account.authentication_method = fields.text("authentication_method", true).value_or("");
    account.region = fields.text("region", false);
    account.is_sandbox = fields.flag("is_sandbox").value_or(false);
    account.status = accounts::Status::active;
    auto const* context = fields.object("context", true);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();

    auto const installation =
        co_await services_.store.installations().find(call.environment(), *installation_id, call.deadline);
    if (!installation)
        co_return installation.error().code() == ErrorCode::not_found
            ? invalid("environment_integration_id", "is no environment integration of this environment")
            : installation.error();
    auto const integration = co_await installed(call, *installation);
    if (!integration)
        co_return integration.error();
    auto const& definition = *(*integration)->integration;
    if (auto const checked = accounts::check_context(*context, definition, account.authentication_method); !checked)
        co_return checked.error();
    auto parts = accounts::split_context(*context, definition);
    if (auto const url = accounts::render_base_url(definition, parts.visible); !url)
        co_return url.error();
    account.environment_integration = *installation_id;
    accounts::plan_refresh(services_.clock.now(), kMiddle, account, parts);
    auto const created =
        co_await services_.store.accounts().create(std::move(account), std::move(parts), call.deadline);
    if (!created)
        co_return created.error();
    co_await services_.announcer.announce(
        {snapshots::Change::Kind::tenant, call.environment(), snapshots::tenant_key(created->tenant_id)});
    co_return http::json_response(201, json::value(view(*created)));
}

HandlerResult AccountHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.accounts().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult AccountHandlers::get(Call& call)
{
    return answer_get<IntegratedAccountId>(call, "integrated account", [this, &call](IntegratedAccountId id) {
        return services_.store.accounts().find(call.environment(), id, call.deadline);
    });
}

Task<Result<Account>> AccountHandlers::change(Call& call, IntegratedAccountId id, bool new_credentials,
                                              accounts::AccountChange change)
{
    auto updated = co_await services_.store.accounts().update(call.environment(), id, new_credentials,
                                                              std::move(change), call.deadline);
    if (updated) {
        co_await services_.announcer.announce({snapshots::Change::Kind::account, call.environment(), id.uuid()});
        co_await services_.announcer.announce(
            {snapshots::Change::Kind::tenant, call.environment(), snapshots::tenant_key(updated->tenant_id)});
    }
    co_return updated;
}

HandlerResult AccountHandlers::patch(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const tenant_id = fields.text("tenant_id", false);
    auto const region = fields.text("region", false);
    bool const clears_region = fields.is_null("region");
    auto const is_sandbox = fields.flag("is_sandbox");
    auto const is_blocked = fields.flag("is_blocked");
    auto const* context = fields.object("context", false);
    fields.refuse_null({"tenant_id", "is_sandbox", "is_blocked", "context"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const connected = co_await connected_.find(call.environment(), *id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const integration = (*connected)->installed;
    bool const new_credentials =
        context != nullptr &&
        accounts::has_credentials(*context, *integration->integration, (*connected)->account.authentication_method);
    accounts::AccountChange edit = [=, now = services_.clock.now(),
                                    patch = context != nullptr ? std::optional(*context) : std::nullopt](
                                       Account& account, Context& old) -> Result<void> {
        account.tenant_id = tenant_id.value_or(account.tenant_id);
        account.is_sandbox = is_sandbox.value_or(account.is_sandbox);
        account.is_blocked = is_blocked.value_or(account.is_blocked);
        if (region || clears_region)
            account.region = region;
        if (new_credentials)
            reactivate(account);
        return patch ? merge_and_check(integration, *patch, now, account, old) : Result<void>{};
    };
    auto const updated = co_await change(call, *id, new_credentials, std::move(edit));
    if (!updated)
        co_return updated.error();
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult AccountHandlers::patch_credentials(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const method = fields.text("authentication_method", false);
    auto const* context = fields.object("context", true);
    fields.refuse_null({"authentication_method"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const connected = co_await connected_.find(call.environment(), *id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const integration = (*connected)->installed;
    accounts::AccountChange edit = [=, now = services_.clock.now(), patch = *context](Account& account,
                                                                                      Context& old) -> Result<void> {
        account.authentication_method = method.value_or(account.authentication_method);
        reactivate(account);
        return merge_and_check(integration, patch, now, account, old);
    };
    auto const updated = co_await change(call, *id, true, std::move(edit));
    if (!updated)
        co_return updated.error();
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult AccountHandlers::refresh_credentials(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const id = fields.id<IntegratedAccountId>("id", true);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const connected = co_await connected_.find(call.environment(), *id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const& definition = *(*connected)->installed->integration;
    auto const& method = (*connected)->account.authentication_method;
    if (auto const* format = definition.find_credentials(method); format == nullptr || !format->oauth)
        co_return Error{ErrorCode::conflict, fmt::format("Credentials of the kind {} are not renewed.", method)};
    auto const renewed =
        co_await refresher_.renew(*connected, accounts::Refresher::Why::asked, Deadline::after(kRefreshLimit));
    // A token that still works is all that was asked for, unless the connection is over.
    auto const& ends_at = (*connected)->account.access_expires_at;
    bool const works = !ends_at || *ends_at > services_.clock.now();
    if (!renewed && (!works || renewed.error().code() == ErrorCode::reauth_needed))
        co_return renewed.error();
    co_return http::json_response(200, json::value(json::object{{"success", true}}));
}

HandlerResult AccountHandlers::create_token(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const id = fields.id<IntegratedAccountId>("id", true);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const token = crypto::mint_token(services_.keyring, crypto::TokenKind::account);
    auto const expires_at = services_.clock.now() + accounts::AccountTokens::kLifetime;
    auto const created = co_await services_.store.account_tokens().create(
        {call.environment(), *id, expires_at}, crypto::hash_token(services_.keyring, token.reveal()), call.deadline);
    if (!created)
        co_return created.error();
    co_return http::json_response(201, json::value(json::object{{"integrated_account_token", token.reveal()},
                                                                {"expires_at", to_rfc3339(expires_at)}}));
}

HandlerResult AccountHandlers::bulk_delete(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const texts = fields.texts("ids", kMostDeleted);
    std::vector<IntegratedAccountId> ids;
    if (!fields.has("ids") || (texts && texts->empty()))
        fields.fail("ids", "is required: a list of ids of integrated accounts");
    for (std::size_t i = 0; texts && i < texts->size(); ++i) {
        if (auto const id = IntegratedAccountId::parse((*texts)[i]))
            ids.push_back(*id);
        else if (!(*texts)[i].empty())
            fields.fail(fmt::format("ids[{}]", i), "must be an id such as ia_01h455vb4pex5vsknk084sn02q");
    }
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    // One by one, each in its own time: what is not there (any more) does not keep the others.
    json::array deleted;
    for (auto const& id : ids) {
        auto const removed =
            co_await remove_one(call.environment(), id, Deadline::after(services_.config.management_limit));
        if (!removed && removed.error().code() != ErrorCode::not_found)
            co_return removed.error();
        if (removed)
            deleted.emplace_back(id.str());
    }
    json::object answer{{"success", true}};
    answer["deleted"] = std::move(deleted);
    co_return http::json_response(200, json::value(std::move(answer)));
}

HandlerResult AccountHandlers::get_own(Call& call)
{
    call.parameters = {{"id", call.account->str()}};
    return get(call);
}

HandlerResult AccountHandlers::patch_own(Call& call)
{
    call.parameters = {{"id", call.account->str()}};
    auto const body = read_object(call.request);
    // The holder is the customer's browser: it may complete the context, not move or unblock the account.
    if (body && (body->size() != 1 || !body->contains("context")))
        co_return invalid("context", "is all that can be changed with an integrated-account token");
    co_return co_await patch(call);
}

Task<Result<void>> AccountHandlers::remove_one(EnvironmentId environment, IntegratedAccountId id, Deadline deadline)
{
    auto const connected = co_await connected_.find(environment, id, deadline);
    auto const removed = co_await services_.store.accounts().remove(environment, id, deadline);
    if (!removed)
        co_return removed.error();
    co_await services_.announcer.announce({snapshots::Change::Kind::account, environment, id.uuid()});
    if (!connected)
        co_return Result<void>{};
    // What the vendor does not hear ends there by itself, or when the customer removes the app.
    auto revoking = connector_.revoke(*connected, Deadline::after(kRevokeLimit));
    co_await behind_.leave(environment, std::move(revoking));
    co_return Result<void>{};
}

HandlerResult AccountHandlers::remove(Call& call)
{
    return answer_remove<IntegratedAccountId>(
        call, "integrated account", services_.announcer, std::nullopt,
        [this, &call](IntegratedAccountId id) { return remove_one(call.environment(), id, call.deadline); });
}

HandlerResult AccountHandlers::tools(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const connected = co_await connected_.find(call.environment(), *id, call.deadline);
    if (!connected)
        co_return connected.error();
    auto const& tools = *(*connected)->tools;
    tools::ToolFilter const filter{words_of(call.query, "methods"), words_of(call.query, "tags")};
    if (auto const checked = tools::check_filter(filter, tools); !checked)
        co_return as_query(checked.error());
    json::array items;
    auto const format = call.query.find("format").value_or("");
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (!filter.passes(*tools[i].method, tools[i].name))
            continue;
        auto shown = tool_view_as(tools[i], format);
        if (!shown)
            co_return shown.error();
        items.push_back(*std::move(shown));
    }
    json::object answer;
    answer["result"] = std::move(items);
    co_return http::json_response(200, json::value(std::move(answer)));
}

} // namespace sluice::api
