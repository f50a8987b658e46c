#include "limits/shard_limits.hpp"

#include <array>

namespace sluice::limits {
namespace {

constexpr std::array<double, 7> kShares{0, 0.05, 0.1, 0.25, 0.5, 0.75, 1};

} // namespace

ProcessLimits::ProcessLimits(Config config, telemetry::Registry& registry, Clock const& the_clock,
                             SteadyClock const& the_steady)
    : clock(the_clock)
    , steady(the_steady)
    , metrics(registry)
    , counters(config, steady)
    , vendors(kMostAccounts, [](Uuid const&) { return std::make_shared<VendorState>(); })
    , consumers(kMostAccounts, [](Uuid const&) { return std::make_shared<Consumers>(); })
    , registry_(registry)
{
}

telemetry::Histogram& ProcessLimits::left_of(std::string const& integration)
{
    std::scoped_lock const lock(mutex_);
    auto& known = left_[integration];
    if (known == nullptr)
        known = &registry_.histogram("sluice_limits_vendor_left_ratio",
                                     "The share of a vendor's limit that its answers say is left.",
                                     {{"integration", integration}}, kShares);
    return *known;
}

ShardLimits::ShardLimits(ProcessLimits& process)
    : process_(process)
    , own_(process.counters, process.metrics)
    , vendors_(process.vendors)
    , consumers_(process.consumers)
{
}

VendorState& ShardLimits::vendor(IntegratedAccountId account)
{
    auto& state = vendors_.find(account.uuid());
    state.used(process_.steady.now());
    return state;
}

std::optional<Forecast> ShardLimits::forecast(IntegratedAccountId account)
{
    return vendor(account).forecast(now());
}

void ShardLimits::observe_left(std::string_view integration, bool is_known, double left)
{
    auto const name = is_known ? integration : std::string_view("custom");
    auto known = left_.find(name);
    if (known == left_.end())
        known = left_.emplace(name, &process_.left_of(std::string(name))).first;
    known->second->observe(left);
}

ratelimit::Limits ShardLimits::share(IntegratedAccountId account, FairShares const& shares, Uuid const& consumer)
{
    auto const capacities = vendor(account).capacities(now());
    auto const standing = consumers_.find(account.uuid()).take(shares, capacities, consumer, process_.steady.now());
    if (!standing.is_refused)
        return {};
    process_.metrics.refused_for_share.add();
    return limits_of(standing);
}

void ShardLimits::charge_share(IntegratedAccountId account, Uuid const& consumer)
{
    consumers_.find(account.uuid()).charge(consumer, process_.steady.now());
}

} // namespace sluice::limits
