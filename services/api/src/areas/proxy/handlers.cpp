#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "api/config.hpp"
#include "input.hpp"
#include "proxy/caller.hpp"
#include "proxy/parts.hpp"
#include "view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace sluice::api {
namespace {

/// The time to find an account that is not cached. A call waits while the database is slow.
constexpr std::chrono::seconds kFindLimit{5};

std::string resources_of(catalog::Integration const& integration)
{
    std::set<std::string_view> names;
    for (auto const& method : integration.methods)
        names.insert(method.resource);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string methods_of(catalog::Integration const& integration, std::string_view resource)
{
    std::set<std::string_view> names;
    for (auto const& method : integration.methods)
        if (method.resource == resource)
            names.insert(method.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

ProxyHandlers::ProxyHandlers(ShardParts const& parts)
    : config_(parts.config)
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
    auto const given = call.query.take("integrated_account_id");
    auto const account_id = given ? IntegratedAccountId::parse(*given) : call.account;
    if (call.account && account_id && *account_id != *call.account)
        co_return Error{ErrorCode::forbidden, "The integrated-account token belongs to another account."};
    if (!account_id)
        co_return invalid("integrated_account_id", given ? "must be an id such as ia_01h455vb4pex5vsknk084sn02q"
                                                         : "is required as a query parameter");
    auto body = read_body(call.request, call.query);
    if (!body)
        co_return body.error();
    auto const account = co_await callable_.find(call.environment(), *account_id, Deadline::after(kFindLimit));
    if (!account)
        co_return account.error();
    auto const& integration = *(*account)->installed->integration;
    std::string const resource(call.parameter("resource"));
    call.trace.account = account_id->str();
    call.trace.integration = integration.name;
    if (!integration.has_resource(resource))
        co_return Error{ErrorCode::not_found, fmt::format("{} has no resource {}. It has {}.", integration.label,
                                                          resource.substr(0, 60), resources_of(integration))};
    auto const* method = integration.find(resource, method_name);
    // A resource with only one item (`/proxy/account`) has `get` where others have `list`.
    if (method == nullptr && method_name == "list") {
        method = integration.find(resource, "get");
        if (method != nullptr && method->own_id())
            method = nullptr;
    }
    if (method == nullptr)
        co_return Error{ErrorCode::not_found,
                        fmt::format("{} of {} has no method {}. It has {}.", resource, integration.label,
                                    method_name.substr(0, 60), methods_of(integration, resource))};
    call.trace.method = fmt::format("{}.{}", resource, method->name);
    auto parts = proxy::rest_parts(*method, id, std::move(call.query), std::move(body->value));
    if (!parts)
        co_return parts.error();
    auto outcome = co_await caller_.call(*account, *method, *std::move(parts), body->raw ? &*body->raw : nullptr,
                                         Deadline::after(config_.proxy_limit), call.request.peer);
    if (!outcome)
        co_return outcome.error();
    call.trace.vendor_time = outcome->vendor_time;
    call.trace.is_vendors_fault = outcome->kind == proxy::Outcome::Kind::error;
    co_return response_of(*std::move(outcome), *method, id);
}

} // namespace sluice::api
