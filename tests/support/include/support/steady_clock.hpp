#pragma once

#include "base/steady_clock.hpp"

#include <chrono>

namespace sluice::test {

/// Steady time that stands still until it is moved.
class FakeSteadyClock final : public SteadyClock {
public:
    [[nodiscard]] time_point now() const override { return now_; }
    void advance(std::chrono::milliseconds by) { now_ += by; }

private:
    time_point now_{std::chrono::hours(1)};
};

} // namespace sluice::test
