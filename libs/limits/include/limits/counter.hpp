#pragma once

#include "limits/shared_map.hpp"
#include "limits/sliding_window.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace sluice::limits {

inline constexpr std::chrono::seconds kWindow{10}; ///< The span in which our own limits count.

/// Where a key stands.
struct Standing {
    bool is_refused = false;
    bool is_listed = false; ///< The counter is exchanged with other replicas.
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::chrono::milliseconds until_room{};  ///< Zero if there is room.
    std::chrono::milliseconds until_reset{}; ///< Until the oldest call has left; without room, until there is some.
};

/// What the other replicas have counted for a key within the window.
struct Others {
    std::int64_t calls = 0;
    std::int64_t replicas = 0;
};

/// What the exchange does with a key this time.
struct Published {
    std::optional<std::int64_t> told; ///< This number is to be told.
    bool is_asked = false;            ///< What others told is to be heard.
    bool is_gone = false;             ///< What was told is to be taken back.
    bool is_listed = true;            ///< There is a next time.
};

/// Counts the calls of one token or account in the last 10 s, exactly, for all threads of the process. A replica that
/// is not alone with a key may have only what the others leave, and takes a share of it at a time: it tells them how
/// far it may go (`publish`) before it goes there (`learn`). Thread-safe; holds its own lock for a moment.
class Counter final : public Shared, public std::enable_shared_from_this<Counter> {
public:
    using Time = SlidingWindow::Time;

    Counter(Uuid const& key, std::int64_t limit)
        : key_(key)
        , limit_(limit)
    {
    }

    [[nodiscard]] Uuid const& key() const noexcept { return key_; }
    /// Counts a call if there is room for it.
    [[nodiscard]] Standing take(Time now);
    /// Counts a call even if there is no room.
    [[nodiscard]] Standing charge(Time now);
    /// Counts nothing.
    [[nodiscard]] Standing look(Time now);

    /// Puts the counter among those that are exchanged; true if it was not among them.
    [[nodiscard]] bool list();
    /// The number for the other replicas is what was counted here, and what may be until the next time. It is told when
    /// it has changed, and from time to time. While nobody tells of the key and little of the limit is used here,
    /// nothing is told, and the others are asked once a second. If the key was not used for longer than the window,
    /// the counter is then on no list, and alone.
    [[nodiscard]] Published publish(Time now);
    /// Takes what the others told, after `publish` asked. If nobody did, this replica counts alone.
    void learn(Others const& others, Time now);
    /// The others could not be asked: this replica counts alone, and tells all again.
    void unheard();
    /// The counter is on no list any more, and alone.
    Published leave();

private:
    void be_alone();
    [[nodiscard]] Published leave_locked();
    [[nodiscard]] bool is_quiet(std::int64_t own) const;
    [[nodiscard]] static std::int64_t share(std::int64_t room, std::int64_t replicas);
    [[nodiscard]] Standing standing(Time now, bool is_refused);

    Uuid const key_;
    std::int64_t const limit_;
    std::mutex mutex_;
    SlidingWindow window_{kWindow};
    std::int64_t most_ = limit_; ///< That may be counted here.
    std::int64_t published_ = 0;
    std::optional<std::int64_t> told_; ///< The number that the others may hear.
    Time told_at_{};
    std::optional<Time> asked_at_;
    Others others_;
    bool is_listed_ = false;
};

} // namespace sluice::limits
