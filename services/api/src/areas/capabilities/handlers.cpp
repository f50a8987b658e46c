#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "accounts/integrations.hpp"
#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "view.hpp"

#include <algorithm>

namespace sluice::api {

CapabilityHandlers::CapabilityHandlers(ShardParts const& parts)
    : callable_(parts.callable_accounts)
    , definitions_(parts.rows.integrations)
    , integrations_(parts.integrations)
{
}

HandlerResult CapabilityHandlers::of_account(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const wanted = read_wanted(call.query);
    if (!wanted)
        co_return wanted.error();
    auto const found = co_await callable_.find(call.environment(), *id, call.deadline);
    if (!found)
        co_return found.error();
    auto const& account = **found;
    if (auto const checked = check_wanted(*wanted, *account.installed->integration); !checked)
        co_return checked.error();
    co_return ok(capabilities_view(account, *wanted));
}

HandlerResult CapabilityHandlers::of_integration(Call& call)
{
    auto const wanted = read_wanted(call.query);
    if (!wanted)
        co_return wanted.error();
    auto const all = co_await definitions_.list(call.environment(), call.deadline);
    if (!all)
        co_return all.error();
    auto const id = call.parameter("id");
    auto const found =
        std::ranges::find_if(*all, [&](auto const& each) { return each.name == id || each.id.str() == id; });
    if (found == all->end())
        co_return Error{ErrorCode::not_found, "There is no such integration in this environment."};
    auto const installed = co_await integrations_.install(found->id, found->version, {}, {}, call.deadline);
    if (!installed)
        co_return installed.error();
    if (auto const checked = check_wanted(*wanted, *(*installed)->integration); !checked)
        co_return checked.error();
    co_return ok(capabilities_view(**installed, *wanted));
}

} // namespace sluice::api
