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
    /// What all entries of one cache may weigh together (`weight_of`).
    std::size_t byte_limit = 128 << 20;
    /// How long what is not there is remembered as such, and how much of it. It takes no room of what is there.
    std::chrono::milliseconds miss_lifetime{2'000};
    std::size_t misses = 4'096;
    /// How long entries serve after announcements were lost, while the database cannot be reached either.
    std::chrono::milliseconds stale_lifetime{900'000};
    /// After the database was found unreachable, how long such entries serve without asking it again.
    std::chrono::milliseconds retry_pause{1'000};
    /// How long a read may take where such an entry can serve instead.
    std::chrono::milliseconds stale_patience{1'000};
};

/// Immutable snapshots of database rows, one cache per I/O thread; a hit takes no lock.
///
/// An entry is true because every change is announced (`drop`) and a read is kept only if no change of what the
/// snapshot depends on arrived while it ran. Nor is it served to whoever asked after such a change: who waits for a
/// read of another that began before it reads again. While announcements may be missed (`set_listening(false)`), and
/// once more when they arrive again, every entry is read again before use; only if the database cannot be reached does
/// the old one serve, until `stale_lifetime` after the moment when announcements were lost.
///
/// Beside `T` there are `Dependencies dependencies_of(T const&)` and `std::size_t weight_of(T const&)`. A change costs
/// time for the entries that depend on it only. A full cache gives up an entry that was not used since it was last
/// looked at for that.
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

    /// The entry, if it may be used as it is: the warm path.
    [[nodiscard]] Pointer const* find(Key const& key) const
    {
        auto const found = entries_.find(key);
        if (found == entries_.end() || !listening_ || found->second.trust != trust_)
            return nullptr;
        found->second.is_used = true;
        return &found->second.value;
    }

    /// The entry, be it one that has to be read again before use: for what does not change, such as whose it is.
    [[nodiscard]] T const* peek(Key const& key) const
    {
        auto const found = entries_.find(key);
        return found != entries_.end() ? found->second.value.get() : nullptr;
    }

    /// Whether there is an entry, be it one that has to be read again, or a remembered miss: asking costs nobody much.
    [[nodiscard]] bool knows(Key const& key) const { return entries_.contains(key) || find_miss(key) != nullptr; }

    /// The entry, read with `fetch(key, deadline)` (a `Task<Result<Pointer>>`) if need be. Errors: those of `fetch`;
    /// not_found is remembered; unavailable at the deadline.
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
                retry_at_ = clock_.now() + config_.retry_pause; // One tries; the others need not wait for it.
            }
            auto const limit = old ? deadline.at_most(config_.stale_patience) : deadline;
            auto const asked_at = changes_.last();
            auto begin = [&](Key const& missing) { return read(missing, limit, fetch); };
            auto const done = co_await flights_.run(key, limit, begin);
            if (!done || (!done->value && done->value.error().code() == ErrorCode::unavailable))
                co_return old_unless_dropped(key, done ? done->value.error() : done.error());
            // A read that began before a change may not be told to whoever asked after it.
            bool const is_late = done->value
                                     ? changes_.touched(dependencies_of(**done->value), done->began, asked_at)
                                     : done->began < asked_at && done->value.error().code() != ErrorCode::not_found;
            if (!is_late)
                co_return done->value;
        }
    }

    /// Something was announced: what depends on it goes.
    void drop(Change change)
    {
        if (change.kind == Change::Kind::environment)
            change.id = {}; // Whatever it was, all of the environment goes.
        changes_.add(change);
        drop_dependents(change);
        drop_dependents({Change::Kind::any, change.environment, {}});
    }

    /// Whether announcements arrive. Nothing stored before this call is used again before it was read again.
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
    /// For each thing that something depends on, the entries that do.
    using Index = std::unordered_map<Change, Link*, ChangeHash>;

    /// An entry's place among the dependents of one thing.
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
        std::optional<Time> unheard_since; ///< If it was read while announcements were lost.
        std::size_t bytes = 0;
        std::vector<Link> links;
        mutable bool is_used = false; ///< Since the hand was here.
        Entry* previous = nullptr;    ///< The entries form a ring, which the hand goes round.
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

    /// Announcements were lost: entries of `trust` are true as of `at`.
    struct Loss {
        std::uint64_t trust = 0;
        Time at;
    };

    /// How many entries are looked at to find one that was not used; so that one call stays short.
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

    /// An entry that may serve while the database cannot be reached; else null.
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
        // Behind the hand: everything else is looked at before it.
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
        // The last to go takes its thing out of the index.
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
    std::deque<Loss> losses_; ///< The oldest first; those within `stale_lifetime`.
    std::uint64_t trust_ = 0;
    bool listening_ = true;
    bool unreachable_ = false; ///< As the last read found it.
    Time retry_at_{};
};

} // namespace sluice::snapshots
