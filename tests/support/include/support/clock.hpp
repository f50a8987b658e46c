#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"

#include <chrono>
#include <string_view>

namespace sluice::test {

/// A clock that stands still until it is moved.
class FakeClock final : public Clock {
public:
    explicit FakeClock(std::string_view now = "2026-11-20T12:00:00Z")
        : now_(*parse_timestamp(now))
    {
    }
    [[nodiscard]] time_point now() const override { return now_; }
    void advance(std::chrono::milliseconds by) { now_ += by; }

private:
    time_point now_;
};

} // namespace sluice::test
