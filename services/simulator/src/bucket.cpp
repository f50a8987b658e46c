#include "bucket.hpp"

#include <algorithm>

namespace sluice::simulator {

using namespace std::chrono;

Bucket::Duration Bucket::fill(Timestamp now) const
{
    // Bounded above because the clock may have been set back.
    return std::clamp(empty_at_ - now, Duration::zero(), Duration(window_));
}

bool Bucket::take(Timestamp now)
{
    auto const filled = fill(now) + cost();
    if (filled > window_)
        return false;
    empty_at_ = now + filled;
    return true;
}

int Bucket::used(Timestamp now) const
{
    return static_cast<int>((fill(now) + cost() - Duration(1)) / cost());
}

seconds Bucket::retry_after(Timestamp now) const
{
    return std::max(ceil<seconds>(fill(now) + cost() - window_), seconds(1));
}

std::string Bucket::level(Timestamp now) const
{
    return std::to_string(used(now)) + '/' + std::to_string(size_);
}

} // namespace sluice::simulator
