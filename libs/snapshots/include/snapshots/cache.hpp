#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/steady_clock.hpp"
#include "runtime/single_flight.hpp"
#include "snapshots/recent_changes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::snapshots {

struct CacheConfig {
    std::size_t capacity = 50'000;
    /// The most bytes of all entries together, as `weight_of` counts them.
    std::size_t byte_limit = 128 << 20;
    /// How long a key without a row is remembered, and how many such keys. They take no room of entries.
    std::chrono::milliseconds miss_lifetime{2'000};
    std::size_t misses = 4'096;
    /// How long entries are used after announcements were lost, while the database cannot be reached.
    std::chrono::milliseconds stale_lifetime{900'000};
    /// How long such entries are used before the database is asked again.
    std::chrono::milliseconds retry_pause{1'000};
    /// How long a read may take if such an entry can be used instead.
    std::chrono::milliseconds stale_patience{1'000};
};

/// Immutable snapshots of database rows. One cache per I/O thread; a hit takes no lock.
///
/// Why an entry is true: every change is announced (`drop`), and a read is kept only if no change of what the snapshot
/// depends on arrived meanwhile. A caller who asked after such a change does not get the result of a read that began
/// before it, but reads again. While announcements may be lost (`set_listening(false)`), and once when they arrive
/// again, each entry is read again before it is used. Only if the database cannot be reached is the old entry used,
/// until `stale_lifetime` after announcements were lost.
///
/// `T` needs two functions beside it: `Dependencies dependencies_of(T const&)` and `std::size_t weight_of(T const&)`.
/// The cost of a change is that of the entries that depend on it. A full cache drops an entry that was not used since
/// the hand passed it last.
template <class Key, class T, class Hash = std::hash<Key>>
class Cache {
public:
    using Pointer = std::shared_ptr<T const>;

    /// `clock` must outlive it.
    explicit Cache(CacheConfig config = {}, SteadyClock const& clock = kSystemSteadyClock)
        : config_(config)
        , clock_(clock)
    {
    }
    ~Cache() = default;
    Cache(Cache const&) = delete;
    Cache& operator=(Cache const&) = delete;

    /// The entry if it may be used now, else null. This is the path of a warm call.
    [[nodiscard]] Pointer const* find(Key const& key) const
    {
        auto const found = entries_.find(key);
        if (found == entries_.end() || !listening_ || found->second.trust != trust_)
            return nullptr;
        found->second.is_used = true;
        return &found->second.value;
    }

    /// The entry, also if it must be read again before use. For facts that never change, such as its environment.
    [[nodiscard]] T const* peek(Key const& key) const
    {
        auto const found = entries_.find(key);
        return found != entries_.end() ? found->second.value.get() : nullptr;
    }

    /// Whether there is an entry, also one that must be read again, or a remembered miss. Then `get` needs no gate.
    [[nodiscard]] bool knows(Key const& key) const { return entries_.contains(key) || find_miss(key) != nullptr; }

    /// The entry. If need be it is read with `fetch(key, deadline)`, a `Task<Result<Pointer>>`; callers with the same
    /// key share one read. Errors: those of `fetch`, of which not_found is remembered; unavailable at the deadline.
    template <class Fetch>
    Task<Result<Pointer>> get(Key key, Deadline deadline, Fetch& fetch)
    {
        for (;;) {
            if (auto const* warm = find(key))
                co_return *warm;
            if (auto const* miss = find_miss(key))
                co_return *miss;
            auto const old = stale(key);
            if (old && unreachable_) {
                if (clock_.now() < retry_at_)
                    co_return old;
                retry_at_ = clock_.now() + config_.retry_pause; // One caller asks the database; the others do not wait.
            }
            auto const limit = old ? deadline.at_most(config_.stale_patience) : deadline;
            auto const asked_at = changes_.last();
            auto begin = [&](Key const& missing) { return read(missing, limit, fetch); };
            auto const done = co_await flights_.run(key, limit, begin);
            if (!done || (!done->value && done->value.error().code() == ErrorCode::unavailable))
                co_return old_unless_dropped(key, done ? done->value.error() : done.error());
            // The result of a read that began before a change must not be given to a caller who asked after it.
            bool const is_late = done->value
                                     ? changes_.touched(dependencies_of(**done->value), done->began, asked_at)
                                     : done->began < asked_at && done->value.error().code() != ErrorCode::not_found;
            if (!is_late)
                co_return done->value;
        }
    }

    /// A change was announced: drops the entries that depend on it.
    void drop(Change change)
    {
        if (change.kind == Change::Kind::environment)
            change.id = {}; // All entries of the environment depend on this key.
        changes_.add(change);
        drop_dependents(change);
        drop_dependents({Change::Kind::any, change.environment, {}});
    }

    /// Tells whether announcements arrive. Entries from before this call are read again before use.
    void set_listening(bool listening)
    {
        auto const now = clock_.now();
        if (listening_)
            losses_.push_back({trust_, now});
        while (!losses_.empty() && now - losses_.front().at >= config_.stale_lifetime)
            losses_.pop_front();
        changes_.add_everything();
        ++trust_;
        misses_.clear();
        missed_.clear();
        listening_ = listening;
        unreachable_ = false;
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t remembered_misses() const noexcept { return misses_.size(); }

private:
    using Time = SteadyClock::time_point;
    struct Entry;
    struct Link;
    /// For each change, the entries that depend on it.
    using Index = std::unordered_map<Change, Link*, ChangeHash>;

    /// An entry's place among the dependents of one change.
    struct Link {
        typename Index::value_type* thing = nullptr;
        Entry* entry = nullptr;
        Link* previous = nullptr;
        Link* next = nullptr;
    };

    struct Entry {
        Pointer value;
        Key key;
        std::uint64_t trust = 0;
        std::optional<Time> unheard_since; ///< Set if the entry was read while announcements were lost.
        std::size_t bytes = 0;
        std::vector<Link> links;
        mutable bool is_used = false; ///< Since the hand passed it last.
        Entry* previous = nullptr;    ///< The entries form a ring, round which the hand moves.
        Entry* next = nullptr;
    };

    struct Miss {
        Error error;
        Time until;
    };

    struct Read {
        Result<Pointer> value;
        std::uint64_t began = 0;
    };

    /// Announcements were lost at `at`. Until then the entries of `trust` were true.
    struct Loss {
        std::uint64_t trust = 0;
        Time at;
    };

    /// The most entries that are looked at to find an unused one, so that a call stays short.
    static constexpr int kLooks = 256;

    template <class Fetch>
    Task<Result<Read>> read(Key key, Deadline limit, Fetch& fetch)
    {
        auto const began = changes_.last();
        auto const trust = trust_;
        Result<Pointer> value = co_await fetch(key, limit);
        if (value) {
            unreachable_ = false;
            auto const dependencies = dependencies_of(**value);
            if (trust == trust_ && !changes_.touched(dependencies, began, changes_.last()))
                store(key, *value, dependencies);
        } else if (value.error().code() == ErrorCode::not_found) {
            if (trust == trust_)
                remember_miss(key, value.error());
        } else if (limit.expired()) {
            co_return value.error();
        }
        Read done{std::move(value), began};
        co_return done;
    }

    Error const* find_miss(Key const& key) const
    {
        auto const found = misses_.find(key);
        return found != misses_.end() && clock_.now() < found->second.until ? &found->second.error : nullptr;
    }

    void remember_miss(Key const& key, Error error)
    {
        erase(key);
        if (config_.misses == 0)
            return;
        while (missed_.size() >= config_.misses) {
            misses_.erase(missed_.front());
            missed_.pop_front();
        }
        misses_.insert_or_assign(key, Miss{std::move(error), clock_.now() + config_.miss_lifetime});
        missed_.push_back(key);
    }

    /// The entry if it may be used while the database cannot be reached, else null.
    Pointer stale(Key const& key) const
    {
        auto const found = entries_.find(key);
        if (found == entries_.end())
            return nullptr;
        auto const& entry = found->second;
        auto since = entry.unheard_since;
        for (auto const& loss : losses_)
            if (!since && loss.trust == entry.trust)
                since = loss.at;
        return since && clock_.now() - *since < config_.stale_lifetime ? entry.value : nullptr;
    }

    Result<Pointer> old_unless_dropped(Key const& key, Error error)
    {
        if (error.code() == ErrorCode::unavailable) {
            unreachable_ = true;
            retry_at_ = clock_.now() + config_.retry_pause;
            if (auto old = stale(key))
                return old;
        }
        return error;
    }

    void store(Key const& key, Pointer value, Dependencies const& dependencies)
    {
        erase(key);
        misses_.erase(key);
        auto const bytes = weight_of(*value) + sizeof(Entry) + dependencies.size() * sizeof(Link);
        if (bytes > config_.byte_limit || config_.capacity == 0)
            return;
        while (!entries_.empty() && (entries_.size() >= config_.capacity || bytes_ + bytes > config_.byte_limit))
            give_up_one();
        auto& entry = entries_.try_emplace(key).first->second;
        entry.value = std::move(value);
        entry.key = key;
        entry.trust = trust_;
        if (!listening_)
            entry.unheard_since = clock_.now();
        entry.bytes = bytes;
        bytes_ += bytes;
        entry.links.resize(dependencies.size());
        for (std::size_t i = 0; i < dependencies.size(); ++i)
            link(entry, entry.links[i], dependencies[i]);
        // Inserts the entry behind the hand, so that the hand passes all others first.
        if (hand_ == nullptr)
            hand_ = entry.previous = entry.next = &entry;
        entry.next = hand_;
        entry.previous = std::exchange(hand_->previous, &entry);
        entry.previous->next = &entry;
    }

    void link(Entry& entry, Link& link, Change const& dependency)
    {
        auto& thing = *index_.try_emplace(dependency, nullptr).first;
        link = {&thing, &entry, nullptr, thing.second};
        if (link.next != nullptr)
            link.next->previous = &link;
        thing.second = &link;
    }

    void unlink(Link& link)
    {
        (link.previous != nullptr ? link.previous->next : link.thing->second) = link.next;
        if (link.next != nullptr)
            link.next->previous = link.previous;
        if (link.thing->second == nullptr)
            index_.erase(index_.find(link.thing->first));
    }

    void drop_dependents(Change const& change)
    {
        // Erasing the last dependent removes the change from the index.
        for (auto found = index_.find(change); found != index_.end(); found = index_.find(change))
            erase(Key(found->second->entry->key));
    }

    void erase(Key const& key)
    {
        auto const found = entries_.find(key);
        if (found == entries_.end())
            return;
        auto& entry = found->second;
        for (auto& each : entry.links)
            unlink(each);
        bytes_ -= entry.bytes;
        entry.previous->next = entry.next;
        entry.next->previous = entry.previous;
        if (hand_ == &entry)
            hand_ = entry.next != &entry ? entry.next : nullptr;
        entries_.erase(found);
    }

    void give_up_one()
    {
        for (int looks = 0; looks < kLooks && std::exchange(hand_->is_used, false); ++looks)
            hand_ = hand_->next;
        erase(Key(hand_->key));
    }

    CacheConfig const config_;
    SteadyClock const& clock_;
    std::unordered_map<Key, Entry, Hash> entries_;
    Index index_;
    Entry* hand_ = nullptr;
    std::size_t bytes_ = 0;
    std::unordered_map<Key, Miss, Hash> misses_;
    std::deque<Key> missed_; ///< The oldest first.
    SingleFlight<Key, Read, Hash> flights_;
    RecentChanges changes_;
    std::deque<Loss> losses_; ///< Those within `stale_lifetime`, the oldest first.
    std::uint64_t trust_ = 0;
    bool listening_ = true;
    bool unreachable_ = false; ///< Whether the last read found the database unreachable.
    Time retry_at_{};
};

} // namespace sluice::snapshots
