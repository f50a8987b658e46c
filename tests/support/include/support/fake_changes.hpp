#pragma once

#include "snapshots/change.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace sluice::test {

/// Where the fake repositories announce: what their committed changes have named, in order. A change that fails names
/// nothing.
class FakeChanges {
public:
    void notify(snapshots::Change change)
    {
        sent.push_back(change);
        if (on_change)
            on_change(sent.back());
    }

    std::vector<snapshots::Change> sent;
    /// Called with each change after its commit; a test connects caches here.
    std::function<void(snapshots::Change const&)> on_change;
};

} // namespace sluice::test
