#pragma once

#include "base/timestamp.hpp"

#include <functional>
#include <map>

namespace sluice::simulator {

struct Account;

/// What is to happen later. Nothing waits: due timers run when the next call comes in, each at its own time.
class Timers {
public:
    using Action = std::function<void(Account&, Timestamp at)>;

    void at(Timestamp time, Action action) { actions_.emplace(time, std::move(action)); }
    void run_due(Account& account, Timestamp now)
    {
        while (!actions_.empty() && actions_.begin()->first <= now) {
            auto const next = actions_.extract(actions_.begin());
            next.mapped()(account, next.key());
        }
    }

private:
    std::multimap<Timestamp, Action> actions_;
};

} // namespace sluice::simulator
