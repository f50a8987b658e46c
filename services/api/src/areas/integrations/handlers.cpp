#include "handlers.hpp"

#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "view.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

using Operator = tenancy::Condition::Operator;

std::optional<std::string> field_of(accounts::StoredIntegration const& integration, std::string_view field)
{
    if (field == "name")
        return integration.name;
    if (field == "category")
        return integration.category;
    if (field == "label")
        return integration.label;
    return std::nullopt;
}

/// Errors: invalid_argument for an unknown filter.
Result<void> check_filters(std::vector<tenancy::Condition> const& conditions)
{
    for (auto const& condition : conditions)
        if (!field_of({}, condition.field) ||
            (condition.op != Operator::eq && condition.op != Operator::in && condition.op != Operator::ne))
            return invalid(condition.field, "is not a filter here; known are name, category, label with eq, ne or in");
    return {};
}

/// Whether an integration passes the filters of a list. There are few integrations, so they are filtered here.
bool passes(accounts::StoredIntegration const& integration, std::vector<tenancy::Condition> const& conditions)
{
    return std::ranges::all_of(conditions, [&](tenancy::Condition const& condition) {
        auto const value = field_of(integration, condition.field);
        bool const is_named = value && std::ranges::find(condition.values, *value) != condition.values.end();
        return is_named != (condition.op == Operator::ne);
    });
}

} // namespace

IntegrationHandlers::IntegrationHandlers(ShardParts const& parts)
    : definitions_(parts.rows.integrations)
    , cursors_(parts.cursors)
{
}

HandlerResult IntegrationHandlers::list(Call& call)
{
    return answer_list(call, cursors_, integration_view, [this, &call](tenancy::ListQuery query) {
        return page(call.environment(), std::move(query), call.deadline);
    });
}

Task<Result<tenancy::Page<accounts::StoredIntegration>>>
IntegrationHandlers::page(EnvironmentId environment, tenancy::ListQuery query, Deadline deadline)
{
    if (auto const checked = check_filters(query.conditions); !checked)
        co_return checked.error();
    auto all = co_await definitions_.list(environment, deadline);
    if (!all)
        co_return all.error();
    auto const uuid = [](auto const& integration) { return integration.id.uuid(); };
    std::ranges::sort(*all, {}, uuid);
    if (!query.ascending)
        std::ranges::reverse(*all);
    tenancy::Page<accounts::StoredIntegration> page;
    for (auto& integration : *all) {
        bool const is_past =
            !query.after || (query.ascending ? uuid(integration) > *query.after : uuid(integration) < *query.after);
        if (!is_past || !passes(integration, query.conditions))
            continue;
        if (page.items.size() == static_cast<std::size_t>(query.limit)) {
            page.next = uuid(page.items.back());
            break;
        }
        page.items.push_back(std::move(integration));
    }
    co_return page;
}

HandlerResult IntegrationHandlers::get(Call& call)
{
    auto id = IntegrationId::parse(call.parameter("id"));
    if (!id) {
        // A path may have the name instead of the id.
        auto const all = co_await definitions_.list(call.environment(), call.deadline);
        if (!all)
            co_return all.error();
        auto const named = std::ranges::find(*all, call.parameter("id"), &accounts::StoredIntegration::name);
        if (named == all->end())
            co_return Error{ErrorCode::not_found, "There is no such integration in this environment."};
        id = named->id;
    }
    co_return shown(co_await definitions_.find(call.environment(), *id, call.deadline), integration_view);
}

} // namespace sluice::api
