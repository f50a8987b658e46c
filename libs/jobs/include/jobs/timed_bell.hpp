#pragma once

#include "jobs/bell.hpp"
#include "runtime/offload.hpp"

namespace sluice::jobs {

/// A bell in real time.
class TimedBell final : public Bell {
public:
    explicit TimedBell(asio::io_context& io)
        : timer_(io)
    {
    }

    Task<void> wait(std::chrono::milliseconds least, std::chrono::milliseconds most) override
    {
        auto const begun = std::chrono::steady_clock::now();
        co_await until(begun + least, false);
        co_await until(begun + most, true);
        is_rung_ = false;
    }
    void ring() override
    {
        is_rung_ = true;
        timer_.cancel();
    }
    void close() override
    {
        is_closed_ = true;
        timer_.cancel();
    }

private:
    Task<void> until(std::chrono::steady_clock::time_point end, bool ends_when_rung)
    {
        while (!is_closed_ && !(ends_when_rung && is_rung_) && std::chrono::steady_clock::now() < end) {
            timer_.expires_at(end);
            co_await timer_.async_wait(kUseTask);
        }
    }

    SteadyTimer timer_;
    bool is_rung_ = false;
    bool is_closed_ = false;
};

} // namespace sluice::jobs
