#include "jobs/loop.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <exception>

namespace sluice::jobs {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kLease{60};
constexpr std::chrono::seconds kLimit{10};
/// The pause between two looks while there is work.
constexpr milliseconds kBusyPause{100};
/// The pause between two looks while no notifications arrive.
constexpr milliseconds kDeafPause{500};
constexpr milliseconds kLongestSleep = kNotifiedAhead;

} // namespace

LoopMetrics::LoopMetrics(telemetry::Registry& registry, std::string_view kind)
    : done(registry.counter("sluice_worker_jobs_total", "Jobs by kind and outcome.",
                            {{"kind", std::string(kind)}, {"outcome", "done"}}))
    , failures(registry.counter("sluice_worker_jobs_total", "Jobs by kind and outcome.",
                                {{"kind", std::string(kind)}, {"outcome", "failed"}}))
{
}

milliseconds pause_after_rounds(int failed) noexcept
{
    constexpr milliseconds kFirst{250};
    constexpr milliseconds kLongest{10'000};
    return std::min(kFirst * (1 << std::clamp(failed - 1, 0, 10)), kLongest);
}

std::chrono::seconds pause_after_failures(int failures, double jitter) noexcept
{
    constexpr std::chrono::seconds kFirst{60};
    constexpr std::chrono::seconds kLongest{std::chrono::hours(4)};
    auto const pause = std::min(kFirst * (1 << std::clamp(failures - 1, 0, 10)), kLongest);
    return std::chrono::duration_cast<std::chrono::seconds>(pause * (1 + jitter / 4));
}

Loop::Loop(asio::io_context& io, Queue& queue, LoopConfig config, Run run, Bell& bell, LoopMetrics& metrics,
           telemetry::Log& log)
    : queue_(queue)
    , config_(config)
    , run_(std::move(run))
    , bell_(bell)
    , metrics_(metrics)
    , not_taken_(log, telemetry::Level::warning, "jobs could not be taken")
    , failed_(log, telemetry::Level::warning, "job failed")
    , not_ended_(log, telemetry::Level::warning, "the end of a job was not stored")
    , running_(io, config.at_once, log, "worker jobs")
{
}

Task<void> Loop::run()
{
    int failed = 0;
    while (!is_stopping_) {
        auto least = kBusyPause;
        auto most = is_hearing_ ? kLongestSleep : kDeafPause; // A running job that ends also wakes the loop.
        if (!running_.full()) {
            auto const taken = co_await queue_.take(wish(), Deadline::after(kLimit));
            failed = taken ? 0 : failed + 1;
            if (!taken) {
                metrics_.failures.add();
                not_taken_.write(taken.error());
                least = most = pause_after_rounds(failed);
            } else {
                for (auto const& job : taken->jobs) {
                    ++running_of_[job.environment];
                    last_ = job.environment;
                    running_.spawn(run_one(job));
                }
                if (!taken->jobs.empty())
                    most = kBusyPause; // A job that ends often makes another one due.
                else if (taken->next_in)
                    most = std::clamp(*taken->next_in, kBusyPause, most);
            }
        }
        if (!is_stopping_)
            co_await bell_.wait(least, most);
    }
}

Wish Loop::wish() const
{
    Wish wish;
    wish.kind = config_.kind;
    wish.most = config_.at_once - running_.running();
    wish.share = config_.share;
    wish.lease = kLease;
    wish.after = last_;
    wish.running.assign(running_of_.begin(), running_of_.end());
    return wish;
}

void Loop::set_hearing(bool is_hearing)
{
    is_hearing_ = is_hearing;
    bell_.ring(); // Notifications may have been lost, so the loop looks now.
}

void Loop::stop()
{
    is_stopping_ = true;
    bell_.close();
}

Task<bool> Loop::drain(Deadline deadline)
{
    return running_.drain(deadline);
}

Task<void> Loop::run_one(Job job)
{
    std::exception_ptr failure;
    try {
        co_await end(job);
    } catch (...) {
        failure = std::current_exception();
    }
    if (auto const count = running_of_.find(job.environment); --count->second == 0)
        running_of_.erase(count);
    bell_.ring();
    if (failure)
        std::rethrow_exception(failure); // The task group logs the exception.
}

Task<void> Loop::end(Job job)
{
    Result<Next> next = Error{ErrorCode::internal, "Unexpected fault."};
    try {
        next = co_await run_(job);
    } catch (std::exception const& error) {
        next = Error{ErrorCode::internal, "Unexpected fault.", error.what()};
    }
    Result<void> ended;
    if (next) {
        metrics_.done.add();
        ended = co_await queue_.finish(job, *next, Deadline::after(kLimit));
    } else {
        metrics_.failures.add();
        failed_.write(next.error());
        auto const pause = pause_after_failures(job.failures + 1, random_fraction());
        ended = co_await queue_.fail(job, pause, Deadline::after(kLimit));
    }
    if (!ended)
        not_ended_.write(ended.error());
}

} // namespace sluice::jobs
