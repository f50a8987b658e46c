#pragma once

#include "base/timestamp.hpp"

#include <optional>

namespace sluice::simulator {

/// The injected clock shifted by an offset, or standing still. All time in the simulator comes from here.
class SimulatedClock final : public Clock {
public:
    explicit SimulatedClock(Clock const& real)
        : real_(real)
    {
    }

    [[nodiscard]] time_point now() const override { return frozen_ ? *frozen_ : real_.now() + offset_; }
    [[nodiscard]] bool is_frozen() const noexcept { return frozen_.has_value(); }

    void freeze() { frozen_ = now(); }
    void run()
    {
        if (frozen_)
            offset_ = *frozen_ - real_.now();
        frozen_.reset();
    }
    void advance(time_point::duration by) { set(now() + by); }
    void set(time_point to)
    {
        if (frozen_)
            frozen_ = to;
        else
            offset_ = to - real_.now();
    }
    void reset()
    {
        frozen_.reset();
        offset_ = {};
    }

private:
    Clock const& real_;
    time_point::duration offset_{};
    std::optional<time_point> frozen_;
};

} // namespace sluice::simulator
