#include "runtime/offload.hpp"

#include "runtime/memory.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace sluice {
namespace {

constexpr std::chrono::seconds kIdleAfter{1};

} // namespace

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_limit)
    : queue_limit_(queue_limit)
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this, i] { run(i); });
}

WorkerPool::~WorkerPool()
{
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool WorkerPool::post(Job job)
{
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || queue_.size() >= queue_limit_)
            return false;
        queue_.push_back(std::move(job));
    }
    work_.notify_one();
    return true;
}

std::size_t WorkerPool::queued() const
{
    std::lock_guard const lock(mutex_);
    return queue_.size();
}

void WorkerPool::run(std::size_t thread)
{
    auto const has_news = [this] { return stopping_ || !queue_.empty(); };
    bool is_tidy = true;
    for (;; is_tidy = false) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!is_tidy && !work_.wait_for(lock, kIdleAfter, has_news)) {
                lock.unlock();
                release_free_memory();
                lock.lock();
            }
            work_.wait(lock, has_news);
            if (queue_.empty())
                return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job(thread);
    }
}

Task<void> sleep_until(Deadline deadline)
{
    SteadyTimer timer(co_await asio::this_coro::executor, deadline.at());
    co_await timer.async_wait(kUseTask);
}

Task<Result<void>> offload_any(WorkerPool& pool, Deadline deadline, std::move_only_function<Delivery(std::size_t)> job)
{
    struct Waiting {
        Waiting(asio::io_context::executor_type executor, Deadline until)
            : done(executor, until.at())
        {
        }
        SteadyTimer done;
        bool is_delivered = false;
    };
    auto const executor = co_await asio::this_coro::executor;
    auto const waiting = std::make_shared<Waiting>(executor, deadline);
    // Weak: only the caller's thread may touch the timer, and the caller may be gone before the job is. Its io_context
    // is not: the pool is destroyed first (`WorkerPool`).
    WorkerPool::Job run = [weak = std::weak_ptr(waiting), executor, job = std::move(job)](std::size_t thread) mutable {
        asio::post(executor, [weak, deliver = job(thread)]() mutable {
            auto const still = weak.lock();
            if (!still)
                return;
            deliver();
            still->is_delivered = true;
            still->done.cancel();
        });
    };
    if (!pool.post(std::move(run)))
        co_return Error{ErrorCode::unavailable, "The service is overloaded. Retry in a moment.",
                        "worker queue is full"};
    co_await waiting->done.async_wait(kUseTask);
    if (!waiting->is_delivered)
        co_return Error{ErrorCode::unavailable, "The service did not answer in time. Retry in a moment.",
                        "blocking work exceeded its deadline"};
    co_return Result<void>();
}

} // namespace sluice
