#include "limits/vendor_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::limits {
namespace {

/// How long a window is kept of which it is not known when it resets.
constexpr std::chrono::minutes kKept{10};
/// No window is warned of more often.
constexpr std::chrono::hours kWarnedFor{1};

double seconds_between(Timestamp from, Timestamp to)
{
    return std::max(std::chrono::duration<double>(to - from).count(), 0.0);
}

std::optional<double> drain_of(ratelimit::Window const& window, ratelimit::Rule const* rule)
{
    if (rule == nullptr)
        return std::nullopt;
    auto const known = std::ranges::find(rule->windows, window.name, &ratelimit::WindowRule::name);
    if (known == rule->windows.end())
        return std::nullopt;
    if (known->drain_s)
        return known->drain_s;
    bool const restores = known->restore_per_s && known->restore_per_s->constant.value_or(0) > 0 && window.limit;
    return restores ? std::optional(static_cast<double>(*window.limit) /
                                    static_cast<double>(*known->restore_per_s->constant))
                    : std::nullopt;
}

WindowState state_of(ratelimit::Window const& window, ratelimit::Rule const* rule, Timestamp now)
{
    WindowState state{window, drain_of(window, rule), now, now + kKept};
    if (state.drain_s)
        state.ends_at = now + std::chrono::ceil<std::chrono::seconds>(std::chrono::duration<double>(*state.drain_s));
    else if (window.reset_s)
        state.ends_at = now + std::chrono::seconds(*window.reset_s);
    else if (window.length_s)
        state.ends_at = now + std::chrono::seconds(*window.length_s);
    return state;
}

bool is_low(WindowState const& state)
{
    auto const& told = state.told;
    return told.limit && told.remaining && *told.limit > 0 &&
           *told.remaining * 100 <= *told.limit * VendorState::kWarnAt;
}

} // namespace

std::optional<std::int64_t> WindowState::remaining_at(Timestamp now) const
{
    if (!told.remaining || !drain_s || !told.limit || *drain_s <= 0)
        return told.remaining;
    auto const drained = seconds_between(seen_at, now) * static_cast<double>(*told.limit) / *drain_s;
    return std::min(*told.limit, *told.remaining + static_cast<std::int64_t>(std::floor(drained)));
}

std::optional<std::int64_t> WindowState::reset_at(Timestamp now) const
{
    if (drain_s && told.limit && told.remaining && *told.limit > 0) {
        auto const used = static_cast<double>(*told.limit - *told.remaining);
        auto const left = used * *drain_s / static_cast<double>(*told.limit) - seconds_between(seen_at, now);
        return static_cast<std::int64_t>(std::ceil(std::max(left, 0.0)));
    }
    if (!told.reset_s)
        return std::nullopt;
    auto const left = static_cast<double>(*told.reset_s) - seconds_between(seen_at, now);
    return static_cast<std::int64_t>(std::ceil(std::max(left, 0.0)));
}

Timestamp WindowState::warned_until(Timestamp now) const
{
    return std::max(ends_at, now + kWarnedFor);
}

std::string Forecast::text() const
{
    auto const calls = fmt::format("{} {} left", calls_left, calls_left == 1 ? "call" : "calls");
    return for_s ? fmt::format("{} for {} s", calls, *for_s) : calls;
}

json::object view_of(WindowState const& window, Timestamp now)
{
    auto const number = [](std::optional<std::int64_t> const& value) {
        return value ? json::value(*value) : json::value(nullptr);
    };
    return {{"name", window.told.name},
            {"unit", window.told.unit},
            {"limit", number(window.told.limit)},
            {"remaining", number(window.remaining_at(now))},
            {"reset", number(window.reset_at(now))},
            {"seen_at", to_rfc3339(window.seen_at)}};
}

json::object view_of(Forecast const& forecast)
{
    return {{"calls_left", forecast.calls_left},
            {"for_s", forecast.for_s ? json::value(*forecast.for_s) : json::value(nullptr)},
            {"text", forecast.text()}};
}

void VendorState::forget(Timestamp now)
{
    std::erase_if(windows_, [now](Known const& known) { return known.state.ends_at <= now; });
    std::erase_if(warned_, [now](Warned const& warned) { return warned.until <= now; });
}

bool VendorState::is_due(WindowState const& window) const
{
    return is_low(window) && warned_.size() < kMostWarnings &&
           std::ranges::find(warned_, window.told.name, &Warned::window) == warned_.end();
}

VendorState::Known* VendorState::least(Timestamp now)
{
    forget(now);
    Known* least = nullptr;
    for (auto& known : windows_) {
        auto const left = known.state.remaining_at(now);
        // Other units than calls say nothing of calls until they are used up.
        if (!left || (*left > 0 && known.state.told.unit != "requests"))
            continue;
        if (least == nullptr || *left < *least->state.remaining_at(now))
            least = &known;
    }
    return least;
}

std::optional<WindowState> VendorState::note(std::span<ratelimit::Window const> windows, ratelimit::Rule const* rule,
                                             Timestamp now)
{
    std::scoped_lock const lock(mutex_);
    forget(now);
    std::optional<WindowState> warned;
    for (auto const& window : windows) {
        auto known = std::ranges::find(windows_, window.name,
                                       [](Known const& each) -> auto const& { return each.state.told.name; });
        if (known == windows_.end()) {
            if (windows_.size() >= ratelimit::kMaxWindows)
                continue;
            known = windows_.insert(windows_.end(), Known{});
        }
        known->state = state_of(window, rule, now);
        known->longest_reset_s = std::max(known->longest_reset_s, window.reset_s.value_or(0));
        if (warned || !is_due(known->state))
            continue;
        warned = known->state;
        warned_.push_back({window.name, warned->warned_until(now)});
    }
    return warned;
}

std::vector<WindowState> VendorState::windows(Timestamp now)
{
    std::scoped_lock const lock(mutex_);
    forget(now);
    std::vector<WindowState> all;
    for (auto const& known : windows_)
        all.push_back(known.state);
    return all;
}

std::optional<WindowState> VendorState::governing(Timestamp now)
{
    std::scoped_lock const lock(mutex_);
    auto const* known = least(now);
    return known == nullptr ? std::nullopt : std::optional(known->state);
}

std::optional<Forecast> VendorState::forecast(Timestamp now)
{
    auto const window = governing(now);
    if (!window)
        return std::nullopt;
    return Forecast{window->remaining_at(now).value_or(0), window->reset_at(now)};
}

std::optional<std::chrono::milliseconds> VendorState::length_of(Known const& known)
{
    auto const& [window, drain_s, seen_at, ends_at] = known.state;
    std::chrono::duration<double> const length(
        drain_s.value_or(static_cast<double>(window.length_s.value_or(known.longest_reset_s))));
    return length.count() > 0 ? std::optional(std::chrono::ceil<std::chrono::milliseconds>(length)) : std::nullopt;
}

std::vector<Capacity> VendorState::capacities(Timestamp now)
{
    std::scoped_lock const lock(mutex_);
    forget(now);
    std::vector<Capacity> all;
    for (auto const& known : windows_) {
        auto const& told = known.state.told;
        auto const length = length_of(known);
        if (told.unit == "requests" && told.limit.value_or(0) > 0 && length)
            all.push_back({told.name, *told.limit, *length, known.state.remaining_at(now)});
    }
    return all;
}

} // namespace sluice::limits
