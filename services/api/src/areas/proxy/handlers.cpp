#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "api/config.hpp"
#include "catalog/method_config.hpp"
#include "input.hpp"
#include "proxy/custom.hpp"
#include "proxy/pages.hpp"
#include "proxy/parts.hpp"
#include "request_body.hpp"
#include "view.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

/// The time to find an account that is not cached. A call waits while the database is slow.
constexpr std::chrono::seconds kFindLimit{5};

/// A call with a path of the vendor's own.
struct CustomCall {
    catalog::Method method;
    catalog::CallParts parts;
};

/// Makes the method of a custom call. A `methodConfig` is for whoever may change the integration too, so an account
/// token may not bring one.
Result<CustomCall> custom_call(Call& call, catalog::Integration const& integration, CustomBody& body)
{
    if (body.config && call.caller.account)
        return Error{ErrorCode::forbidden, "methodConfig needs an API token: leave it out with an account token."};
    auto const query = query_of_vendor(call.request.query());
    auto method = proxy::custom_method(call.request.method, call.parameter("path"), query, integration);
    if (!method)
        return method.error();
    if (!body.config)
        return CustomCall{*std::move(method), {}};
    if (auto const applied = catalog::apply_method_config(*body.config, *method); !applied)
        return applied.error();
    if (!query.empty())
        method->path.pop_back(); // The query stands in the parts, where paging can change it.
    auto parts = proxy::rest_parts(*method, std::nullopt, std::move(call.query), std::move(body.value));
    if (!parts)
        return parts.error();
    return CustomCall{*std::move(method), *std::move(parts)};
}

} // namespace

ProxyHandlers::ProxyHandlers(ShardParts const& parts)
    : config_(parts.config)
    , bodies_(parts.bodies)
    , callable_(parts.callable_accounts)
    , caller_(parts.caller)
{
}

HandlerResult ProxyHandlers::collection(Call& call)
{
    return run(call, call.request.method == http::Method::get ? "list" : "create", std::nullopt);
}

HandlerResult ProxyHandlers::item(Call& call)
{
    std::string item(call.parameter("item"));
    switch (call.request.method) {
    case http::Method::get:
        return run(call, "get", std::move(item));
    case http::Method::delete_:
        return run(call, "delete", std::move(item));
    case http::Method::post:
        return run(call, std::move(item), std::nullopt);
    default:
        return run(call, "update", std::move(item));
    }
}

HandlerResult ProxyHandlers::run(Call& call, std::string method_name, std::optional<std::string> id)
{
    auto const account = co_await find_account(call);
    if (!account)
        co_return account.error();
    auto const method =
        proxy::rest_method(*(*account)->installed->integration, call.parameter("resource"), method_name);
    if (!method)
        co_return method.error();
    BodyMemory room(bodies_, call.environment());
    std::optional<http::Response> refusal;
    auto body = co_await read_body(call, (*method)->paginated, room, refusal);
    if (refusal) {
        call.may_have_effect = false;
        co_return *std::move(refusal);
    }
    if (!body)
        co_return body.error();
    auto parts = proxy::rest_parts(**method, id, std::move(call.query), std::move(body->value));
    if (!parts)
        co_return parts.error();
    auto const through = passthrough_of(call, **account, std::move(body->raw), proxy::Passthrough::Streams::unread);
    auto outcome = co_await make(call, *account, **method, *std::move(parts), through, calllog::RequestType::proxy);
    if (!outcome)
        co_return outcome.error();
    co_return response_of(*std::move(outcome), **method, id);
}

HandlerResult ProxyHandlers::custom(Call& call)
{
    auto const account = co_await find_account(call);
    if (!account)
        co_return account.error();
    BodyMemory room(bodies_, call.environment());
    std::optional<http::Response> refusal;
    auto body = co_await read_custom_body(call, room, refusal);
    if (refusal) {
        call.may_have_effect = false;
        co_return *std::move(refusal);
    }
    if (!body)
        co_return body.error();
    auto made = custom_call(call, *(*account)->installed->integration, *body);
    if (!made)
        co_return made.error();
    auto const through = passthrough_of(call, **account, std::move(body->raw), proxy::Passthrough::Streams::all);
    auto outcome =
        co_await make(call, *account, made->method, std::move(made->parts), through, calllog::RequestType::custom);
    if (!outcome)
        co_return outcome.error();
    if (outcome->kind == proxy::Outcome::Kind::list)
        co_return response_of(*std::move(outcome), made->method, std::nullopt);
    co_return unchanged_response_of(*std::move(outcome));
}

Task<Result<accounts::CallableAccountPtr>> ProxyHandlers::find_account(Call& call)
{
    auto const asked = call.take_account(call.query);
    if (!asked)
        co_return asked.error();
    auto const& id = *asked;
    if (!id)
        co_return invalid("integrated_account_id", "is required as a query parameter");
    auto account = co_await callable_.find(call.environment(), *id, Deadline::after(kFindLimit));
    if (account) {
        call.trace.account = id->str();
        call.trace.integration = (*account)->installed->integration->name;
        if (auto const counted = call.tally.count(*id, (*account)->account.fair_share.get()); !counted)
            co_return counted.error();
    }
    co_return account;
}

proxy::Passthrough ProxyHandlers::passthrough_of(Call const& call, accounts::CallableAccount const& account,
                                                 std::optional<proxy::RawBody> body,
                                                 proxy::Passthrough::Streams streams) const
{
    proxy::Passthrough through;
    through.body = std::move(body);
    through.headers = proxy::passed_headers(call.request.headers, *account.installed->integration);
    through.accept_encoding = call.request.headers.find("accept-encoding").value_or("");
    through.streams = streams;
    through.stream_deadline = Deadline::after(config_.stream_limit);
    return through;
}

Task<Result<proxy::Outcome>> ProxyHandlers::make(Call& call, accounts::CallableAccountPtr account,
                                                 catalog::Method const& method, catalog::CallParts parts,
                                                 proxy::Passthrough const& through, calllog::RequestType type)
{
    call.trace.method = fmt::format("{}.{}", method.resource, method.name);
    call.trace.origin.type = type;
    proxy::Gathering const gathering{.requester = {call.request.peer, &call.trace.origin}, .through = &through};
    auto outcome = co_await proxy::call_pages(caller_, std::move(account), method, std::move(parts), gathering,
                                              Deadline::after(config_.proxy_limit));
    if (outcome) {
        call.trace.vendor_time = outcome->vendor_time;
        call.trace.is_vendors_fault = outcome->kind == proxy::Outcome::Kind::error;
    }
    co_return outcome;
}

} // namespace sluice::api
