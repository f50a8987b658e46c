#pragma once

#include "vendor_answer.hpp"

namespace sluice::ratelimit {

/// What one answer says about one window.
struct WindowState {
    std::optional<Decimal> limit;
    std::optional<Decimal> remaining;
    std::optional<Decimal> used;
    std::optional<Wait> reset;
    bool counts_requests = true;
    bool limit_derived = false;
    bool reset_derived = false;
};

/// Chooses the window that matters to the caller: an exhausted one (the one with the longest reset), else the one with
/// the least remaining (draft-ietf-httpapi-ratelimit-headers-06, "expiring-limit"). Windows that do not count requests
/// take part only if they are exhausted or the vendor counts no requests.
class Governor {
public:
    void add(WindowState const& window);

    /// nullptr if no window is known.
    [[nodiscard]] WindowState const* governing() const;
    /// The least that any window has left.
    [[nodiscard]] std::optional<std::int64_t> least_remaining() const { return least_remaining_; }

private:
    std::optional<WindowState> best_;  ///< The best window that counts requests or is exhausted.
    std::optional<WindowState> other_; ///< The best of the other windows.
    std::optional<std::int64_t> least_remaining_;
    bool counts_requests_ = false;
};

void govern_by_rule(Rule const& rule, AnswerReader& reader, Governor& governor);

} // namespace sluice::ratelimit
