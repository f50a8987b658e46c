#pragma once

#include "batch/runner.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::batch {

/// What a batch may still do. Once a bound is reached it has stopped: nothing more is begun. Belongs to one thread.
class Bounds {
public:
    explicit Bounds(Limits limits)
        : limits_(limits)
    {
    }

    [[nodiscard]] Limits const& limits() const noexcept { return limits_; }
    /// Counts a vendor call; false if there may be none any more.
    bool count_call();
    /// Counts those that a call has made beside itself.
    void count_more_calls(std::size_t calls) { calls_ += calls; }
    void count_bytes(std::size_t bytes);
    [[nodiscard]] std::size_t bytes_left() const noexcept { return limits_.bytes - std::min(bytes_, limits_.bytes); }
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    /// Only the first reason counts.
    void stop(Reason reason, std::string message, std::optional<std::int64_t> retry_after_s = std::nullopt);
    void stop_for_calls();
    void stop_for_bytes();
    /// Why the batch has stopped, if it has.
    [[nodiscard]] std::optional<Partial> const& stopped() const noexcept { return stopped_; }

private:
    Limits const limits_;
    std::optional<Partial> stopped_;
    std::size_t calls_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace sluice::batch
