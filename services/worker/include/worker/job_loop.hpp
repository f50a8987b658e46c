#pragma once

#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"
#include "tenancy/jobs.hpp"
#include "worker/bell.hpp"

#include <chrono>
#include <cstddef>
#include <functional>

namespace sluice::worker {

/// What is counted of every loop.
struct LoopMetrics {
    LoopMetrics(telemetry::Registry& registry, std::string_view kind);
    telemetry::Counter& done;
    telemetry::Counter& failures;
};

/// The pause after the nth round in a row that failed, counted from 1: from 250 ms to 10 s.
[[nodiscard]] std::chrono::milliseconds pause_after_rounds(int failed) noexcept;

/// Takes due jobs of one kind and runs them side by side. A job that fails, or whose worker dies, is taken again when
/// its lease has ended.
class JobLoop {
public:
    /// When the job is next due; nothing: it is done. What it throws or answers as an error counts as a failure.
    using Run = std::function<Task<Result<std::optional<Timestamp>>>(tenancy::Job)>;

    /// All must outlive the loop.
    JobLoop(asio::io_context& io, tenancy::JobQueue& queue, tenancy::JobKind kind, Run run, Bell& bell,
            LoopMetrics& metrics, telemetry::Log& log);

    /// Takes jobs until `stop`. While they cannot be taken the pauses grow.
    Task<void> run();
    /// Takes no more. What was taken goes on.
    void stop();
    /// Waits for what was taken; false if the deadline came first.
    Task<bool> drain(Deadline deadline);

private:
    Task<void> run_one(tenancy::Job job);

    tenancy::JobQueue& queue_;
    tenancy::JobKind const kind_;
    Run const run_;
    Bell& bell_;
    LoopMetrics& metrics_;
    telemetry::Repeated not_taken_;
    telemetry::Repeated failed_;
    telemetry::Repeated not_ended_;
    TaskGroup running_;
    bool is_stopping_ = false;
};

} // namespace sluice::worker
