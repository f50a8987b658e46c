#pragma once

#include "base/deadline.hpp"
#include "runtime/offload.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace sluice::http {

/// Lets few tasks at a time do work that takes the thread's time, so that others are not held up by many of them. First
/// come, first served. Belongs to one I/O thread.
class Turns {
public:
    Turns(asio::io_context& io, std::size_t at_once)
        : io_(io)
        , free_(at_once)
    {
    }

    /// A task's turn, until it is destroyed. `Turns` must outlive it.
    class Turn {
    public:
        explicit Turn(Turns* turns)
            : turns_(turns)
        {
        }
        ~Turn()
        {
            if (turns_ != nullptr)
                turns_->give_on();
        }
        Turn(Turn&& other) noexcept
            : turns_(std::exchange(other.turns_, nullptr))
        {
        }
        Turn& operator=(Turn&&) = delete;

        /// False if the deadline came first.
        explicit operator bool() const noexcept { return turns_ != nullptr; }

    private:
        Turns* turns_;
    };

    /// Waits for a turn.
    Task<Turn> take(Deadline deadline)
    {
        if (free_ > 0) {
            --free_;
            co_return Turn(this);
        }
        SteadyTimer called(io_, deadline.at());
        bool has_turn = false;
        Waiter const waiter(waiting_, called, has_turn);
        co_await called.async_wait(kUseTask);
        co_return Turn(has_turn ? this : nullptr);
    }

private:
    /// A task that waits. It leaves the queue also if it is cut when its io_context ends.
    struct Waiter {
        Waiter(std::deque<Waiter const*>& the_queue, SteadyTimer& the_timer, bool& the_turn)
            : queue(the_queue)
            , called(the_timer)
            , has_turn(the_turn)
        {
            queue.push_back(this);
        }
        ~Waiter() { std::erase(queue, this); }
        Waiter(Waiter const&) = delete;
        Waiter& operator=(Waiter const&) = delete;

        std::deque<Waiter const*>& queue;
        SteadyTimer& called;
        bool& has_turn;
    };

    void give_on()
    {
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        auto const* next = waiting_.front();
        waiting_.pop_front();
        next->has_turn = true;
        next->called.cancel();
    }

    asio::io_context& io_;
    std::size_t free_;
    std::deque<Waiter const*> waiting_;
};

} // namespace sluice::http
