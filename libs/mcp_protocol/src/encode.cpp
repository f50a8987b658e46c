#include "mcp_protocol/encode.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sluice::mcp {
namespace {

void append_integer(std::string& out, std::int64_t value)
{
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

} // namespace

void open_result(std::string& out, RpcRequest const& request)
{
    out += R"({"jsonrpc":"2.0","id":)";
    out += request.id;
    out += R"(,"result":{)";
    if (request.era == Era::modern)
        out += R"("resultType":"complete",)";
}

void close_result(std::string& out, RpcRequest const& request, std::string_view server_info,
                  ratelimit::Limits const& limits, std::string_view forecast)
{
    bool const has_limits =
        !forecast.empty() || limits.limit || limits.remaining || limits.reset_s || limits.retry_after_s;
    bool const is_modern = request.era == Era::modern;
    if (has_limits || is_modern) {
        out += R"(,"_meta":{)";
        if (has_limits) {
            out += R"("sluice/rate_limit":{)";
            char separator = 0;
            auto const add = [&](std::string_view name, std::optional<std::int64_t> const& value) {
                if (!value)
                    return;
                if (separator != 0)
                    out += separator;
                separator = ',';
                out += '"';
                out += name;
                out += "\":";
                append_integer(out, *value);
            };
            add("limit", limits.limit);
            add("remaining", limits.remaining);
            add("reset", limits.reset_s);
            add("retry_after", limits.retry_after_s);
            if (!forecast.empty()) {
                out += separator != 0 ? R"(,"forecast":)" : R"("forecast":)";
                out += forecast;
            }
            out += '}';
        }
        if (is_modern) {
            if (has_limits)
                out += ',';
            out += R"("io.modelcontextprotocol/serverInfo":)";
            out += server_info;
        }
        out += '}';
    }
    out += "}}";
}

std::string encode_result(RpcRequest const& request, std::string_view server_info, std::string_view members)
{
    std::string out;
    out.reserve(members.size() + 512);
    open_result(out, request);
    out += members;
    if (members.empty() && request.era == Era::modern)
        out.pop_back();
    close_result(out, request, server_info, {});
    return out;
}

std::string encode_error(std::string_view id, RpcCode code, std::string_view message, json::value const& data)
{
    auto out = fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":)", id, static_cast<int>(code));
    json::append_quoted(out, to_valid_utf8(message));
    if (!data.is_null())
        out += R"(,"data":)" + boost::json::serialize(data);
    return out + "}}";
}

} // namespace sluice::mcp
