#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice {

/// Threads for work that blocks. Thread-safe. Destruction runs what is queued and joins, so it must happen before the
/// io_contexts that wait for results are destroyed.
class WorkerPool {
public:
    /// A job gets the index of the thread that runs it, for state a thread owns (its database connection).
    using Job = std::move_only_function<void(std::size_t thread)>;

    WorkerPool(std::size_t threads, std::size_t queue_limit);
    ~WorkerPool();
    WorkerPool(WorkerPool const&) = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    /// False if the queue is full; then the job was not taken.
    [[nodiscard]] bool post(Job job);
    [[nodiscard]] std::size_t queued() const;
    [[nodiscard]] std::size_t threads() const noexcept { return threads_.size(); }

private:
    void run(std::size_t thread);

    std::size_t const queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

using SteadyTimer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                               asio::io_context::executor_type>;

inline constexpr auto kUseTask = asio::as_tuple(asio::use_awaitable_t<asio::io_context::executor_type>{});

/// Waits on the calling thread's executor. Cancellation ends the wait early.
Task<void> sleep_until(Deadline deadline);

/// The last step of a job, which runs on its caller's thread.
using Delivery = std::move_only_function<void()>;

/// `offload` for any result: `job` returns the step that gives the result to the caller. Not a template, so that Asio's
/// code is compiled once.
Task<Result<void>> offload_any(WorkerPool& pool, Deadline deadline, std::move_only_function<Delivery(std::size_t)> job);

/// Runs `job` on `pool`, and resumes the caller on its own thread with the result. Errors: those of the job;
/// unavailable at the deadline or if the queue is full. At the deadline the job may still run, and goes on, so it must
/// own everything it touches.
template <class T>
Task<Result<T>> offload(WorkerPool& pool, Deadline deadline, std::move_only_function<Result<T>(std::size_t)> job)
{
    std::optional<Result<T>> result;
    // The delivery runs only while this coroutine waits.
    auto const waited =
        co_await offload_any(pool, deadline, [&result, job = std::move(job)](std::size_t thread) mutable {
            return [&result, made = job(thread)]() mutable { result = std::move(made); };
        });
    if (!waited)
        co_return waited.error();
    co_return *std::move(result);
}

} // namespace sluice
