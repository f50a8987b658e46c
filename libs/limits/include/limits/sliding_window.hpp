#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sluice::limits {

/// How many calls were made in the last `length`. Exact to the millisecond for the time of the last call of each
/// fiftieth of it; a call never leaves too early, so no span of that length has more calls than were let in. 51
/// buckets, however many calls there are. One thread.
class SlidingWindow {
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::int64_t kParts = 50;

    /// `length` is at least 50 ms.
    explicit SlidingWindow(std::chrono::milliseconds length);

    /// What is counted stays, as far as it is in the new span.
    void set_length(std::chrono::milliseconds length);
    void add(Time now, std::int64_t calls = 1);
    [[nodiscard]] std::int64_t count(Time now);
    /// The time until `calls` of those that are counted have left, or all of them; zero if `calls` is not positive.
    [[nodiscard]] std::chrono::milliseconds until_gone(Time now, std::int64_t calls);

private:
    struct Bucket {
        std::int64_t last = 0; ///< The millisecond of the last call in it.
        std::int64_t calls = 0;
    };
    static constexpr std::size_t kBuckets = static_cast<std::size_t>(kParts) + 1;

    [[nodiscard]] Bucket& at(std::size_t place) { return buckets_[(first_ + place) % kBuckets]; }
    /// Lets leave what is older than the window. Gives the present millisecond, which never goes back.
    std::int64_t move_to(Time now);
    void put(std::int64_t ms, std::int64_t calls);

    std::int64_t length_; ///< In milliseconds.
    std::int64_t now_ = 0;
    std::int64_t total_ = 0;
    std::size_t first_ = 0; ///< The oldest bucket.
    std::size_t size_ = 0;
    std::array<Bucket, kBuckets> buckets_{};
};

} // namespace sluice::limits
