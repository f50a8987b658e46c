#pragma once

#include "calllog/log_repository.hpp"
#include "calllog/pipe.hpp"
#include "calllog/recorder.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"

#include <atomic>
#include <cstdint>
#include <deque>

namespace sluice::calllog {

struct JournalMetrics {
    explicit JournalMetrics(telemetry::Registry& registry);
    telemetry::Counter& stored;
    telemetry::Counter& lost;
    telemetry::Counter& lost_bodies;
};

/// Stores what threads record, in batches. While the database is down a batch waits and is tried again; the pipe behind
/// it fills, and what does not fit is counted. One task of a process.
class Journal {
public:
    /// All must outlive it. `settled` counts the rows that need not be thought of any more: stored, or lost and
    /// counted.
    Journal(Pipe& pipe, LogRepository& repository, std::uint64_t& settled, JournalMetrics& metrics,
            telemetry::Log& log);

    /// Ends when the pipe is closed and what it held is stored, or could not be stored by `last_try`.
    Task<void> run();
    /// Closes the pipe. The batches that are left have until `last_try`. On the thread of `run`.
    void close(Deadline last_try);

private:
    Task<void> store(Pipe::Batch batch);

    Pipe& pipe_;
    LogRepository& repository_;
    std::uint64_t& settled_;
    JournalMetrics& metrics_;
    telemetry::Log& log_;
    telemetry::Repeated waits_;
    std::optional<Deadline> last_try_;
};

} // namespace sluice::calllog
