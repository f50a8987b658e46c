#pragma once

#include "base/timestamp.hpp"
#include "ratelimit/rule.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ratelimit {

/// One header field of a vendor's answer.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// The parts of a vendor's answer that may tell limits. `body` is read only if the rule names a place in it.
struct Answer {
    int status = 200;
    std::span<Field const> fields = {};
    std::string_view body = {};
};

/// A vendor's limits in the normal form. Absent members are unknown; nothing is invented.
struct Limits {
    std::optional<std::int64_t> limit = {};         ///< Quota of the governing window.
    std::optional<std::int64_t> remaining = {};     ///< Calls that are left in the window.
    std::optional<std::int64_t> reset_s = {};       ///< Seconds from now until the window resets.
    std::optional<std::int64_t> retry_after_s = {}; ///< Only on a throttled answer; at least 1.
    bool throttled = false;                         ///< The vendor refused the call because of a limit.
    bool limit_derived = false;                     ///< `limit` comes from documentation, not from the answer.
    bool reset_derived = false;                     ///< `reset_s` was computed, not sent.

    friend bool operator==(Limits const&, Limits const&) = default;
};

/// What an answer says about one quota. Absent members are unknown; numbers are never negative.
struct Window {
    std::string name;                       ///< From the rule, or the vendor's own; at most 64 printable characters.
    std::string unit = "requests";          ///< What is counted.
    std::optional<std::int64_t> limit = {}; ///< Quota.
    std::optional<std::int64_t> remaining = {}; ///< What is left of it.
    std::optional<std::int64_t> reset_s = {};   ///< Seconds from now until it resets.
    std::optional<std::int64_t> length_s = {};  ///< Seconds from one reset to the next.
    bool limit_derived = false;                 ///< As in `Limits`.
    bool reset_derived = false;

    friend bool operator==(Window const&, Window const&) = default;
};

/// All that an answer says about limits.
struct Reading {
    Limits limits;
    /// Every window of which something is known, at most `kMaxWindows`. The one that governs a throttled answer says
    /// what `limits` says, since its call was refused.
    std::vector<Window> windows;
    /// The name of the first header that should tell a limit and could not be read (a broken number, a date in another
    /// form, a reset too far away). Empty if all could be read.
    std::string unread;
};

/// Reads the limits of a vendor's answer: by `rule`, or by the well-known header names if there is none (nullptr).
/// Pure; bounded (16 windows, header values over 1 KiB ignored); never throws on any input. `now` is the local clock; a
/// `Date` header without `Age` is used instead.
[[nodiscard]] Reading normalise(Rule const* rule, Answer const& answer, Timestamp now);

} // namespace sluice::ratelimit
