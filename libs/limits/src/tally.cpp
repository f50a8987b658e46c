#include "limits/tally.hpp"

#include <fmt/format.h>

namespace sluice::limits {
namespace {

Error refusal_of_share(ratelimit::Limits const& limits)
{
    return {
        ErrorCode::rate_limited,
        fmt::format("The integrated account shares its vendor's limit out, and the part of this caller ({} calls) is "
                    "used up. Nothing was sent to the vendor; try again in {} s.",
                    limits.limit.value_or(0), limits.retry_after_s.value_or(1))};
}

} // namespace

template <class IdType>
Result<void> Tally::note(IdType id, ratelimit::Limits const& limits)
{
    limits_ = tighter(limits_, limits);
    return limits.throttled ? Result<void>(OwnLimits::refusal(id, limits)) : Result<void>();
}

Result<void> Tally::count(ApiTokenId token)
{
    consumer_ = token.uuid();
    return limits_of_shard_ == nullptr ? Result<void>() : note(token, limits_of_shard_->own().take(token));
}

Result<void> Tally::count(UserId user)
{
    return limits_of_shard_ == nullptr ? Result<void>() : note(user, limits_of_shard_->own().take(user));
}

Result<void> Tally::count(IntegratedAccountId account)
{
    if (limits_of_shard_ == nullptr || account_ == account)
        return {};
    account_ = account;
    return note(account, limits_of_shard_->own().take(account));
}

Result<void> Tally::count(IntegratedAccountId account, FairShares const* shares)
{
    if (auto const counted = count(account); !counted || shares == nullptr || limits_of_shard_ == nullptr)
        return counted;
    is_shared_ = true;
    auto const limits = limits_of_shard_->share(account, *shares, consumer_.value_or(account.uuid()));
    if (!limits.throttled)
        return {};
    limits_ = tighter(limits_, limits);
    return refusal_of_share(limits);
}

template <class IdType>
Result<void> Tally::look(IdType id)
{
    auto const limits = limits_of_shard_ == nullptr ? ratelimit::Limits{} : limits_of_shard_->own().look(id);
    return limits.throttled ? note(id, limits) : Result<void>();
}

Result<void> Tally::expect(ApiTokenId token)
{
    return look(token);
}

Result<void> Tally::expect(UserId user)
{
    return look(user);
}

void Tally::charge()
{
    if (limits_of_shard_ == nullptr || !account_)
        return;
    limits_ = tighter(limits_, limits_of_shard_->own().charge(*account_));
    if (is_shared_)
        limits_of_shard_->charge_share(*account_, consumer_.value_or(account_->uuid()));
}

} // namespace sluice::limits
