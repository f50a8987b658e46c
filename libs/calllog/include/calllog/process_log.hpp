#pragma once

#include "calllog/counts.hpp"
#include "calllog/journal.hpp"
#include "calllog/settings.hpp"
#include "calllog/span_exporter.hpp"
#include "runtime/task_group.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace sluice::calllog {

/// A thread's ends of the pipes of the log.
struct Inlets {
    Inlet* rows;  ///< Null if calls are not logged.
    Inlet* spans; ///< Null if no spans are exported.
};

/// The call log of a process: the pipes from its threads, and the tasks that empty them on `io`.
class ProcessLog {
public:
    /// All must outlive it. `client` sends spans.
    ProcessLog(asio::io_context& io, Config config, LogRepository& repository, http::Client& client,
               telemetry::Registry& registry, telemetry::Log& log);
    ~ProcessLog();

    /// Errors: invalid_argument if the count file cannot be used.
    [[nodiscard]] Result<void> open();
    /// The ends for one more thread. After `open` and before `start`.
    [[nodiscard]] Inlets add_thread();
    void start();
    /// Stores what is left, until `last_try`. On the thread of `io`, after the threads have stopped recording. False if
    /// something is lost.
    Task<bool> close(Deadline last_try);

    [[nodiscard]] JournalMetrics& metrics() noexcept { return metrics_; }

private:
    Config const config_;
    LogRepository& repository_;
    telemetry::Log& log_;
    JournalMetrics metrics_;
    SpanMetrics span_metrics_;
    telemetry::Counter& lost_before_;
    std::optional<Counts> counts_;
    std::size_t threads_ = 0;
    Pipe rows_;
    Pipe spans_;
    std::deque<std::uint64_t> spans_taken_; ///< Of each thread.
    SpanExporter exporter_;
    std::optional<Journal> journal_;
    TaskGroup tasks_;
};

} // namespace sluice::calllog
