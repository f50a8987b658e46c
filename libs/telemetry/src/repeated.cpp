#include "telemetry/repeated.hpp"

#include <utility>

namespace sluice::telemetry {

Repeated::Repeated(Log& log, Level level, std::string_view message)
    : log_(log)
    , level_(level)
    , message_(message)
{
}

void Repeated::write(Error const& error, Steady::time_point now)
{
    std::int64_t times = 0;
    {
        std::lock_guard const lock(mutex_);
        ++times_;
        if (now < next_)
            return;
        next_ = now + kApart;
        times = std::exchange(times_, 0);
    }
    log_.write(level_, message_, error, {{"times", times}});
}

} // namespace sluice::telemetry
