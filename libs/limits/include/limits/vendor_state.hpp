#pragma once

#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "limits/shared_map.hpp"
#include "ratelimit/normalise.hpp"
#include "ratelimit/rule.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::limits {

/// A quota of a vendor as an answer told it.
struct WindowState {
    ratelimit::Window told;
    std::optional<double> drain_s; ///< A leaky bucket: the seconds in which a full one empties.
    Timestamp seen_at;
    Timestamp ends_at; ///< From then on what was told holds no more.

    /// What is left now; a leaky bucket has drained since.
    [[nodiscard]] std::optional<std::int64_t> remaining_at(Timestamp now) const;
    /// The seconds until it resets; of a leaky bucket, until it is empty.
    [[nodiscard]] std::optional<std::int64_t> reset_at(Timestamp now) const;
    /// Until when nobody is warned of it again if somebody is now: until it resets, and for an hour.
    [[nodiscard]] Timestamp warned_until(Timestamp now) const;
};

/// How many calls are left, and for how long, if nothing else is called.
struct Forecast {
    std::int64_t calls_left = 0;
    std::optional<std::int64_t> for_s;

    [[nodiscard]] std::string text() const;
};

/// What a vendor lets through in a time.
struct Capacity {
    std::string window; ///< Its name.
    std::int64_t calls = 0;
    std::chrono::milliseconds length{};
    std::optional<std::int64_t> left; ///< Of the calls.
};

[[nodiscard]] json::object view_of(WindowState const& window, Timestamp now);
[[nodiscard]] json::object view_of(Forecast const& forecast);

/// The last known limits of one account at its vendor, for the whole process. In memory only, and only as long as they
/// hold. It is advice: nothing is refused by it unless the account shares its calls out. Thread-safe; holds its own
/// lock for a moment.
class VendorState final : public Shared {
public:
    /// What is left of a window, in parts of 100, when a warning is due.
    static constexpr std::int64_t kWarnAt = 10;
    /// The most windows of which somebody is warned at the same time: so there are no more warnings in an hour, however
    /// many names of windows a vendor invents.
    static constexpr std::size_t kMostWarnings = 4;

    /// Takes what an answer told. `rule` says which windows are leaky; it may be null. Gives a window that has come to
    /// the warning, once until its `warned_until`.
    std::optional<WindowState> note(std::span<ratelimit::Window const> windows, ratelimit::Rule const* rule,
                                    Timestamp now);
    /// The windows that are known now.
    [[nodiscard]] std::vector<WindowState> windows(Timestamp now);
    /// The window of which least is left; nothing if none is known.
    [[nodiscard]] std::optional<WindowState> governing(Timestamp now);
    [[nodiscard]] std::optional<Forecast> forecast(Timestamp now);
    /// Of the windows that count calls and whose limit is known. Where a vendor does not tell the length of a window,
    /// it is the longest time to its reset that was seen; a window of which that is not known either has no capacity.
    [[nodiscard]] std::vector<Capacity> capacities(Timestamp now);

private:
    struct Known {
        WindowState state;
        std::int64_t longest_reset_s = 0; ///< Since it was last known to begin.
    };
    struct Warned {
        std::string window;
        Timestamp until;
    };
    void forget(Timestamp now);
    [[nodiscard]] static std::optional<std::chrono::milliseconds> length_of(Known const& known);
    [[nodiscard]] bool is_due(WindowState const& window) const;
    [[nodiscard]] Known* least(Timestamp now);

    std::mutex mutex_;
    std::vector<Known> windows_; ///< At most `ratelimit::kMaxWindows`.
    std::vector<Warned> warned_; ///< At most `kMostWarnings`. A window that has reset stays warned of.
};

} // namespace sluice::limits
