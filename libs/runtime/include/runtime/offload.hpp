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

/// Threads for work that blocks. Thread-safe. The destructor runs all queued jobs and joins the threads. So the pool
/// must be destroyed before the io_contexts that wait for results.
class WorkerPool {
public:
    /// A job gets the index of its thread, for state that a thread owns, such as a database connection.
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

/// Runs `job` on `pool`, and resumes the caller on its own thread with the result. Errors: those of the job;
/// unavailable at the deadline or if the queue is full. At the deadline the job may still run, and goes on, so it must
/// own everything it touches.
template <class T>
Task<Result<T>> offload(WorkerPool& pool, Deadline deadline, std::move_only_function<Result<T>(std::size_t)> job)
{
    struct Waiting {
        Waiting(asio::io_context::executor_type executor, Deadline until)
            : done(executor, until.at())
        {
        }
        SteadyTimer done;
        std::optional<Result<T>> result;
    };
    auto const executor = co_await asio::this_coro::executor;
    auto const waiting = std::make_shared<Waiting>(executor, deadline);
    // A weak pointer: only the caller's thread may touch the timer, and the caller and its io_context may be gone
    // before the job ends.
    WorkerPool::Job run = [weak = std::weak_ptr(waiting), executor, job = std::move(job)](std::size_t thread) mutable {
        auto result = job(thread);
        asio::post(executor, [weak, result = std::move(result)]() mutable {
            auto const still = weak.lock();
            if (!still)
                return;
            still->result = std::move(result);
            still->done.cancel();
        });
        if (!waited)
            co_return waited.error();
        co_return *std::move(result);
    }

} // namespace sluice
