#pragma once

#include <algorithm>
#include <chrono>

namespace sluice {

/// The steady time by which an operation must be over. It is made once, at the edge; every callee uses the time that is
/// left.
class Deadline {
public:
    using clock = std::chrono::steady_clock;

    explicit Deadline(clock::time_point at)
        : at_(at)
    {
    }
    [[nodiscard]] static Deadline after(clock::duration left) { return Deadline{clock::now() + left}; }

    [[nodiscard]] clock::time_point at() const noexcept { return at_; }
    [[nodiscard]] clock::duration left() const { return std::max(at_ - clock::now(), clock::duration::zero()); }
    [[nodiscard]] bool expired() const { return clock::now() >= at_; }
    /// The earlier of this and `left` from now.
    [[nodiscard]] Deadline at_most(clock::duration left) const { return Deadline{std::min(at_, clock::now() + left)}; }

private:
    clock::time_point at_;
};

} // namespace sluice
