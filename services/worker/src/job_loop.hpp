#pragma once

#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "tenancy/jobs.hpp"

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

/// Takes due jobs of one kind and runs them side by side. A job that fails, or whose worker dies, is taken again when
/// its lease has ended.
class JobLoop {
public:
    /// When the job is next due; nothing: it is done. What it throws or answers as an error counts as a failure.
    using Run = std::function<Task<Result<std::optional<Timestamp>>>(tenancy::Job)>;

    /// All must outlive the loop.
    JobLoop(asio::io_context& io, tenancy::JobQueue& queue, tenancy::JobKind kind, Run run, LoopMetrics& metrics,
            telemetry::Log& log);

    Task<void> run_forever();

private:
    Task<void> run_one(tenancy::Job job);

    tenancy::JobQueue& queue_;
    tenancy::JobKind const kind_;
    Run const run_;
    LoopMetrics& metrics_;
    telemetry::Log& log_;
    TaskGroup running_;
};

} // namespace sluice::worker
