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
    // Some vendors tell one window in two families of headers, of which one lacks the reset.
    bool const is_twin = a.limit && a.limit == b.limit && room(a) == room(b) && a.reset && b.reset;
    if (is_twin && a.reset_derived != b.reset_derived)
        return b.reset_derived;
    return std::pair(room(a), b.reset.value_or(kUnknown)) < std::pair(room(b), a.reset.value_or(kUnknown));
}

std::int64_t whole_seconds_up(Wait wait)
{
    return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 0);
}

/// A vendor's own names are quoted (RFC 9651 section 3.3.3), and of any length.
std::string shown(std::string_view name)
{
    constexpr std::size_t kMaxName = 64;
    std::string shown;
    for (std::size_t i = 0; i < name.size() && shown.size() < kMaxName; ++i) {
        if (name[i] == '\\' && i + 1 < name.size())
            ++i;
        if (name[i] >= ' ' && name[i] <= '~')
            shown += name[i];
    }
    return shown;
}

/// Counts are rounded down and times up, so that nothing is promised that is not there.
Window rounded(WindowState const& state)
{
    Window window{.name = shown(state.name), .unit = shown(state.unit)};
    if (state.limit)
        window.limit = std::max<std::int64_t>(state.limit->floor(), 0);
    if (state.remaining)
        window.remaining = std::max<std::int64_t>(state.remaining->floor(), 0);
    if (state.reset)
        window.reset_s = whole_seconds_up(*state.reset);
    // With nothing left and a reset of 0 s a caller would come back at once.
    if (window.remaining == 0 && window.reset_s)
        window.reset_s = std::max<std::int64_t>(*window.reset_s, 1);
    if (state.length && *state.length > Wait::zero())
        window.length_s = whole_seconds_up(*state.length);
    window.limit_derived = window.limit && state.limit_derived;
    window.reset_derived = window.reset_s && state.reset_derived;
    return window;
}

void read_ratio(Source const& source, AnswerReader& reader, WindowState& state)
{
    auto const value = reader.value(source);
    if (!value)
        return;
    if (auto const ratio = parse_ratio(value->text)) {
        state.used = ratio->used;
        state.limit = ratio->limit;
    } else {
        reader.note_unread(source.header);
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

std::optional<Wait> window_length(WindowRule const& rule, AnswerReader& reader)
{
    auto const sent = rule.length_source ? reader.wait(*rule.length_source) : std::nullopt;
    return sent && *sent > Wait::zero() ? sent : rule.length;
}

/// The window's length is an upper bound of the reset. It is used if the vendor never sends a reset; in strict mode
/// also if this answer has none.
bool is_length_wanted(WindowRule const& rule, WindowState const& state, bool strict)
{
    return strict ? is_known(state) : state.remaining && !rule.reset;
}

void read_reset(WindowRule const& rule, AnswerReader& reader, bool strict, WindowState& state)
{
    if (rule.reset)
        state.reset = reader.wait(*rule.reset);
    if (state.reset)
        return;
    state.reset = drained(rule, reader, state);
    if (!state.reset && is_length_wanted(rule, state, strict))
        state.reset = state.length;
    state.reset_derived = state.reset.has_value();
}

} // namespace

void Governor::keep_tighter(std::optional<Candidate>& best, Candidate const& candidate)
{
    if (!best || is_tighter(candidate.state, best->state))
        best = candidate;
}

void Governor::add(WindowState const& state)
{
    counts_requests_ = counts_requests_ || state.counts_requests();
    // Some vendors write a negative quota for "unlimited". Then the count that is left means nothing either.
    if (!is_known(state) || state.limit.value_or(kNone) < kNone)
        return;
    if (state.remaining)
        least_remaining_ = std::min(room(state), least_remaining_.value_or(room(state)));
    keep_tighter(state.counts_requests() || room(state) == 0 ? best_ : other_, {state, windows_.size()});
    windows_.push_back(rounded(state));
}

Window* Governor::governing() const
{
    if (best_)
        return &windows_[best_->index];
    return other_ && !counts_requests_ ? &windows_[other_->index] : nullptr;
}

void govern_by_rule(Rule const& rule, AnswerReader& reader, Governor& governor)
{
    for (auto const& window : rule.windows) {
        WindowState state;
        state.name = window.name;
        state.unit = window.unit;
        state.length = window_length(window, reader);
        read_counts(window, reader, state);
        read_reset(window, reader, rule.strict, state);
        governor.add(state);
    }
}

} // namespace sluice::ratelimit
