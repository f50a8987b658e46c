#include "limits/consumers.hpp"

#include <algorithm>

namespace sluice::limits {
namespace {

/// Whether `one` refuses for longer than `other`, or else has less room.
bool is_worse(Standing const& one, Standing const& other)
{
    if (one.is_refused != other.is_refused)
        return one.is_refused;
    return one.is_refused ? one.until_room > other.until_room : one.remaining < other.remaining;
}

} // namespace

Consumers::Window& Consumers::window_of(Capacity const& capacity)
{
    auto found = std::ranges::find(windows_, capacity.window, &Window::name);
    if (found == windows_.end()) {
        if (windows_.size() >= ratelimit::kMaxWindows)
            windows_.erase(windows_.begin());
        windows_.push_back({capacity.window, capacity.length, {}});
        return windows_.back();
    }
    std::rotate(found, found + 1, windows_.end());
    auto& window = windows_.back();
    if (std::exchange(window.length, capacity.length) != capacity.length)
        for (auto& [consumer, calls] : window.calls)
            calls.set_length(capacity.length);
    return window;
}

Consumers::Spent* Consumers::spent_of(FairShares const& shares, Uuid const& consumer)
{
    auto const* share = shares.find(consumer);
    if (share == nullptr || !share->budget) {
        spent_.erase(consumer);
        return nullptr;
    }
    if (spent_.size() >= kMost) // Of shares that were changed meanwhile.
        std::erase_if(spent_, [&](auto const& each) { return shares.find(each.first) == nullptr; });
    auto& spent = spent_.try_emplace(consumer, Spent{*share->budget, SlidingWindow(share->budget->span)}).first->second;
    spent.budget = *share->budget;
    spent.calls.set_length(spent.budget.span);
    return &spent;
}

Standing Consumers::standing(FairShares const& shares, Capacity const& capacity, Calls& calls, Uuid const& consumer,
                             Time now)
{
    std::int64_t weights = calls.contains(consumer) ? 0 : shares.weight_of(consumer);
    std::int64_t used = 0;
    for (auto& [id, each] : calls)
        if (auto const made = each.count(now); made > 0 || id == consumer) {
            weights += shares.weight_of(id);
            used += made;
        }
    auto const part_of = [&](Uuid const& id) {
        return std::max<std::int64_t>(capacity.calls * shares.weight_of(id) / weights, 1);
    };
    std::int64_t wanted_by_others = 0;
    for (auto& [id, each] : calls)
        if (auto const made = each.count(now); made > 0 && id != consumer)
            wanted_by_others += std::max<std::int64_t>(part_of(id) - made, 0);
    auto const known = calls.find(consumer);
    auto const own = known == calls.end() ? 0 : known->second.count(now);
    auto const left = std::min(capacity.calls - used, capacity.left.value_or(capacity.calls));
    auto const room = std::max(part_of(consumer) - own, left - wanted_by_others);
    Standing standing;
    standing.is_refused = room <= 0;
    standing.limit = part_of(consumer);
    standing.remaining = std::max<std::int64_t>(room, 0);
    if (known != calls.end())
        standing.until_reset = known->second.until_gone(now, standing.is_refused ? 1 - room : 1);
    if (standing.is_refused)
        standing.until_room = standing.until_reset;
    return standing;
}

Standing Consumers::take(FairShares const& shares, std::span<Capacity const> capacities, Uuid const& consumer, Time now)
{
    std::scoped_lock const lock(mutex_);
    used(now);
    if (auto* spent = spent_of(shares, consumer); spent != nullptr) {
        auto const over = spent->calls.count(now) - spent->budget.calls + 1;
        auto const wait = spent->calls.until_gone(now, over);
        if (over > 0)
            return {true, false, spent->budget.calls, 0, wait, wait};
    }
    std::optional<Standing> worst;
    for (auto const& capacity : capacities)
        if (auto const each = standing(shares, capacity, window_of(capacity).calls, consumer, now);
            !worst || is_worse(each, *worst))
            worst = each;
    if (!worst || !worst->is_refused)
        count(consumer, now);
    return worst.value_or(Standing{});
}

void Consumers::count(Uuid const& consumer, Time now)
{
    for (auto& [name, length, calls] : windows_) {
        for (auto each = calls.begin(); calls.size() >= kMost && each != calls.end();)
            each = each->second.count(now) == 0 ? calls.erase(each) : std::next(each);
        // More consumers than are counted share without being counted.
        if (calls.size() < kMost || calls.contains(consumer))
            calls.try_emplace(consumer, length).first->second.add(now);
    }
    if (auto const spent = spent_.find(consumer); spent != spent_.end())
        spent->second.calls.add(now);
}

void Consumers::charge(Uuid const& consumer, Time now)
{
    std::scoped_lock const lock(mutex_);
    count(consumer, now);
}

} // namespace sluice::limits
