#pragma once

#include "snapshots/change.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::snapshots {

/// The last changes in the order in which they arrived, to ask whether something that was read meanwhile is still true.
/// Belongs to one thread.
class RecentChanges {
public:
    /// More than arrive during one read: 1 000 000 accounts with hourly tokens make 278 a second.
    static constexpr std::size_t kCapacity = 1024;

    void add(Change const& change) { changes_.at(++last_ % kCapacity) = change; }
    /// Announcements were lost, or come again after they were: anything may have changed.
    void add_everything() { everything_ = ++last_; }

    /// The number of the last one.
    [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
    /// Whether one after number `after`, up to number `until`, touches what depends on these. True also when that is no
    /// longer known.
    [[nodiscard]] bool touched(Dependencies const& dependencies, std::uint64_t after, std::uint64_t until) const;

private:
    std::array<Change, kCapacity> changes_{};
    std::uint64_t last_ = 0;
    std::uint64_t everything_ = 0;
};

} // namespace sluice::snapshots
