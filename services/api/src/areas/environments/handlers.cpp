#include "handlers.hpp"

#include "accounts/demo.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "identity/user.hpp"
#include "input.hpp"
#include "tenancy/tenancy.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

/// An API token belongs to one environment; every other is not_found.
Result<void> check_own(Call const& call)
{
    auto const id = call.id<EnvironmentId>("id", "environment");
    if (!id)
        return id.error();
    if (*id != call.environment())
        return Error{ErrorCode::not_found, "There is no such environment, or the request does not belong to it."};
    return {};
}

} // namespace

EnvironmentHandlers::EnvironmentHandlers(ShardParts const& parts)
    : rows_(parts.rows.tenancy)
    , cursors_(parts.cursors)
    , demo_(parts.demo)
{
}

Task<Result<tenancy::Page<tenancy::Environment>>> EnvironmentHandlers::own(EnvironmentId id, tenancy::ListQuery query,
                                                                           Deadline deadline)
{
    if (!query.conditions.empty())
        co_return invalid(query.conditions.front().field,
                          "is not a filter here: there is only the token's own environment");
    auto row = co_await rows_.load_environment(id, deadline);
    if (!row)
        co_return row.error();
    tenancy::Page<tenancy::Environment> page;
    page.items.push_back(*std::move(row));
    co_return page;
}

HandlerResult EnvironmentHandlers::create(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto name = read_new_environment(*body);
    if (!name)
        co_return name.error();
    auto const made =
        co_await rows_.ensure_environment(call.signed_in->team.str(), *std::move(name), call.author(), call.deadline);
    if (!made)
        co_return made.error();
    co_return made->is_new ? created(environment_view(made->value)) : ok(environment_view(made->value));
}

HandlerResult EnvironmentHandlers::list(Call& call)
{
    return answer_list(call, cursors_, environment_view, [this, &call](tenancy::ListQuery query) {
        return own(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult EnvironmentHandlers::get(Call& call)
{
    if (auto const checked = check_own(call); !checked)
        co_return checked.error();
    auto const environment = co_await rows_.load_environment(call.environment(), call.deadline);
    if (!environment)
        co_return environment.error();
    auto const quotas = co_await rows_.quotas(call.environment(), call.deadline);
    if (!quotas)
        co_return quotas.error();
    auto view = environment_view(*environment);
    view["quotas"] = quotas_view(*quotas);
    view["has_demo"] = demo_.is_offered();
    co_return ok(std::move(view));
}

HandlerResult EnvironmentHandlers::patch(Call& call)
{
    if (auto const checked = check_own(call); !checked)
        co_return checked.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto change = read_environment_patch(*body);
    if (!change)
        co_return change.error();
    co_return shown(
        co_await rows_.update_environment(call.environment(), *std::move(change), call.author(), call.deadline),
        environment_view);
}

} // namespace sluice::api
