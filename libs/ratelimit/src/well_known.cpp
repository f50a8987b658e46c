#include "well_known.hpp"

#include "structured.hpp"

#include <algorithm>
#include <array>

namespace sluice::ratelimit {
namespace {

/// The name of a window that has none.
constexpr std::string_view kOnlyWindow = "default";

struct Family {
    std::string_view limit;
    std::string_view remaining;
    std::array<std::string_view, 3> resets;
};

constexpr std::array<Family, 3> kFamilies{{
    {"ratelimit-limit",
     "ratelimit-remaining",
     {"ratelimit-reset", "ratelimit-reset-ms", "ratelimit-reset-milliseconds"}},
    {"x-ratelimit-limit",
     "x-ratelimit-remaining",
     {"x-ratelimit-reset", "x-ratelimit-reset-ms", "x-ratelimit-reset-milliseconds"}},
    {"x-rate-limit-limit",
     "x-rate-limit-remaining",
     {"x-rate-limit-reset", "x-rate-limit-reset-ms", "x-rate-limit-reset-milliseconds"}},
}};

std::optional<Wait> seconds_to_wait(std::optional<Decimal> seconds)
{
    return seconds ? to_wait(std::max(seconds->real(), 0.0)) : std::nullopt;
}

/// `RateLimit` says what is left; `RateLimit-Policy` has the limit under the same name.
WindowState to_state(PolicyItem const& item, std::vector<PolicyItem> const& policies)
{
    WindowState state;
    state.name = item.name;
    state.remaining = item.remaining;
    state.reset = seconds_to_wait(item.reset_s);
    auto const policy = std::ranges::find(policies, item.name, &PolicyItem::name);
    if (policy == policies.end())
        return state;
    state.limit = policy->quota;
    state.unit = policy->quota_unit;
    state.length = seconds_to_wait(policy->window_s);
    if (!state.reset) {
        state.reset = state.length;
        state.reset_derived = state.reset.has_value();
    }
    return state;
}

/// Reads the form of the drafts from -08 on. False if the field has another form: an item without `r` says nothing.
bool govern_by_items(std::span<std::string_view const> lines, AnswerReader& reader, Governor& governor)
{
    auto const items = parse_items(lines);
    if (!items)
        return false;
    auto const parsed = parse_items(reader.lines("ratelimit-policy"));
    if (!parsed)
        reader.note_unread("ratelimit-policy");
    auto const policies = parsed.value_or(std::vector<PolicyItem>{});
    bool found = false;
    for (auto const& item : *items) {
        if (!item.remaining)
            continue;
        governor.add(to_state(item, policies));
        found = true;
    }
    return found;
}

/// Reads the form of draft -07.
bool govern_by_combined(std::string_view line, Governor& governor)
{
    auto const combined = parse_combined(line);
    if (!combined || (!combined->limit && !combined->remaining))
        return false;
    WindowState state;
    state.name = kOnlyWindow;
    state.limit = combined->limit;
    state.remaining = combined->remaining;
    state.reset = seconds_to_wait(combined->reset_s);
    governor.add(state);
    return true;
}

bool govern_by_structured_field(AnswerReader& reader, Governor& governor)
{
    auto const lines = reader.lines("ratelimit");
    if (lines.empty())
        return false;
    if (govern_by_items(lines, reader, governor) || govern_by_combined(lines.back(), governor))
        return true;
    reader.note_unread("ratelimit");
    return false;
}

std::optional<Decimal> count_in_header(AnswerReader& reader, std::string_view name)
{
    auto const text = reader.header(name);
    auto const count = text ? first_decimal(*text) : std::nullopt;
    if (text && !count)
        reader.note_unread(name);
    return count;
}

bool govern_by_family(Family const& family, AnswerReader& reader, Governor& governor)
{
    WindowState state;
    state.name = kOnlyWindow;
    state.limit = count_in_header(reader, family.limit);
    state.remaining = count_in_header(reader, family.remaining);
    for (auto const name : family.resets) {
        if (!state.reset)
            state.reset = reader.wait_in_header(name);
    }
    governor.add(state);
    return state.limit || state.remaining || state.reset;
}

} // namespace

void govern_by_well_known_names(AnswerReader& reader, Governor& governor)
{
    if (govern_by_structured_field(reader, governor))
        return;
    for (auto const& family : kFamilies) {
        if (govern_by_family(family, reader, governor))
            return;
    }
}

} // namespace sluice::ratelimit
