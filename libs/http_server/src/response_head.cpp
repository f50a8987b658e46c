#include "response_head.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <string_view>

namespace sluice::http {
namespace {

/// IMF-fixdate (RFC 9110 section 5.6.7), formatted once a second.
std::string_view http_date()
{
    thread_local std::time_t second = 0;
    thread_local std::string text;
    if (auto const now = std::time(nullptr); now != second) {
        second = now;
        text = fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(now));
    }
    return text;
}

void append_fields(std::string& head, Headers const& headers)
{
    for (auto const& [name, value] : headers) {
        head += name;
        head += ": ";
        auto const start = static_cast<std::ptrdiff_t>(head.size());
        head += value;
        // A line break in a value, wherever it came from, cannot begin another header.
        std::transform(head.begin() + start, head.end(), head.begin() + start,
                       [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; });
        head += "\r\n";
    }
}

} // namespace

std::string interim_head_of(int status, Headers const& headers)
{
    auto head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
    append_fields(head, headers);
    head += "\r\n";
    return head;
}

std::string head_of(Response const& response, bool keep_alive, bool is_chunked)
{
    std::string head;
    head.reserve(512);
    fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\ndate: {}\r\n", response.status,
                   reason_of(response.status), http_date());
    append_fields(head, response.headers);
    if (response.stream_size)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", *response.stream_size);
    else if (response.stream)
        head += is_chunked ? "transfer-encoding: chunked\r\n" : "";
    else if (response.status != 204 && response.status != 304)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", response.body.size());
    if (!keep_alive)
        head += "connection: close\r\n";
    head += "\r\n";
    return head;
}

} // namespace sluice::http
