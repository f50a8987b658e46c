#pragma once

#include "calllog/entry.hpp"

#include <string>
#include <string_view>

namespace sluice::calllog {

/// Writes a call as a span of OTLP/JSON (opentelemetry-proto, trace/v1/trace.proto; ids in hex, as "JSON Protobuf
/// Encoding" of the OTLP specification says), with a comma behind it. Has no query, no body and no secret.
void write_span(std::string& out, Ended const& call, Timestamp ended);

/// The body of `POST /v1/traces` for spans that `write_span` wrote one after the other.
[[nodiscard]] std::string traces_request(std::string_view spans);

} // namespace sluice::calllog
