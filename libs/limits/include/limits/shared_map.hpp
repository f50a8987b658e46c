#pragma once

#include "base/id.hpp"
#include "base/steady_clock.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::limits {

/// The end of a UUIDv7 is random.
struct UuidHash {
    std::size_t operator()(Uuid const& id) const noexcept { return std::hash<EnvironmentId>{}(EnvironmentId{id}); }
};

/// What a value in a `SharedMap` has. Thread-safe.
class Shared {
public:
    void used(SteadyClock::time_point now) noexcept { used_.store(now, std::memory_order_relaxed); }
    [[nodiscard]] SteadyClock::time_point last_used() const noexcept { return used_.load(std::memory_order_relaxed); }
    /// The map has another value for this key by now, or will have.
    void retire() noexcept { is_retired_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool is_retired() const noexcept { return is_retired_.load(std::memory_order_relaxed); }

private:
    std::atomic<SteadyClock::time_point> used_{SteadyClock::time_point{}};
    std::atomic<bool> is_retired_{false};
};

/// One value for each key in the whole process; `T` is a `Shared`. When there are too many, the quarter goes that was
/// used longest ago. Thread-safe; the values guard themselves.
template <class T>
class SharedMap {
public:
    using Make = std::function<std::shared_ptr<T>(Uuid const&)>;

    SharedMap(std::size_t most, Make make)
        : most_(most)
        , make_(std::move(make))
    {
    }

    /// The value of the key, which is made if there is none.
    [[nodiscard]] std::shared_ptr<T> find(Uuid const& key)
    {
        std::scoped_lock const lock(mutex_);
        if (auto const found = values_.find(key); found != values_.end())
            return found->second;
        if (values_.size() >= most_)
            make_room();
        return values_.emplace(key, make_(key)).first->second;
    }
    [[nodiscard]] std::size_t size() const
    {
        std::scoped_lock const lock(mutex_);
        return values_.size();
    }

private:
    void make_room()
    {
        std::vector<SteadyClock::time_point> times;
        times.reserve(values_.size());
        for (auto const& [key, value] : values_)
            times.push_back(value->last_used());
        auto const border = times.begin() + std::ssize(times) / 4;
        std::ranges::nth_element(times, border);
        std::erase_if(values_, [oldest = *border](auto const& each) {
            bool const goes = each.second->last_used() <= oldest;
            if (goes)
                each.second->retire();
            return goes;
        });
    }

    std::size_t const most_;
    Make const make_;
    mutable std::mutex mutex_;
    std::unordered_map<Uuid, std::shared_ptr<T>, UuidHash> values_;
};

/// The values of a `SharedMap` that one thread has seen: only a key that is new to it touches the shared map.
template <class T>
class Seen {
public:
    /// `shared` must outlive it.
    explicit Seen(SharedMap<T>& shared)
        : shared_(shared)
    {
    }

    [[nodiscard]] T& find(Uuid const& key)
    {
        auto found = values_.find(key);
        if (found != values_.end() && !found->second->is_retired())
            return *found->second;
        if (found == values_.end() && values_.size() >= kMost)
            values_.clear();
        return *(values_[key] = shared_.find(key));
    }

private:
    static constexpr std::size_t kMost = 4096;

    SharedMap<T>& shared_;
    std::unordered_map<Uuid, std::shared_ptr<T>, UuidHash> values_;
};

} // namespace sluice::limits
