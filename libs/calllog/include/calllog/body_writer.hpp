#pragma once

#include "calllog/log_repository.hpp"
#include "http_api/shares.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/metrics.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace sluice::calllog {

/// Stores the bodies of calls behind their answers, several of one environment together. One per I/O thread.
class BodyWriter {
public:
    /// The most bytes of one body; the rest is cut off.
    static constexpr std::size_t kMostBytes = 16UL * 1024;
    /// The most bytes that wait on a thread; an environment may have as many as are free. What does not fit is counted.
    static constexpr std::size_t kMostWaiting = 16UL * 1024 * 1024;

    /// All must outlive it.
    BodyWriter(asio::io_context& io, LogRepository& repository, telemetry::Counter& lost, telemetry::Log& log);

    void add(Bodies bodies);
    /// Waits until all are stored or given up.
    Task<bool> drain(Deadline deadline) { return tasks_.drain(deadline); }

private:
    Task<void> write();
    [[nodiscard]] std::vector<Bodies> next();

    LogRepository& repository_;
    telemetry::Counter& lost_;
    TaskGroup tasks_;
    std::deque<Bodies> waiting_;
    http::Shares places_{kMostWaiting}; ///< Of the bytes that wait.
    bool is_writing_ = false;
};

} // namespace sluice::calllog
