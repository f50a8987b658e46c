#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace sluice {

/// For tests: the system's time plus the seconds that a file holds, 8 bytes as the machine writes a whole number. The
/// file is mapped, so every process that reads the same file moves at once. Thread-safe.
class MovableClock final : public Clock {
public:
    /// Errors: invalid_argument, if the file is not one of 8 bytes that its owner alone may write, who runs this
    /// process. It must not become shorter while the clock is used.
    [[nodiscard]] static Result<std::unique_ptr<MovableClock const>> open(std::string const& path);

    ~MovableClock() override;
    MovableClock(MovableClock const&) = delete;
    MovableClock& operator=(MovableClock const&) = delete;

    [[nodiscard]] time_point now() const override;

private:
    explicit MovableClock(std::int64_t* seconds) noexcept
        : seconds_(seconds)
    {
    }

    std::int64_t* const seconds_; ///< Never written by us.
};

/// The system's clock, or the one that `offset_file` moves if that is not empty. Errors: as `MovableClock::open`.
[[nodiscard]] Result<std::unique_ptr<Clock const>> open_clock(std::string const& offset_file);

} // namespace sluice
