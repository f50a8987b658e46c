#pragma once

#include "http_api/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace sluice::http {

// What a server reads: what a request is, where it ends, and what is refused. Nothing here waits.

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// What is wrong with a request, for its sender.
struct Refusal {
    int status;
    std::string_view message;
};

inline constexpr std::string_view kBodyTooLarge = "The request body is too large for this route.";

/// Feeds the parser what has been received. Wanting more is no failure.
[[nodiscard]] boost::beast::error_code parse_buffered(RequestParser& parser, boost::beast::flat_buffer& buffer);

/// The request as far as its head tells; trailers, which come after the body, are no header fields (RFC 9110 section
/// 6.5.1).
[[nodiscard]] Request take_head(RequestParser const& parser);

/// What is doubtful about where a request ends, or whom it is for. A proxy before us may read it in another way, and
/// what it takes for one tenant's body would be another tenant's request.
[[nodiscard]] std::optional<Refusal> doubt_about(RequestParser const& parser);

/// What to tell a peer whose request head or body could not be read; nothing, if it is gone.
[[nodiscard]] std::optional<Refusal> refusal_of(boost::beast::error_code const& error, bool in_body);

/// Feeds the parser a body as it arrives, and bounds what comes beside it. Both must outlive it.
class BodyReader {
public:
    BodyReader(RequestParser& parser, boost::beast::flat_buffer& buffer)
        : parser_(parser)
        , buffer_(buffer)
    {
    }

    /// Once the head has been read.
    void begin(std::size_t limit);
    /// Takes what has been received. `header_limit` if too much of it is no body.
    [[nodiscard]] boost::beast::error_code take();

private:
    RequestParser& parser_;
    boost::beast::flat_buffer& buffer_;
    std::size_t consumed_ = 0;
    std::size_t chunks_ = 0;
    std::function<void(std::uint64_t, boost::beast::string_view, boost::beast::error_code&)> count_chunk_ =
        [this](std::uint64_t, boost::beast::string_view, boost::beast::error_code&) { ++chunks_; };
};

} // namespace sluice::http
