#include "calllog/pipe.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace sluice::calllog {

void Inlet::push(std::string_view row, Day day)
{
    if (!ring_.push(row, day)) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); // Only this thread writes it.
    // Either the task sees the row before it sleeps, or this sees that it sleeps.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (pipe_.is_asleep_.load(std::memory_order_relaxed))
        pipe_.wake();
}

Pipe::Pipe(asio::io_context& io, Config config)
    : io_(io)
    , config_(config)
    , timer_(io)
{
}

Inlet& Pipe::add(std::uint64_t& taken)
{
    return inlets_.emplace_back(*this, config_.ring_bytes, std::atomic_ref(taken));
}

std::uint64_t Pipe::dropped() const noexcept
{
    std::uint64_t sum = 0;
    for (auto const& inlet : inlets_)
        sum += inlet.dropped_.load(std::memory_order_relaxed);
    return sum;
}

void Pipe::wake()
{
    if (is_asleep_.exchange(false))
        asio::post(io_, [this] {
            is_woken_ = true;
            timer_.cancel();
        });
}

void Pipe::close()
{
    is_closed_ = true;
    timer_.cancel();
}

bool Pipe::has_rows() const
{
    for (auto const& inlet : inlets_)
        if (!inlet.ring_.empty())
            return true;
    return false;
}

Pipe::Batch Pipe::take()
{
    Batch batch;
    for (std::size_t i = 0; i < inlets_.size(); ++i) {
        auto& inlet = inlets_[(first_ + i) % inlets_.size()];
        batch.count += inlet.ring_.pop(batch.rows, batch.day, config_.batch_bytes);
    }
    if (!inlets_.empty())
        first_ = (first_ + 1) % inlets_.size();
    return batch;
}

Task<void> Pipe::pause(std::chrono::milliseconds time)
{
    if (is_closed_)
        co_return;
    timer_.expires_after(time);
    co_await timer_.async_wait(kUseTask);
}

Task<std::optional<Pipe::Batch>> Pipe::next()
{
    for (;;) {
        if (std::exchange(is_gathering_, false))
            co_await pause(config_.gather);
        auto batch = take();
        if (batch.count > 0) {
            // Rows that came while a batch was stored are few, and a batch costs as much as many rows.
            is_gathering_ = batch.rows.size() < config_.batch_bytes;
            co_return batch;
        }
        if (is_closed_)
            co_return std::nullopt;
        is_woken_ = false;
        is_asleep_.store(true);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (!has_rows() || !is_asleep_.exchange(false)) {
            while (!is_woken_ && !is_closed_)
                co_await pause(std::chrono::hours(24));
            is_asleep_.store(false);
        }
        is_gathering_ = true;
    }
}

} // namespace sluice::calllog
