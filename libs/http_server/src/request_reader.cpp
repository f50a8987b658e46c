#include "request_reader.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio/ip/address_v6.hpp>

namespace sluice::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// The most bytes of a chunked body's framing: chunk extensions, trailers, zeros before a size (RFC 9112 section 7.1).
/// Nothing reads them, so they are bounded together and never kept.
constexpr std::size_t kFramingLimit = 8 * 1024;
/// The bytes that one chunk needs for its size and line ends: 16 digits and two CRLF, rounded up.
constexpr std::size_t kChunkFraming = 24;

Method method_of_verb(beast::http::verb verb)
{
    switch (verb) {
    case beast::http::verb::get:
        return Method::get;
    case beast::http::verb::head:
        return Method::head;
    case beast::http::verb::post:
        return Method::post;
    case beast::http::verb::put:
        return Method::put;
    case beast::http::verb::patch:
        return Method::patch;
    case beast::http::verb::delete_:
        return Method::delete_;
    case beast::http::verb::options:
        return Method::options;
    default:
        return Method::other;
    }
}

/// Whether a text is a name or an address, perhaps with a port (RFC 3986 section 3.2). A comma is refused, since
/// proxies join two headers with it.
bool is_host(std::string_view text)
{
    static constexpr std::string_view kOther = "-._~%!$&'()*+;=";
    auto end = text.find(':');
    if (text.starts_with('[')) {
        auto const close = text.find(']');
        boost::system::error_code failure;
        asio::ip::make_address_v6(text.substr(1, close == std::string_view::npos ? close : close - 1), failure);
        if (close == std::string_view::npos || failure || text.substr(0, close).contains('%'))
            return false;
        end = close + 1;
    }
    auto const name = text.substr(0, end);
    auto const port = text.substr(name.size());
    if (name.empty() || !(name.starts_with('[') || std::ranges::all_of(name, [](char c) {
                              return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
                                     kOther.contains(c);
                          })))
        return false;
    if (port.size() < 2)
        return port.empty() || port == ":";
    std::uint16_t number = 0;
    auto const [rest, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    return port.starts_with(':') && error == std::errc{} && rest == port.data() + port.size();
}

/// The authority of a target in absolute form (RFC 9112 section 3.2.2), and the rest after it.
struct AbsoluteTarget {
    std::string_view authority;
    std::string_view rest;
};

std::optional<AbsoluteTarget> absolute_target(std::string_view target)
{
    if (target.starts_with('/'))
        return std::nullopt;
    auto const start = target.find("://");
    if (start == std::string_view::npos ||
        !(iequals(target.substr(0, start), "http") || iequals(target.substr(0, start), "https")))
        return std::nullopt;
    target.remove_prefix(start + 3);
    auto const end = std::min(target.find_first_of("/?"), target.size());
    return AbsoluteTarget{target.substr(0, end), target.substr(end)};
}

} // namespace

beast::error_code parse_buffered(RequestParser& parser, beast::flat_buffer& buffer)
{
    beast::error_code failure;
    buffer.consume(parser.put(buffer.data(), failure));
    return failure == beast::http::error::need_more ? beast::error_code{} : failure;
}

Request take_head(RequestParser const& parser)
{
    auto const& message = parser.get();
    Request request;
    request.method = method_of_verb(message.method());
    std::string_view const target(message.target().data(), message.target().size());
    request.headers.reserve(12, 512);
    for (auto const& field : message)
        request.headers.add({field.name_string().data(), field.name_string().size()},
                            {field.value().data(), field.value().size()});
    if (auto const absolute = absolute_target(target)) {
        request.headers.set("host", absolute->authority);
        request.target = absolute->rest.starts_with('/') ? "" : "/";
        request.target += absolute->rest;
    } else {
        request.target = target;
    }
    return request;
}

std::optional<Refusal> doubt_about(RequestParser const& parser)
{
    auto const& head = parser.get();
    std::size_t codings = 0;
    std::size_t lengths = 0;
    std::size_t hosts = 0;
    bool is_clear = true;
    for (auto const& field : head) {
        std::string_view const value(field.value().data(), field.value().size());
        if (field.name() == beast::http::field::transfer_encoding) {
            ++codings;
            is_clear = is_clear && iequals(value, "chunked");
        } else if (field.name() == beast::http::field::content_length) {
            ++lengths;
            is_clear = is_clear && value.find_first_not_of("0123456789") == std::string_view::npos;
        } else if (field.name() == beast::http::field::host) {
            ++hosts;
            if (!is_host(value))
                return Refusal{400, "The Host field is not a host."};
        }
    }
    bool const is_modern = head.version() >= 11;
    if (!is_clear || codings + lengths > 1 || (codings > 0 && !is_modern))
        return Refusal{400, "Where the request ends is not clear: send one Content-Length, or Transfer-Encoding: "
                            "chunked alone."};
    auto const absolute = absolute_target({head.target().data(), head.target().size()});
    if (absolute && !is_host(absolute->authority))
        return Refusal{400, "The request target does not name a host."};
    if (hosts > 1 || (hosts == 0 && is_modern))
        return Refusal{400, "A request has one Host field."};
    return std::nullopt;
}

std::optional<Refusal> refusal_of(beast::error_code const& error, bool in_body)
{
    if (error == beast::http::error::header_limit)
        return Refusal{431, in_body ? "The chunk extensions and trailer fields are too large."
                                    : "The request line and header fields are too large."};
    if (error == beast::http::error::body_limit)
        return Refusal{413, kBodyTooLarge};
    if (error == beast::error::timeout)
        return Refusal{408, in_body ? "The request body did not arrive in time."
                                    : "The request head did not arrive in time."};
    if (error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
        error != beast::http::error::end_of_stream && error != beast::http::error::partial_message)
        return Refusal{400, "The request is not valid HTTP/1.1."};
    return std::nullopt;
}

void BodyReader::begin(std::size_t limit)
{
    parser_.body_limit(limit);
    parser_.eager(true);
    if (parser_.chunked())
        parser_.on_chunk_header(count_chunk_);
}

beast::error_code BodyReader::take()
{
    auto const before = buffer_.size();
    if (auto const failure = parse_buffered(parser_, buffer_))
        return failure;
    consumed_ += before - buffer_.size();
    // Bytes that the parser left in the buffer are an incomplete chunk head or trailer.
    auto const waiting = parser_.is_done() ? 0 : buffer_.size();
    auto const beside = consumed_ + waiting - moved_out_ - parser_.get().body().size();
    if (beside > kFramingLimit + chunks_ * kChunkFraming)
        return beast::http::error::header_limit;
    return {};
}

std::string BodyReader::take_piece()
{
    moved_out_ += parser_.get().body().size();
    return std::exchange(parser_.get().body(), {});
}

} // namespace sluice::http
