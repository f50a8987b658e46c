#pragma once

#include "vendor_answer.hpp"

#include <string_view>
#include <vector>

namespace sluice::ratelimit {

/// What one answer says about one window. The texts belong to the rule or the answer.
struct WindowState {
    std::string_view name;
    std::string_view unit = "requests";
    std::optional<Decimal> limit;
    std::optional<Decimal> remaining;
    std::optional<Decimal> used;
    std::optional<Wait> reset;
    std::optional<Wait> length;
    bool limit_derived = false;
    bool reset_derived = false;

    [[nodiscard]] bool counts_requests() const { return unit == "requests"; }
};

/// Collects the windows of an answer and chooses the window that matters to the caller: an exhausted one (the one with
/// the longest reset), else the one with the least remaining (draft-ietf-httpapi-ratelimit-headers-06,
/// "expiring-limit"). Windows that do not count requests take part only if they are exhausted or the vendor counts no
/// requests. A window that is told twice, once with its reset and once without, is taken with the reset.
class Governor {
public:
    /// The windows that are known go into `windows`, which must outlive the governor.
    explicit Governor(std::vector<Window>& windows)
        : windows_(windows)
    {
    }

    void add(WindowState const& state);

    /// nullptr if no window is known.
    [[nodiscard]] Window* governing() const;
    /// The least that any window has left.
    [[nodiscard]] std::optional<std::int64_t> least_remaining() const { return least_remaining_; }

private:
    struct Candidate {
        WindowState state;
        std::size_t index = 0; ///< Of its window.
    };
    static void keep_tighter(std::optional<Candidate>& best, Candidate const& candidate);

    std::vector<Window>& windows_;
    std::optional<Candidate> best_;  ///< The best window that counts requests or is exhausted.
    std::optional<Candidate> other_; ///< The best of the other windows.
    std::optional<std::int64_t> least_remaining_;
    bool counts_requests_ = false;
};

void govern_by_rule(Rule const& rule, AnswerReader& reader, Governor& governor);

} // namespace sluice::ratelimit
