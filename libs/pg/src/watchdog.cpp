#include "watchdog.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace sluice::pg {

Watchdog::Watchdog(std::size_t slots)
    : watched_(slots)
    , thread_([this] { run(); })
{
}

Watchdog::~Watchdog()
{
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

Watchdog::Watch::Watch(Watchdog& dog, std::size_t slot, int socket, Clock::time_point until)
    : dog_(dog)
    , slot_(slot)
{
    bool is_sooner = false;
    {
        std::lock_guard const lock(dog_.mutex_);
        dog_.watched_[slot_] = {socket, until};
        is_sooner = until < dog_.wake_at_;
    }
    if (is_sooner)
        dog_.changed_.notify_one();
}

Watchdog::Watch::~Watch()
{
    std::lock_guard const lock(dog_.mutex_);
    dog_.watched_[slot_].socket = -1;
}

void Watchdog::run()
{
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_at_ = cut_due();
        if (wake_at_ == Clock::time_point::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, wake_at_);
    }
}

Watchdog::Clock::time_point Watchdog::cut_due()
{
    auto const now = Clock::now();
    auto next = Clock::time_point::max();
    for (auto& watched : watched_) {
        if (watched.socket < 0)
            continue;
        if (watched.until <= now) {
            ::shutdown(watched.socket, SHUT_RDWR);
            watched.socket = -1;
        } else {
            next = std::min(next, watched.until);
        }
    }
    return next;
}

} // namespace sluice::pg
