#include "windows.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::ratelimit {
namespace {

constexpr Decimal kNone{};

bool is_known(WindowState const& window)
{
    return window.limit || window.remaining || window.reset;
}

/// What is left, in whole units. A window that does not say so counts as the widest.
std::int64_t room(WindowState const& window)
{
    return window.remaining ? std::max<std::int64_t>(window.remaining->floor(), 0)
                            : std::numeric_limits<std::int64_t>::max();
}

/// All exhausted windows have no room. Among them the one with the longest reset is the tightest.
bool is_tighter(WindowState const& a, WindowState const& b)
{
    constexpr auto kUnknown = Wait::min();
    return std::pair(room(a), b.reset.value_or(kUnknown)) < std::pair(room(b), a.reset.value_or(kUnknown));
}

void keep_tighter(std::optional<WindowState>& best, WindowState const& window)
{
    if (!best || is_tighter(window, *best))
        best = window;
}

void read_ratio(Source const& source, AnswerReader& reader, WindowState& state)
{
    auto const value = reader.value(source);
    if (!value)
        return;
    if (auto const ratio = parse_ratio(value->text)) {
        state.used = ratio->used;
        state.limit = ratio->limit;
    }
}

void read_limit(Quantity const& limit, AnswerReader& reader, WindowState& state)
{
    state.limit_derived = limit.constant.has_value();
    state.limit = limit.constant ? std::optional(Decimal::of(*limit.constant)) : reader.count(limit.source);
}

/// Computes missing counts from those in the answer.
void complete_counts(WindowState& state)
{
    if (state.used)
        state.used = std::max(*state.used, kNone);
    if (!state.remaining && state.limit && state.used)
        state.remaining = std::max(Decimal{state.limit->millionths - state.used->millionths}, kNone);
    else if (!state.limit && state.remaining && state.used)
        state.limit =
            Decimal::of(Decimal{state.used->millionths + std::max(*state.remaining, kNone).millionths}.ceil());
}

void read_counts(WindowRule const& rule, AnswerReader& reader, WindowState& state)
{
    if (rule.ratio)
        read_ratio(*rule.ratio, reader, state);
    if (rule.limit)
        read_limit(*rule.limit, reader, state);
    if (rule.remaining)
        state.remaining = reader.count(*rule.remaining);
    if (rule.used)
        state.used = reader.count(*rule.used);
    complete_counts(state);
}

/// When a leaky bucket will be empty again.
std::optional<Wait> drained(WindowRule const& rule, AnswerReader& reader, WindowState const& state)
{
    if (!state.limit || !state.remaining || *state.limit <= kNone)
        return std::nullopt;
    auto const used = state.used ? state.used->real() : std::max(state.limit->real() - state.remaining->real(), 0.0);
    if (rule.drain_s)
        return to_wait(used * *rule.drain_s / state.limit->real());
    if (!rule.restore_per_s)
        return std::nullopt;
    auto const& rate = *rule.restore_per_s;
    auto const per_second = rate.constant ? Decimal::of(*rate.constant) : reader.count(rate.source).value_or(kNone);
    return per_second > kNone ? to_wait(used / per_second.real()) : std::nullopt;
}

/// The window's length, as an upper bound of the reset. It is used if the vendor never sends a reset; in strict mode
/// also if this answer has none.
std::optional<Wait> window_length(WindowRule const& rule, AnswerReader& reader, WindowState const& state, bool strict)
{
    bool const wanted = strict ? is_known(state) : state.remaining && !rule.reset;
    if (!wanted)
        return std::nullopt;
    auto const sent = rule.length_source ? reader.wait(*rule.length_source) : std::nullopt;
    return sent && *sent > Wait::zero() ? sent : rule.length;
}

void read_reset(WindowRule const& rule, AnswerReader& reader, bool strict, WindowState& state)
{
    if (rule.reset)
        state.reset = reader.wait(*rule.reset);
    if (state.reset)
        return;
    state.reset = drained(rule, reader, state);
    if (!state.reset)
        state.reset = window_length(rule, reader, state, strict);
    state.reset_derived = state.reset.has_value();
}

} // namespace

void Governor::add(WindowState const& window)
{
    counts_requests_ = counts_requests_ || window.counts_requests;
    // Some vendors write a negative quota for "unlimited". Then the count that is left means nothing either.
    if (!is_known(window) || window.limit.value_or(kNone) < kNone)
        return;
    if (window.remaining)
        least_remaining_ = std::min(room(window), least_remaining_.value_or(room(window)));
    keep_tighter(window.counts_requests || room(window) == 0 ? best_ : other_, window);
}

WindowState const* Governor::governing() const
{
    if (best_)
        return &*best_;
    return other_ && !counts_requests_ ? &*other_ : nullptr;
}

void govern_by_rule(Rule const& rule, AnswerReader& reader, Governor& governor)
{
    for (auto const& window : rule.windows) {
        WindowState state;
        state.counts_requests = window.unit == "requests";
        read_counts(window, reader, state);
        read_reset(window, reader, rule.strict, state);
        governor.add(state);
    }
}

} // namespace sluice::ratelimit
