#include "limits/counters.hpp"

namespace sluice::limits {
namespace {

SharedMap<Counter>::Make with_limit(std::int64_t limit)
{
    return [limit](Uuid const& key) { return std::make_shared<Counter>(key, limit); };
}

} // namespace

Counters::Counters(Config config, SteadyClock const& clock)
    : config_(config)
    , clock_(clock)
    , tokens_(kMost, with_limit(config.api_token))
    , accounts_(kMost, with_limit(config.account))
    , users_(kMost, with_limit(config.user))
{
}

void Counters::list(Counter& counter)
{
    if (!counter.list())
        return;
    std::scoped_lock const lock(mutex_);
    listed_.push_back(counter.shared_from_this());
    if (!std::exchange(is_running_, true))
        start_();
}

std::vector<Counters::Listed> Counters::publish()
{
    auto const now = clock_.now();
    std::scoped_lock const lock(mutex_);
    std::vector<Listed> all;
    all.reserve(listed_.size());
    for (auto& counter : listed_)
        all.push_back({counter, counter->is_retired() ? counter->leave() : counter->publish(now)});
    listed_.clear();
    for (auto const& each : all)
        if (each.published.is_listed)
            listed_.push_back(each.counter);
    is_running_ = !all.empty();
    return all;
}

void Counters::stopped()
{
    std::scoped_lock const lock(mutex_);
    for (auto const& counter : listed_)
        static_cast<void>(counter->leave()); // What was told goes by itself.
    listed_.clear();
    is_running_ = false;
}

} // namespace sluice::limits
