#pragma once

#include <chrono>

namespace sluice {

/// Wall-clock time, injected so that tests can set it. Thread-safe.
class Clock {
public:
    using time_point = std::chrono::system_clock::time_point;

    virtual ~Clock() = default;
    [[nodiscard]] virtual time_point now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] time_point now() const override { return std::chrono::system_clock::now(); }
};

} // namespace sluice
