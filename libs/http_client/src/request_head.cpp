#include "request_head.hpp"

#include "http_api/content_decoder.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace sluice::http {
namespace {

bool is_field_text(std::string_view text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

} // namespace

std::optional<std::string> head_of(OutgoingRequest const& request, Url const& url)
{
    std::string head;
    head.reserve(512);
    head += name_of(request.method);
    head += ' ';
    head += url.target;
    head += " HTTP/1.1\r\nhost: ";
    head += url.authority();
    head += "\r\n";
    for (auto const& [name, value] : request.headers) {
        if (!is_field_text(name) || !is_field_text(value))
            return std::nullopt;
        head += name;
        head += ": ";
        head += value;
        head += "\r\n";
    }
    if (!request.headers.contains("accept-encoding"))
        fmt::format_to(std::back_inserter(head), "accept-encoding: {}\r\n", kAcceptedCodings);
    bool const expects_body = request.method != Method::get && request.method != Method::head;
    auto const size = request.source ? request.source->size() : request.body.size();
    if (!size)
        head += "transfer-encoding: chunked\r\n";
    else if (*size > 0 || expects_body)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", *size);
    head += "\r\n";
    return head;
}

} // namespace sluice::http
