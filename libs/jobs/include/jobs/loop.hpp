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

/// What is counted of every loop.
struct LoopMetrics {
    LoopMetrics(telemetry::Registry& registry, std::string_view kind);
    telemetry::Counter& done;
    telemetry::Counter& failures;
};

/// The pause after the nth round in a row that failed, counted from 1: from 250 ms to 10 s.
[[nodiscard]] std::chrono::milliseconds pause_after_rounds(int failed) noexcept;

/// The pause of a job that failed for the nth time in a row, counted from 1: from 1 min to 4 h. `jitter` is from 0
/// to 1.
[[nodiscard]] std::chrono::seconds pause_after_failures(int failures, double jitter) noexcept;

struct LoopConfig {
    Kind kind{};
    std::size_t at_once = 128;
    std::size_t share = 16; ///< At once, of one environment.
};

/// Takes due jobs of one kind and runs them side by side, none of an environment beyond its share. Sleeps until the
/// next is due or it is rung for. A job whose worker dies is taken again when its lease has ended; one that fails,
/// after pauses that grow.
class Loop {
public:
    /// What a job does. What it throws or answers as an error counts as a failure.
    using Run = std::function<Task<Result<Next>>(Job)>;

    /// All must outlive the loop.
    Loop(asio::io_context& io, Queue& queue, LoopConfig config, Run run, Bell& bell, LoopMetrics& metrics,
         telemetry::Log& log);

    /// Takes jobs until `stop`. While they cannot be taken the pauses grow.
    Task<void> run();
    /// Whether the bell is rung for each job that is due soon. While it may not be, the loop looks twice a second.
    void set_hearing(bool is_hearing);
    /// Takes no more. What was taken goes on.
    void stop();
    /// Waits for what was taken; false if the deadline came first.
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
