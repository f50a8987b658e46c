#include "worker/job_loop.hpp"

#include <algorithm>

namespace sluice::worker {
namespace {

constexpr std::size_t kAtOnce = 64;
constexpr std::chrono::seconds kLease{60};
constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::milliseconds kPause{500};
/// While there is work: one job often makes the next one due.
constexpr std::chrono::milliseconds kBusyPause{100};

} // namespace

LoopMetrics::LoopMetrics(telemetry::Registry& registry, std::string_view kind)
    : done(registry.counter("sluice_worker_jobs_total", "Jobs by kind and outcome.",
                            {{"kind", std::string(kind)}, {"outcome", "done"}}))
    , failures(registry.counter("sluice_worker_jobs_total", "Jobs by kind and outcome.",
                                {{"kind", std::string(kind)}, {"outcome", "failed"}}))
{
}

std::chrono::milliseconds pause_after_rounds(int failed) noexcept
{
    constexpr std::chrono::milliseconds kFirst{250};
    constexpr std::chrono::milliseconds kLongest{10'000};
    return std::min(kFirst * (1 << std::clamp(failed - 1, 0, 10)), kLongest);
}

JobLoop::JobLoop(asio::io_context& io, tenancy::JobQueue& queue, tenancy::JobKind kind, Run run, Bell& bell,
                 LoopMetrics& metrics, telemetry::Log& log)
    : queue_(queue)
    , kind_(kind)
    , run_(std::move(run))
    , bell_(bell)
    , metrics_(metrics)
    , not_taken_(log, telemetry::Level::warning, "jobs could not be taken")
    , failed_(log, telemetry::Level::warning, "job failed")
    , not_ended_(log, telemetry::Level::warning, "the end of a job was not stored")
    , running_(io, kAtOnce, log, "worker jobs")
{
}

Task<void> JobLoop::run()
{
    int failed = 0;
    while (!is_stopping_) {
        auto const free = kAtOnce - running_.running();
        auto pause = kBusyPause;
        if (free > 0) {
            auto const jobs = co_await queue_.take(kind_, free, kLease, Deadline::after(kLimit));
            failed = jobs ? 0 : failed + 1;
            if (!jobs) {
                metrics_.failures.add();
                not_taken_.write(jobs.error());
                pause = pause_after_rounds(failed);
            } else {
                for (auto const& job : *jobs)
                    running_.spawn(run_one(job));
                pause = jobs->empty() ? kPause : kBusyPause;
            }
        }
        if (!is_stopping_)
            co_await bell_.wait(pause, pause);
    }
}

void JobLoop::stop()
{
    is_stopping_ = true;
    bell_.close();
}

Task<bool> JobLoop::drain(Deadline deadline)
{
    return running_.drain(deadline);
}

Task<void> JobLoop::run_one(tenancy::Job job)
{
    auto const next = co_await run_(job);
    if (!next) {
        metrics_.failures.add();
        failed_.write(next.error());
        co_return;
    }
    metrics_.done.add();
    if (auto const ended = co_await queue_.finish(job, *next, Deadline::after(kLimit)); !ended)
        not_ended_.write(ended.error());
}

} // namespace sluice::worker
