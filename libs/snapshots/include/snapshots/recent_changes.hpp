#pragma once

#include "snapshots/change.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::snapshots {

/// The last changes, in the order in which they arrived. Tells whether something that was read meanwhile is still true.
/// Belongs to one thread.
class RecentChanges {
public:
    /// More changes than arrive during one read: 1 000 000 accounts with hourly tokens make 278 in a second.
    static constexpr std::size_t kCapacity = 1024;

    void add(Change const& change) { changes_.at(++last_ % kCapacity) = change; }
    /// Notes that anything may have changed: announcements were lost, or arrive again.
    void add_everything() { everything_ = ++last_; }

    /// The number of the last change.
    [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
    /// Whether a change with a number above `after`, up to `until`, touches these dependencies. True also if those
    /// changes are not remembered any more.
    [[nodiscard]] bool touched(Dependencies const& dependencies, std::uint64_t after, std::uint64_t until) const;

private:
    std::array<Change, kCapacity> changes_{};
    std::uint64_t last_ = 0;
    std::uint64_t everything_ = 0;
};

} // namespace sluice::snapshots
