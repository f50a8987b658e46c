#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::telemetry {

/// A place in a distributed trace (W3C Trace Context, level 1). All zero: there is none.
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};   ///< Of this span.
    std::array<std::uint8_t, 8> parent_id{}; ///< Of the span that asked for it; all zero for the first of a trace.
    bool is_sampled = false;                 ///< Whoever began the trace records it.

    /// A span of a new trace, with random ids.
    [[nodiscard]] static TraceContext begin();
    /// A span below the one that a `traceparent` names. Nothing if the text is none (section 3.2.2.5 of the
    /// recommendation: a wrong one is ignored).
    [[nodiscard]] static std::optional<TraceContext> below(std::string_view traceparent);
    /// A span below this one.
    [[nodiscard]] TraceContext child() const;
    /// Another span below the same one.
    [[nodiscard]] TraceContext sibling() const;
    /// `00-<trace id>-<span id>-<flags>`, for whoever is asked by this span.
    [[nodiscard]] std::string traceparent() const;
    [[nodiscard]] bool empty() const noexcept { return trace_id == std::array<std::uint8_t, 16>{}; }
};

} // namespace sluice::telemetry
