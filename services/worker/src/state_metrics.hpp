#pragma once

#include "accounts/repositories.hpp"
#include "jobs/queue.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <deque>
#include <vector>

namespace sluice::worker {

/// Gauges about what the database holds, for all environments together: accounts by status, and how late the most
/// overdue job of each kind is (a delivery is a job too). They are read when somebody scrapes and not more often than
/// every 15 s, so nobody who does not ask pays for them. Each worker tells the same numbers. Belongs to one I/O thread.
class StateMetrics {
public:
    /// All must outlive it.
    StateMetrics(accounts::AccountRepository& accounts, jobs::Queue& queue, std::vector<jobs::Kind> kinds,
                 telemetry::Registry& registry);

    /// Reads the numbers anew, if they are old. If the database cannot be asked they are NaN, which no alert takes for
    /// a number.
    Task<void> refresh(std::chrono::steady_clock::time_point now);

private:
    accounts::AccountRepository& accounts_;
    jobs::Queue& queue_;
    std::vector<jobs::Kind> const kinds_;
    std::deque<double> counts_;   ///< By `accounts::kStatuses`.
    std::deque<double> lateness_; ///< By `kinds_`, in seconds.
    std::chrono::steady_clock::time_point read_at_{};
};

} // namespace sluice::worker
