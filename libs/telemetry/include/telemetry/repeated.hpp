#pragma once

#include "telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace sluice::telemetry {

/// Logs a failure that happens again and again while something is down. The first one is logged at once, then at most
/// one line in a minute, which says how many there were (`times`). Thread-safe.
class Repeated {
public:
    using Steady = std::chrono::steady_clock;
    static constexpr std::chrono::minutes kApart{1};

    /// `log` and `message` must outlive it.
    Repeated(Log& log, Level level, std::string_view message);

    /// `now` is for tests.
    void write(Error const& error, Steady::time_point now = Steady::now());

private:
    Log& log_;
    Level const level_;
    std::string_view const message_;
    std::mutex mutex_;
    Steady::time_point next_ = Steady::time_point::min();
    std::int64_t times_ = 0;
};

} // namespace sluice::telemetry
