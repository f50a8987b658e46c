#pragma once

#include "snapshots/change.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace sluice::test {

/// The NOTIFY channel of the fake repositories: what their committed changes have named, in order. A change that fails
/// names nothing.
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

/// Tells whoever listens in this process, as the announcer of the service does for its threads.
class FakeAnnouncer final : public snapshots::Announcer {
public:
    Task<void> announce(snapshots::Change change) override
    {
        announced.push_back(change);
        if (on_change)
            on_change(announced.back());
        co_return;
    }

    std::vector<snapshots::Change> announced;
    std::function<void(snapshots::Change const&)> on_change;
};

} // namespace sluice::test
