#pragma once

#include <chrono>

namespace sluice {

/// Monotonic time for lifetimes and pauses, injected so that tests can move it. Thread-safe. A `Deadline` uses the real
/// clock.
class SteadyClock {
public:
    using time_point = std::chrono::steady_clock::time_point;

    virtual ~SteadyClock() = default;
    [[nodiscard]] virtual time_point now() const = 0;
};

class SystemSteadyClock final : public SteadyClock {
public:
    [[nodiscard]] time_point now() const override { return std::chrono::steady_clock::now(); }
};

/// The real clock; it has no state.
inline SystemSteadyClock const kSystemSteadyClock;

} // namespace sluice
