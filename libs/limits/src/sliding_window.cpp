#include "limits/sliding_window.hpp"

#include <algorithm>

namespace sluice::limits {

SlidingWindow::SlidingWindow(std::chrono::milliseconds length)
    : length_(std::max<std::int64_t>(length.count(), kParts))
{
}

std::int64_t SlidingWindow::move_to(Time now)
{
    // Threads read the clock before they have the window, so one may come with an earlier time.
    now_ = std::max(now_, std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
    while (size_ > 0 && now_ - at(0).last > length_) {
        total_ -= at(0).calls;
        first_ = (first_ + 1) % kBuckets;
        --size_;
    }
    return now_;
}

void SlidingWindow::set_length(std::chrono::milliseconds length)
{
    SlidingWindow other(length);
    if (other.length_ == length_)
        return;
    other.now_ = now_;
    for (std::size_t i = 0; i < size_; ++i)
        other.put(at(i).last, at(i).calls);
    *this = other;
}

void SlidingWindow::add(Time now, std::int64_t calls)
{
    put(move_to(now), calls);
}

void SlidingWindow::put(std::int64_t ms, std::int64_t calls)
{
    auto const part = length_ / kParts;
    // What is left here is of the last 51 parts, so there is a free bucket for a new part.
    bool const is_new = size_ == 0 || at(size_ - 1).last / part != ms / part;
    if (is_new && size_ < kBuckets)
        at(size_++).calls = 0;
    auto& bucket = at(size_ - 1);
    bucket.last = ms;
    bucket.calls += calls;
    total_ += calls;
}

std::int64_t SlidingWindow::count(Time now)
{
    move_to(now);
    return total_;
}

std::chrono::milliseconds SlidingWindow::until_gone(Time now, std::int64_t calls)
{
    auto const ms = move_to(now);
    std::int64_t wait = 0;
    for (std::size_t i = 0; i < size_ && calls > 0; ++i) {
        calls -= at(i).calls;
        wait = at(i).last + length_ + 1 - ms;
    }
    return std::chrono::milliseconds(wait);
}

} // namespace sluice::limits
