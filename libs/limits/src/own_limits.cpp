#include "limits/own_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::limits {
namespace {

std::int64_t seconds_of(std::chrono::milliseconds time)
{
    // A millisecond is gone before the client reads the answer.
    return std::chrono::ceil<std::chrono::seconds>(time - std::chrono::milliseconds(1)).count();
}

Error refusal_of(std::string_view what, ratelimit::Limits const& limits)
{
    return {
        ErrorCode::rate_limited,
        fmt::format("This {} may make {} requests in {} s, which is a limit of Sluice. Nothing was sent to a vendor; "
                    "try again in {} s.",
                    what, limits.limit.value_or(0), kWindow.count(), limits.retry_after_s.value_or(1))};
}

} // namespace

Metrics::Metrics(telemetry::Registry& registry)
    : refused_for_token(registry.counter("sluice_limits_refused_total", "Requests that a limit of our own refused.",
                                         {{"of", "api_token"}}))
    , refused_for_account(registry.counter("sluice_limits_refused_total", "Requests that a limit of our own refused.",
                                           {{"of", "account"}}))
    , refused_for_user(registry.counter("sluice_limits_refused_total", "Requests that a limit of our own refused.",
                                        {{"of", "user"}}))
    , refused_for_share(registry.counter("sluice_limits_refused_total", "Requests that a limit of our own refused.",
                                         {{"of", "share"}}))
{
}

ratelimit::Limits limits_of(Standing const& standing)
{
    ratelimit::Limits limits;
    limits.limit = standing.limit;
    limits.remaining = standing.remaining;
    limits.reset_s = seconds_of(standing.until_reset);
    limits.throttled = standing.is_refused;
    if (standing.is_refused)
        limits.retry_after_s = std::max<std::int64_t>(seconds_of(standing.until_room), 1);
    return limits;
}

bool is_tighter(ratelimit::Limits const& one, ratelimit::Limits const& other)
{
    if (one.remaining.has_value() != other.remaining.has_value())
        return one.remaining.has_value();
    return one.remaining != other.remaining ? one.remaining < other.remaining
                                            : one.reset_s.value_or(0) > other.reset_s.value_or(0);
}

ratelimit::Limits tighter(ratelimit::Limits const& one, ratelimit::Limits const& other)
{
    auto limits = is_tighter(other, one) ? other : one;
    limits.throttled = one.throttled || other.throttled;
    limits.retry_after_s = std::max(one.retry_after_s, other.retry_after_s);
    return limits;
}

OwnLimits::OwnLimits(Counters& counters, Metrics& metrics)
    : counters_(counters)
    , tokens_{counters.config().api_token, Seen<Counter>(counters.tokens()), metrics.refused_for_token}
    , accounts_{counters.config().account, Seen<Counter>(counters.accounts()), metrics.refused_for_account}
    , users_{counters.config().user, Seen<Counter>(counters.users()), metrics.refused_for_user}
{
}

ratelimit::Limits OwnLimits::taken(Counter& counter, Standing const& standing)
{
    if (!standing.is_listed && counters_.are_exchanged())
        counters_.list(counter);
    return limits_of(standing);
}

ratelimit::Limits OwnLimits::take(Kind& kind, Uuid const& key)
{
    if (kind.limit == 0)
        return {};
    auto& counter = kind.counters.find(key);
    auto const standing = counter.take(counters_.now());
    if (standing.is_refused)
        kind.refused.add();
    return taken(counter, standing);
}

ratelimit::Limits OwnLimits::look(Kind& kind, Uuid const& key)
{
    return kind.limit == 0 ? ratelimit::Limits{} : limits_of(kind.counters.find(key).look(counters_.now()));
}

ratelimit::Limits OwnLimits::charge(IntegratedAccountId account)
{
    if (accounts_.limit == 0)
        return {};
    auto& counter = accounts_.counters.find(account.uuid());
    return taken(counter, counter.charge(counters_.now()));
}

ratelimit::Limits OwnLimits::take(ApiTokenId token)
{
    return take(tokens_, token.uuid());
}

ratelimit::Limits OwnLimits::take(IntegratedAccountId account)
{
    return take(accounts_, account.uuid());
}

ratelimit::Limits OwnLimits::take(UserId user)
{
    return take(users_, user.uuid());
}

ratelimit::Limits OwnLimits::look(ApiTokenId token)
{
    return look(tokens_, token.uuid());
}

ratelimit::Limits OwnLimits::look(IntegratedAccountId account)
{
    return look(accounts_, account.uuid());
}

ratelimit::Limits OwnLimits::look(UserId user)
{
    return look(users_, user.uuid());
}

Error OwnLimits::refusal(ApiTokenId, ratelimit::Limits const& limits)
{
    return refusal_of("API token", limits);
}

Error OwnLimits::refusal(IntegratedAccountId, ratelimit::Limits const& limits)
{
    return refusal_of("integrated account", limits);
}

Error OwnLimits::refusal(UserId, ratelimit::Limits const& limits)
{
    return refusal_of("user", limits);
}

} // namespace sluice::limits
