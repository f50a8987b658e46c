#include "snapshots/recent_changes.hpp"

#include <algorithm>

namespace sluice::snapshots {

bool RecentChanges::touched(Dependencies const& dependencies, std::uint64_t after, std::uint64_t until) const
{
    if (after >= until)
        return false;
    if (last_ - after > kCapacity || after < everything_)
        return true;
    for (auto number = after + 1; number <= until; ++number)
        if (std::ranges::any_of(dependencies, [&](auto const& dependency) {
                return touches(changes_.at(number % kCapacity), dependency);
            }))
            return true;
    return false;
}

} // namespace sluice::snapshots
