#pragma once

#include "jobs/bell.hpp"
#include "jobs/queue.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <unordered_map>

namespace sluice::jobs {

/// The metrics of a loop.
struct LoopMetrics {
    LoopMetrics(telemetry::Registry& registry, std::string_view kind);
    telemetry::Counter& done;
    telemetry::Counter& failures;
};

/// The pause after `failed` failed rounds in a row (from 1): 250 ms to 10 s.
[[nodiscard]] std::chrono::milliseconds pause_after_rounds(int failed) noexcept;

/// The pause of a job after `failures` failures in a row (from 1): 1 min to 4 h. `jitter` is from 0 to 1.
[[nodiscard]] std::chrono::seconds pause_after_failures(int failures, double jitter) noexcept;

struct LoopConfig {
    Kind kind{};
    std::size_t at_once = 128;
    std::size_t share = 16; ///< The most jobs of one environment at once.
};

/// Takes due jobs of one kind and runs them side by side; an environment never has more than its share. Sleeps until
/// the next job is due or the bell is rung. If a worker dies, its jobs are taken again when their leases have ended. A
/// job that fails is tried again after growing pauses. Belongs to one I/O thread.
class Loop {
public:
    /// What a job does. An error and an exception count as a failure.
    using Run = std::function<Task<Result<Next>>(Job)>;

    /// All must outlive the loop.
    Loop(asio::io_context& io, Queue& queue, LoopConfig config, Run run, Bell& bell, LoopMetrics& metrics,
         telemetry::Log& log);

    /// Takes jobs until `stop`. If taking fails, it is tried again after growing pauses.
    Task<void> run();
    /// Tells whether notifications arrive, so that the bell is rung for each job that is due soon. While they do not,
    /// the loop looks twice a second.
    void set_hearing(bool is_hearing);
    /// Takes no more jobs. Jobs that were taken go on.
    void stop();
    /// Waits for the jobs that were taken; false if the deadline came first.
    Task<bool> drain(Deadline deadline);

private:
    [[nodiscard]] Wish wish() const;
    Task<void> run_one(Job job);
    Task<void> end(Job job);

    Queue& queue_;
    LoopConfig const config_;
    Run const run_;
    Bell& bell_;
    LoopMetrics& metrics_;
    telemetry::Repeated not_taken_;
    telemetry::Repeated failed_;
    telemetry::Repeated not_ended_;
    std::unordered_map<EnvironmentId, std::size_t> running_of_;
    EnvironmentId last_;
    TaskGroup running_;
    bool is_hearing_ = false;
    bool is_stopping_ = false;
};

} // namespace sluice::jobs
