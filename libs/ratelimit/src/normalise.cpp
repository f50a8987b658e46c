#include "ratelimit/normalise.hpp"

#include "vendor_answer.hpp"
#include "well_known.hpp"
#include "windows.hpp"

#include <algorithm>

namespace sluice::ratelimit {
namespace {

/// RFC 6585 section 4. It means the same for every vendor.
constexpr int kTooManyRequests = 429;

bool is_one_of(Value const& value, std::vector<std::string> const& texts)
{
    return std::ranges::any_of(texts, [&value](std::string const& text) {
        return value.number ? parse_decimal(text) == value.number : value.text == text;
    });
}

/// Checks the cheap parts first, so that the body is parsed only if the status fits.
bool holds(Condition const& condition, AnswerReader& reader, Governor const& governor)
{
    auto const& statuses = condition.statuses;
    if (!statuses.empty() && std::ranges::find(statuses, reader.status()) == statuses.end())
        return false;
    if (condition.remaining && !(governor.least_remaining() && *governor.least_remaining() <= *condition.remaining))
        return false;
    if (!condition.value)
        return true;
    auto const value = reader.value(*condition.value);
    return value && (condition.equals.empty() || is_one_of(*value, condition.equals));
}

bool is_throttled(Rule const* rule, AnswerReader& reader, Governor const& governor)
{
    if (reader.status() == kTooManyRequests)
        return true;
    return rule != nullptr && std::ranges::any_of(rule->throttled_when, [&](Condition const& condition) {
               return holds(condition, reader, governor);
           });
}

std::int64_t whole_seconds_up(Wait wait)
{
    return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 0);
}

Limits limits_of(Window const& window)
{
    Limits limits;
    limits.limit = window.limit;
    limits.remaining = window.remaining;
    limits.reset_s = window.reset_s;
    limits.limit_derived = window.limit_derived;
    limits.reset_derived = window.reset_derived;
    return limits;
}

/// The wait that the vendor asks for: at the rule's place, else in the standard header.
std::optional<Wait> retry_after(Rule const* rule, AnswerReader& reader)
{
    if (rule != nullptr && rule->retry_after) {
        if (auto const wait = reader.wait(*rule->retry_after))
            return wait;
    }
    return reader.wait_in_header("retry-after");
}

/// The call was refused. If the headers say that calls are left, another quota was used up.
void throttle(Limits& limits, Rule const* rule, AnswerReader& reader)
{
    limits.throttled = true;
    limits.remaining = 0;
    if (auto const wait = retry_after(rule, reader)) {
        limits.reset_s = whole_seconds_up(*wait);
        limits.reset_derived = false;
    } else if (!limits.reset_s && rule != nullptr && rule->default_retry_s) {
        limits.reset_s = rule->default_retry_s;
        limits.reset_derived = true;
    }
    // With 0 s a caller would come back at once.
    if (limits.reset_s)
        limits.reset_s = std::max<std::int64_t>(*limits.reset_s, 1);
    limits.retry_after_s = limits.reset_s;
}

} // namespace

Reading normalise(Rule const* rule, Answer const& answer, Timestamp now)
{
    Reading reading;
    AnswerReader reader(answer, now);
    Governor governor(reading.windows);
    if (rule != nullptr) {
        reading.windows.reserve(rule->windows.size());
        govern_by_rule(*rule, reader, governor);
    } else {
        govern_by_well_known_names(reader, governor);
    }

    auto* window = governor.governing();
    if (window != nullptr)
        reading.limits = limits_of(*window);
    if (is_throttled(rule, reader, governor)) {
        throttle(reading.limits, rule, reader);
        if (window != nullptr) {
            window->remaining = reading.limits.remaining;
            window->reset_s = reading.limits.reset_s;
            window->reset_derived = reading.limits.reset_derived;
        }
    }
    reading.unread = reader.unread();
    return reading;
}

} // namespace sluice::ratelimit
