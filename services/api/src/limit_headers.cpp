#include "limit_headers.hpp"

#include "limits/own_limits.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace sluice::api {
namespace {

constexpr std::string_view kLimit = "ratelimit-limit";
constexpr std::string_view kRemaining = "ratelimit-remaining";
constexpr std::string_view kReset = "ratelimit-reset";

std::optional<std::int64_t> number_in(http::Headers const& headers, std::string_view name)
{
    auto const text = headers.find(name).value_or("");
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace

void add_own_limits(ratelimit::Limits const& own, http::Headers& headers)
{
    if (!own.limit)
        return;
    if (own.throttled && own.retry_after_s)
        headers.set("retry-after", std::to_string(*own.retry_after_s));
    ratelimit::Limits vendors;
    vendors.remaining = number_in(headers, kRemaining);
    vendors.reset_s = number_in(headers, kReset);
    if (!limits::is_tighter(own, vendors))
        return;
    headers.set(kLimit, std::to_string(*own.limit));
    headers.set(kRemaining, std::to_string(own.remaining.value_or(0)));
    headers.set(kReset, std::to_string(own.reset_s.value_or(0)));
    headers.remove("x-ratelimit-derived");
}

} // namespace sluice::api
