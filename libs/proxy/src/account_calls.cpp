#include "proxy/account_calls.hpp"

#include "proxy/pages.hpp"
#include "proxy/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::proxy {
namespace {

// No request asks for these calls.
calllog::Origin const kHealth{.type = calllog::RequestType::health};
calllog::Origin const kConnect{.type = calllog::RequestType::connect};
calllog::Origin const kSchema{.type = calllog::RequestType::schema};

Error failure_of(catalog::Integration const& integration, Outcome const& outcome)
{
    if (outcome.status == 401)
        return {ErrorCode::reauth_needed,
                fmt::format("{} refuses these credentials: {}", integration.label, outcome.message)};
    return {outcome.limits.throttled ? ErrorCode::rate_limited : ErrorCode::upstream_failed,
            fmt::format("{} answered {}: {}", integration.label, outcome.status, outcome.message)};
}

/// A copy of the account whose status allows calls: the credentials are tried, whatever the row says.
accounts::CallableAccountPtr usable(accounts::CallableAccount const& account)
{
    auto copy = std::make_shared<accounts::CallableAccount>(account);
    copy->account.status = accounts::Status::active;
    return copy;
}

Result<json::value> json_of(Outcome const& outcome)
{
    if (outcome.kind == Outcome::Kind::empty || outcome.kind == Outcome::Kind::unread)
        return json::value(nullptr);
    if (outcome.kind == Outcome::Kind::binary)
        return Error{ErrorCode::upstream_failed, "The vendor's answer is not JSON."};
    return json::parse(outcome.kind == Outcome::Kind::list ? outcome.page.items : std::string_view(outcome.body));
}

} // namespace

Task<Result<AccountCalls::Check>> AccountCalls::check(accounts::CallableAccountPtr account, Deadline deadline)
{
    auto const& integration = *account->installed->integration;
    auto const dot = integration.health.find('.');
    if (dot == std::string::npos)
        co_return Check{};
    auto const* method = integration.find(integration.health.substr(0, dot), integration.health.substr(dot + 1));
    auto const outcome = co_await caller_.call(usable(*account), *method, {}, nullptr, deadline, {.origin = &kHealth});
    if (!outcome)
        co_return outcome.error();
    // A 403 proves that the credentials work: the vendor knows the account and forbids this call only.
    if (outcome->kind != Outcome::Kind::error || outcome->status == 403)
        co_return Check{};
    auto failure = failure_of(integration, *outcome);
    if (outcome->status == 401)
        co_return Check{failure.public_detail()};
    co_return failure;
}

Task<Result<json::value>> AccountCalls::call(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                             json::value values, Deadline deadline)
{
    auto const& integration = *account->installed->integration;
    auto const* method = integration.find(call.resource, call.method);
    auto const arguments = call.arguments.render(values);
    if (method == nullptr || !arguments)
        co_return method != nullptr ? arguments.error() : Error{ErrorCode::not_found, "There is no such method."};
    auto parts = flat_parts(*method, arguments->get_object());
    if (method->paginated)
        parts.limit = std::min<std::int64_t>(kMostItems, method->pagination.most());
    auto const outcome = co_await call_pages(caller_, usable(*account), *method, std::move(parts),
                                             {.requester = {.origin = &kConnect}}, deadline);
    if (!outcome)
        co_return outcome.error();
    if (outcome->kind == Outcome::Kind::error)
        co_return failure_of(integration, *outcome);
    co_return json_of(*outcome);
}

Task<Result<AccountCalls::Listed>> AccountCalls::list(accounts::CallableAccountPtr account,
                                                      catalog::MethodCall const& call, std::size_t most,
                                                      Deadline deadline)
{
    auto const& integration = *account->installed->integration;
    auto const* method = integration.find(call.resource, call.method);
    auto const arguments = call.arguments.render(json::object{});
    if (method == nullptr || !arguments)
        co_return method != nullptr ? arguments.error() : Error{ErrorCode::not_found, "There is no such method."};
    auto const* given = arguments->if_object();
    auto parts = flat_parts(*method, given != nullptr ? *given : json::object{});
    if (method->paginated)
        parts.limit = std::min<std::int64_t>(static_cast<std::int64_t>(most), method->pagination.max_limit);
    auto const outcome =
        co_await caller_.call(account, *method, std::move(parts), nullptr, deadline, {.origin = &kSchema});
    if (!outcome)
        co_return outcome.error();
    if (outcome->kind == Outcome::Kind::error)
        co_return outcome->status == 403 ? Error{ErrorCode::forbidden, outcome->message}
                                         : failure_of(integration, *outcome);
    if (outcome->kind != Outcome::Kind::list)
        co_return Error{ErrorCode::upstream_failed,
                        "The vendor's answer is not the list that the definition describes."};
    auto items = json_of(*outcome);
    if (!items)
        co_return items.error();
    Listed listed;
    listed.items = std::move(items->as_array());
    listed.is_whole = !outcome->next_cursor && outcome->note.empty();
    co_return listed;
}

} // namespace sluice::proxy
