#pragma once

#include "base/timestamp.hpp"

#include <chrono>
#include <string>

namespace sluice::simulator {

/// A leaky bucket: holds `size` calls and drains completely in `window`. Kept as the instant at which it will be
/// empty, so that no rounding adds up.
class Bucket {
public:
    Bucket(int size, std::chrono::seconds window)
        : size_(size)
        , window_(window)
    {
    }

    /// False, with nothing taken, if the bucket is full.
    bool take(Timestamp now);
    [[nodiscard]] int used(Timestamp now) const;
    [[nodiscard]] int size() const noexcept { return size_; }
    /// Whole seconds, at least 1, after which `take` succeeds.
    [[nodiscard]] std::chrono::seconds retry_after(Timestamp now) const;
    /// As in the header: `14/80`.
    [[nodiscard]] std::string level(Timestamp now) const;

private:
    using Duration = Timestamp::duration;
    [[nodiscard]] Duration fill(Timestamp now) const;
    [[nodiscard]] Duration cost() const { return Duration(window_) / size_; }

    int size_;
    std::chrono::seconds window_;
    Timestamp empty_at_{};
};

} // namespace sluice::simulator
