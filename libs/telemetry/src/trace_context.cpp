#include "telemetry/trace_context.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <span>

namespace sluice::telemetry {
namespace {

constexpr std::size_t kLength = 55; ///< Of version 00: `00-` 32 `-` 16 `-` 2.
constexpr std::uint8_t kSampled = 1;

int nibble_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Only lower-case hex is valid (section 3.2.2.3).
bool read_hex(std::string_view text, std::span<std::uint8_t> out)
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto const high = nibble_of(text[2 * i]);
        auto const low = nibble_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

bool is_zero(std::span<std::uint8_t const> bytes)
{
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

} // namespace

TraceContext TraceContext::begin()
{
    TraceContext context;
    public_random_bytes(context.trace_id);
    public_random_bytes(context.span_id);
    return context;
}

std::optional<TraceContext> TraceContext::below(std::string_view traceparent)
{
    // A later version may be longer; what is known of it stands at the same places (section 3.2.4).
    bool const is_longer =
        traceparent.size() > kLength && traceparent[kLength] == '-' && !traceparent.starts_with("00");
    if (traceparent.size() != kLength && !is_longer)
        return std::nullopt;
    std::array<std::uint8_t, 1> version{};
    std::array<std::uint8_t, 1> flags{};
    TraceContext context;
    bool const is_read = traceparent[2] == '-' && traceparent[35] == '-' && traceparent[52] == '-' &&
                         read_hex(traceparent, version) && read_hex(traceparent.substr(3), context.trace_id) &&
                         read_hex(traceparent.substr(36), context.parent_id) && read_hex(traceparent.substr(53), flags);
    if (!is_read || version[0] == 0xff || is_zero(context.trace_id) || is_zero(context.parent_id))
        return std::nullopt;
    context.is_sampled = (flags[0] & kSampled) != 0;
    public_random_bytes(context.span_id);
    return context;
}

TraceContext TraceContext::child() const
{
    auto below = *this;
    below.parent_id = span_id;
    public_random_bytes(below.span_id);
    return below;
}

TraceContext TraceContext::sibling() const
{
    auto beside = *this;
    public_random_bytes(beside.span_id);
    return beside;
}

std::string TraceContext::traceparent() const
{
    return "00-" + hex(trace_id) + '-' + hex(span_id) + (is_sampled ? "-01" : "-00");
}

} // namespace sluice::telemetry
