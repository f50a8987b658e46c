#pragma once

#include "limits/counter.hpp"
#include "limits/fair_shares.hpp"
#include "limits/vendor_state.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::limits {

/// Who calls an account, and how much: shares the vendor's limits out between them. Within one replica only.
/// Thread-safe; holds its own lock for a moment.
class Consumers final : public Shared {
public:
    using Time = SlidingWindow::Time;

    /// Counts a call, in every window that is known, if the consumer may make it. It may if its budget has room, and in
    /// each window of `capacities` either it has not used up its part of the limit, or what is left is more than what
    /// the other active consumers may still want. Without capacities only budgets hold. Gives where it stands in the
    /// window that refuses it the longest, or else has the least room.
    [[nodiscard]] Standing take(FairShares const& shares, std::span<Capacity const> capacities, Uuid const& consumer,
                                Time now);
    /// Counts a call that is part of one that was let in.
    void charge(Uuid const& consumer, Time now);

private:
    using Calls = std::unordered_map<Uuid, SlidingWindow, UuidHash>;
    /// A vendor's window, and the calls of each consumer in it.
    struct Window {
        std::string name;
        std::chrono::milliseconds length{};
        Calls calls;
    };
    struct Spent {
        FairShares::Budget budget;
        SlidingWindow calls;
    };
    static constexpr std::size_t kMost = 256; ///< Consumers.

    [[nodiscard]] Window& window_of(Capacity const& capacity);
    /// Of a consumer that has a budget; else null.
    [[nodiscard]] Spent* spent_of(FairShares const& shares, Uuid const& consumer);
    [[nodiscard]] static Standing standing(FairShares const& shares, Capacity const& capacity, Calls& calls,
                                           Uuid const& consumer, Time now);
    void count(Uuid const& consumer, Time now);

    std::mutex mutex_;
    std::vector<Window> windows_; ///< At most `ratelimit::kMaxWindows`; what a vendor told last is at the end.
    std::unordered_map<Uuid, Spent, UuidHash> spent_;
};

} // namespace sluice::limits
