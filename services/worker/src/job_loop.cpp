#include "job_loop.hpp"

#include "runtime/offload.hpp"

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

JobLoop::JobLoop(asio::io_context& io, tenancy::JobQueue& queue, tenancy::JobKind kind, Run run, LoopMetrics& metrics,
                 telemetry::Log& log)
    : queue_(queue)
    , kind_(kind)
    , run_(std::move(run))
    , metrics_(metrics)
    , log_(log)
    , running_(io, kAtOnce, log, "worker jobs")
{
}

Task<void> JobLoop::run_forever()
{
    for (;;) {
        auto const free = kAtOnce - running_.running();
        bool took_all = false;
        bool took_some = false;
        if (free > 0) {
            auto const jobs = co_await queue_.take(kind_, free, kLease, Deadline::after(kLimit));
            if (!jobs) {
                metrics_.failures.add();
                log_.write(telemetry::Level::warning, "jobs could not be taken", jobs.error());
            } else {
                for (auto const& job : *jobs)
                    running_.spawn(run_one(job));
                took_all = jobs->size() < free;
                took_some = !jobs->empty();
            }
        }
        if (free == 0 || took_all)
            co_await sleep_until(Deadline::after(took_some ? kBusyPause : kPause));
    }
}

Task<void> JobLoop::run_one(tenancy::Job job)
{
    auto const next = co_await run_(job);
    if (!next) {
        metrics_.failures.add();
        log_.write(telemetry::Level::warning, "job failed", next.error());
        co_return;
    }
    metrics_.done.add();
    if (auto const ended = co_await queue_.finish(job, *next, Deadline::after(kLimit)); !ended)
        log_.write(telemetry::Level::warning, "the end of a job was not stored", ended.error());
}

} // namespace sluice::worker
