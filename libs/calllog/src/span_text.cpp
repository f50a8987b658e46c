#include "span_text.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice::calllog {
namespace {

constexpr std::size_t kMostText = 500;
constexpr int kServerSpan = 2;
constexpr int kClientSpan = 3;
constexpr int kError = 2;

std::int64_t nanoseconds(Timestamp time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

void attribute(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty())
        return;
    fmt::format_to(std::back_inserter(out), R"({{"key":"{}","value":{{"stringValue":)", name);
    json::append_quoted(out, to_valid_utf8(utf8_prefix(value, kMostText)));
    out += "}},";
}

void attribute(std::string& out, std::string_view name, std::int64_t value)
{
    fmt::format_to(std::back_inserter(out), R"({{"key":"{}","value":{{"intValue":"{}"}}}},)", name, value);
}

std::string name_of(Ended const& call)
{
    if (call.type == LogType::mcp)
        return call.origin.tool.empty() ? std::string(call.mcp_method)
                                        : fmt::format("{} {}", call.mcp_method, call.origin.tool);
    return fmt::format("{} {}.{}", call.integration, call.resource, call.method);
}

/// Names of the OpenTelemetry semantic conventions where there are any.
void write_attributes(std::string& out, Ended const& call)
{
    auto const& origin = call.origin;
    out += R"("attributes":[)";
    attribute(out, "http.request.method", call.http_method);
    attribute(out, "url.full", call.url);
    attribute(out, "http.response.status_code", call.status);
    attribute(out, "mcp.method.name", call.mcp_method);
    attribute(out, "gen_ai.tool.name", origin.tool);
    attribute(out, "sluice.environment_id", call.environment.str());
    if (!call.account.empty())
        attribute(out, "sluice.integrated_account_id", call.account.str());
    if (!origin.server.empty())
        attribute(out, "sluice.mcp_server_id", origin.server.str());
    attribute(out, "sluice.integration", call.integration);
    attribute(out, "sluice.request_id", origin.request_id);
    out.back() = ']';
}

} // namespace

void write_span(std::string& out, Ended const& call, Timestamp ended)
{
    out.clear();
    auto const& span = call.span;
    auto const end = nanoseconds(ended);
    auto const begin = end - std::chrono::nanoseconds(call.duration).count();
    fmt::format_to(std::back_inserter(out), R"({{"traceId":"{}","spanId":"{}",)", hex(span.trace_id),
                   hex(span.span_id));
    if (std::ranges::any_of(span.parent_id, [](std::uint8_t byte) { return byte != 0; }))
        fmt::format_to(std::back_inserter(out), R"("parentSpanId":"{}",)", hex(span.parent_id));
    out += R"("name":)";
    json::append_quoted(out, to_valid_utf8(utf8_prefix(name_of(call), kMostText)));
    fmt::format_to(std::back_inserter(out), R"(,"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}",)",
                   call.type == LogType::mcp ? kServerSpan : kClientSpan, begin, end);
    write_attributes(out, call);
    if (!call.error.empty() || call.status >= 400) {
        fmt::format_to(std::back_inserter(out), R"(,"status":{{"code":{},"message":)", kError);
        json::append_quoted(out, to_valid_utf8(call.error));
        out += '}';
    }
    out += "},";
}

std::string traces_request(std::string_view spans)
{
    if (spans.ends_with(','))
        spans.remove_suffix(1);
    return fmt::format(
        R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":)"
        R"({{"stringValue":"sluice"}}}}]}},"scopeSpans":[{{"scope":{{"name":"sluice"}},"spans":[{}]}}]}}]}})",
        spans);
}

} // namespace sluice::calllog
