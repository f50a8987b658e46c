#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/single_flight.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace sluice::tenancy {

struct SnapshotCacheConfig {
    std::size_t capacity = 50'000;
    /// How long what is not there is remembered as such.
    std::chrono::milliseconds miss_lifetime{2'000};
    /// How long an entry serves while the database is unreachable (design section 3).
    std::chrono::milliseconds stale_lifetime{900'000};
    /// After the database was found unreachable, how long stale entries serve without asking it again.
    std::chrono::milliseconds retry_pause{1'000};
};

/// Immutable snapshots of database rows, one cache per I/O thread; a hit takes no lock.
///
/// An entry is true because every change is announced (`drop_if`) and an entry is stored only if nothing was announced
/// while it was read. While announcements may be missed (`set_listening(false)`), and once more when they arrive again,
/// every entry is read again before use; only if the database cannot be reached does the old one serve, for
/// `stale_lifetime`.
template <class Key, class T, class Hash = std::hash<Key>>
class SnapshotCache {
public:
    using Pointer = std::shared_ptr<T const>;
    using Clock = std::chrono::steady_clock;

    explicit SnapshotCache(SnapshotCacheConfig config = {})
        : config_(config)
    {
    }

    /// The entry, if it may be used as it is: the warm path.
    [[nodiscard]] Pointer const* find(Key const& key) const
    {
        auto const found = entries_.find(key);
        if (found == entries_.end() || !found->second.value || !listening_ || found->second.trust != trust_)
            return nullptr;
        return &found->second.value;
    }

    /// The entry, read with `fetch(key)` (a `Task<Result<Pointer>>`) if need be. Errors: those of `fetch`; not_found is
    /// remembered.
    template <class Fetch>
    Task<Result<Pointer>> get(Key key, Deadline deadline, Fetch& fetch)
    {
        if (auto const* warm = find(key))
            co_return *warm;
        if (auto const known = entries_.find(key); known != entries_.end()) {
            auto const& entry = known->second;
            if (!entry.value && entry.trust == trust_ && Clock::now() - entry.read_at < config_.miss_lifetime)
                co_return entry.miss;
            if (entry.value && Clock::now() < retry_at_ && is_fresh_enough(entry))
                co_return entry.value;
        }
        auto const changes = changes_;
        auto const trust = trust_;
        auto fetched = co_await flights_.run(key, deadline, fetch);
        if (fetched) {
            if (changes == changes_)
                store(key, Entry{*fetched, {}, trust, Clock::now()});
            co_return fetched;
        }
        if (fetched.error().code() == ErrorCode::not_found && changes == changes_)
            store(key, Entry{nullptr, fetched.error(), trust, Clock::now()});
        if (fetched.error().code() == ErrorCode::unavailable) {
            retry_at_ = Clock::now() + config_.retry_pause;
            auto const known = entries_.find(key);
            if (known != entries_.end() && known->second.value && is_fresh_enough(known->second))
                co_return known->second.value;
        }
        co_return fetched.error();
    }

    /// Something was announced: entries for which `is_affected(key, T const&)` go.
    template <class IsAffected>
    void drop_if(IsAffected const& is_affected)
    {
        ++changes_;
        std::erase_if(entries_, [&](auto const& entry) {
            return !entry.second.value || is_affected(entry.first, *entry.second.value);
        });
    }

    /// Whether announcements arrive. Nothing stored before this call is used again before it was read again.
    void set_listening(bool listening)
    {
        ++changes_;
        ++trust_;
        listening_ = listening;
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Pointer value; ///< Null: known not to exist.
        Error miss;    ///< Then, what to answer.
        std::uint64_t trust = 0;
        Clock::time_point read_at;
    };

    [[nodiscard]] bool is_fresh_enough(Entry const& entry) const
    {
        return Clock::now() - entry.read_at < config_.stale_lifetime;
    }

    void store(Key const& key, Entry entry)
    {
        // Any victim will do: what is used comes back with one query.
        if (entries_.size() >= config_.capacity && !entries_.contains(key))
            entries_.erase(entries_.begin());
        entries_.insert_or_assign(key, std::move(entry));
    }

    SnapshotCacheConfig const config_;
    std::unordered_map<Key, Entry, Hash> entries_;
    SingleFlight<Key, Pointer, Hash> flights_;
    std::uint64_t changes_ = 0;
    std::uint64_t trust_ = 0;
    bool listening_ = true;
    Clock::time_point retry_at_{};
};

} // namespace sluice::tenancy
