#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "accounts/demo.hpp"
#include "accounts/directory.hpp"
#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "toolcalls/tool_set.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

/// An integrated-account token may: whoever made it had the permission.
bool may_enter_credentials(Call const& call)
{
    return call.caller.account || call.caller.permissions.has(tenancy::Permission::credentials_write);
}

} // namespace

AccountHandlers::AccountHandlers(ShardParts const& parts)
    : rows_(parts.rows.accounts)
    , callable_(parts.callable_accounts)
    , directory_(parts.directory)
    , demo_(parts.demo)
    , cursors_(parts.cursors)
    , limits_(parts.limits)
{
}

HandlerResult AccountHandlers::create(Call& call)
{
    auto const read = [&call](json::object const& body) { return read_account(body, call.environment()); };
    return answer_create(call, account_view, read, [this, &call](accounts::NewAccount account) {
        return directory_.create(std::move(account), call.author(), call.deadline);
    });
}

HandlerResult AccountHandlers::list(Call& call)
{
    return answer_list(call, cursors_, account_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult AccountHandlers::get(Call& call)
{
    auto const view = [this](accounts::Account const& account) {
        auto shown = account_view(account);
        shown["rate_limit"] = governing_view(account.id, limits_);
        return shown;
    };
    return answer_get<IntegratedAccountId>(call, "integrated account", view, [this, &call](IntegratedAccountId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult AccountHandlers::patch(Call& call)
{
    return answer_change<IntegratedAccountId>(call, "integrated account", account_view, read_account_patch,
                                              [this, &call](IntegratedAccountId id, accounts::AccountPatch patch) {
                                                  patch.may_enter_credentials = may_enter_credentials(call);
                                                  return directory_.change(call.environment(), id, std::move(patch),
                                                                           call.author(), call.deadline);
                                              });
}

HandlerResult AccountHandlers::patch_credentials(Call& call)
{
    return answer_change<IntegratedAccountId>(call, "integrated account", account_view, read_credentials,
                                              [this, &call](IntegratedAccountId id, accounts::NewCredentials given) {
                                                  return directory_.replace_credentials(call.environment(), id,
                                                                                        std::move(given), call.author(),
                                                                                        call.deadline);
                                              });
}

HandlerResult AccountHandlers::refresh_credentials(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto const id = read_account_id(*body);
    if (!id)
        co_return id.error();
    auto const renewed = co_await directory_.renew(call.environment(), *id, call.author(), call.deadline);
    if (!renewed)
        co_return renewed.error();
    co_return ok({{"success", true}});
}

HandlerResult AccountHandlers::create_token(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto const id = read_account_id(*body);
    if (!id)
        co_return id.error();
    auto const minted = co_await directory_.mint_token(call.environment(), *id, call.author(), call.deadline);
    if (!minted)
        co_return minted.error();
    co_return created(
        {{"integrated_account_token", minted->token.reveal()}, {"expires_at", to_rfc3339(minted->expires_at)}});
}

HandlerResult AccountHandlers::connect_demo(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    if (auto const checked = http::Fields(*body).check(); !checked)
        co_return checked.error();
    auto const connected = co_await demo_.connect(call.environment(), call.author(), call.deadline);
    if (!connected)
        co_return connected.error();
    auto view = account_view(connected->account);
    co_return connected->is_new ? created(std::move(view)) : ok(std::move(view));
}

HandlerResult AccountHandlers::bulk_delete(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto ids = read_account_ids(*body);
    if (!ids)
        co_return ids.error();
    auto const gone = co_await directory_.remove_all(call.environment(), *std::move(ids), call.author(), call.deadline);
    if (!gone)
        co_return gone.error();
    json::object answer{{"success", true}};
    answer["deleted"] = views_of(*gone, [](IntegratedAccountId id) { return json::value(id.str()); });
    co_return ok(std::move(answer));
}

HandlerResult AccountHandlers::rate_limit(Call& call)
{
    auto const view = [this](accounts::Account const& account) { return rate_limit_view(account.id, limits_); };
    return answer_get<IntegratedAccountId>(call, "integrated account", view, [this, &call](IntegratedAccountId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult AccountHandlers::own_rate_limit(Call& call)
{
    call.parameters = {{"id", call.caller.account->str()}};
    return rate_limit(call);
}

HandlerResult AccountHandlers::get_own(Call& call)
{
    call.parameters = {{"id", call.caller.account->str()}};
    return get(call);
}

HandlerResult AccountHandlers::patch_own(Call& call)
{
    call.parameters = {{"id", call.caller.account->str()}};
    auto const body = http::read_object(call.request);
    // The caller is the customer's browser. It may change the context, but must not move or unblock the account.
    if (body && (body->size() != 1 || !body->contains("context")))
        co_return invalid("context", "is all that can be changed with an integrated-account token");
    co_return co_await patch(call);
}

HandlerResult AccountHandlers::remove(Call& call)
{
    return answer_remove<IntegratedAccountId>(call, "integrated account", [this, &call](IntegratedAccountId id) {
        return directory_.remove(call.environment(), id, call.author(), call.deadline);
    });
}

HandlerResult AccountHandlers::tools(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const account = co_await callable_.find(call.environment(), *id, call.deadline);
    if (!account)
        co_return account.error();
    auto const& tools = *(*account)->tools;
    auto const filter = read_tool_filter(call.query, tools);
    if (!filter)
        co_return filter.error();
    auto const format = read_tool_format(call.query);
    if (!format)
        co_return format.error();
    toolcalls::ToolSet const shown((*account)->tools, *filter);
    json::array views;
    for (std::size_t i = 0; i < tools.size(); ++i)
        if (shown.shown()[i])
            views.push_back(*format ? tools::in_format(shown.entry(i), **format) : tool_view(tools[i]));
    json::object answer;
    answer["result"] = std::move(views);
    co_return ok(std::move(answer));
}

} // namespace sluice::api
