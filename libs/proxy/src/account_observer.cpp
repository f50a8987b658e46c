#include "proxy/account_observer.hpp"

#include "base/timestamp.hpp"

#include <fmt/format.h>

namespace sluice::proxy {
namespace {

constexpr std::chrono::seconds kWriteLimit{5};
constexpr std::chrono::minutes kApart{1};
constexpr std::size_t kMostWriting = 64;
/// The most keys that are remembered: more than the accounts that refuse something within a minute.
constexpr std::size_t kMostTimes = 4096;

/// Whether the integration comes with Sluice: the names of others have no bound.
bool is_builtin(accounts::CallableAccount const& account)
{
    return account.account.integration == catalog::builtin_id(account.account.integration_name);
}

bool is_same(json::value const& known, json::object const& error)
{
    auto const* object = known.if_object();
    for (auto const* name : {"resource", "method", "message"}) {
        auto const* member = object != nullptr ? object->if_contains(name) : nullptr;
        if (member == nullptr || *member != error.at(name))
            return false;
    }
    return true;
}

} // namespace

AccountObserver::AccountObserver(asio::io_context& io, accounts::AccountRepository& accounts, Clock const& clock,
                                 telemetry::Log& log, limits::ShardLimits* limits)
    : accounts_(accounts)
    , clock_(clock)
    , limits_(limits)
    , failed_(log, telemetry::Level::warning, "a vendor's refusal was not written into its account")
    , writing_(io, kMostWriting, log, "account observer")
{
}

bool AccountObserver::is_time(Times& times, std::string key)
{
    auto const now = clock_.now();
    if (auto const last = times.find(key); last != times.end() && now - last->second < kApart)
        return false;
    if (writing_.full())
        return false;
    if (times.size() >= kMostTimes)
        std::erase_if(times, [now](auto const& each) { return now - each.second >= kApart; });
    if (times.size() >= kMostTimes)
        return false;
    times[std::move(key)] = now;
    return true;
}

void AccountObserver::answered(accounts::CallableAccount const& account, Outcome const& outcome)
{
    auto const& rule = account.installed->integration->rate_limit;
    if (limits_ == nullptr || outcome.windows.empty())
        return;
    auto const& row = account.account;
    auto const now = clock_.now();
    auto const low = limits_->vendor(row.id).note(outcome.windows, rule.get(), now);
    if (auto const& told = outcome.limits; told.limit && told.remaining && *told.limit > 0)
        limits_->observe_left(row.integration_name, is_builtin(account),
                              static_cast<double>(*told.remaining) / static_cast<double>(*told.limit));
    if (!low || writing_.full())
        return;
    accounts::LimitWarning warning{low->told.name, low->warned_until(now), limits::view_of(*low, now)};
    writing_.spawn(warn(row.environment, row.id, std::move(warning)));
}

void AccountObserver::unauthorised(accounts::CallableAccountPtr account)
{
    if (!account->installed->integration->health.empty() && is_time(asked_, account->account.id.str()))
        writing_.spawn(ask(std::move(account)));
}

void AccountObserver::forbidden(accounts::CallableAccountPtr account, catalog::Method const& method,
                                std::string message, std::vector<std::string> const& missing)
{
    json::object error{{"resource", method.resource},
                       {"method", method.name},
                       {"message", std::move(message)},
                       {"occurred_at", to_rfc3339(clock_.now())}};
    if (is_same(account->account.last_forbidden_error, error) ||
        !is_time(forbidden_, fmt::format("{} {}.{}", account->account.id.str(), method.resource, method.name)))
        return;
    // If it is not known which scopes the account lacks: all that the method needs.
    error["missing_scopes"] = json::array_of(missing.empty() ? method.scopes : missing);
    writing_.spawn(write(std::move(account), std::move(error)));
}

Task<void> AccountObserver::ask(accounts::CallableAccountPtr account)
{
    auto const& row = account->account;
    auto const asked = co_await accounts_.ask_health(row.environment, row.id, Deadline::after(kWriteLimit));
    if (!asked)
        failed_.write(asked.error());
}

Task<void> AccountObserver::warn(EnvironmentId environment, IntegratedAccountId account, accounts::LimitWarning warning)
{
    auto const written =
        co_await accounts_.warn_of_limit(environment, account, std::move(warning), Deadline::after(kWriteLimit));
    if (!written && written.error().code() != ErrorCode::not_found)
        failed_.write(written.error());
}

Task<void> AccountObserver::write(accounts::CallableAccountPtr account, json::object error)
{
    auto const& row = account->account;
    accounts::AccountChange change = [error = std::move(error)](auto& changed, auto&) -> Result<void> {
        changed.last_forbidden_error = error;
        return {};
    };
    auto const written =
        co_await accounts_.note(row.environment, row.id, std::move(change), Deadline::after(kWriteLimit));
    if (!written && written.error().code() != ErrorCode::not_found)
        failed_.write(written.error());
}

} // namespace sluice::proxy
