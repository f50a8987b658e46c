#pragma once

#include "http_api/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/optional/optional.hpp>

namespace sluice::http {

// Reads requests: their head, their end, and what is refused. Nothing here waits.

/// A body that is taken out piece by piece. Beast's `string_body` would reserve all that a client claims to send.
struct PieceBody {
    using value_type = std::string;

    class reader {
    public:
        template <bool kIsRequest, class Fields>
        reader(boost::beast::http::header<kIsRequest, Fields>&, std::string& body)
            : body_(body)
        {
        }
        void init(boost::optional<std::uint64_t> const&, boost::beast::error_code& failure) { failure = {}; }
        std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& failure)
        {
            body_.append(static_cast<char const*>(bytes.data()), bytes.size());
            failure = {};
            return bytes.size();
        }
        void finish(boost::beast::error_code& failure) { failure = {}; }

    private:
        std::string& body_;
    };
};

using RequestParser = boost::beast::http::request_parser<PieceBody>;

/// The refusal of a request, for its sender.
struct Refusal {
    int status;
    std::string_view message;
};

inline constexpr std::string_view kBodyTooLarge = "The request body is too large for this route.";

/// Gives the received bytes to the parser. An incomplete request is no error.
[[nodiscard]] boost::beast::error_code parse_buffered(RequestParser& parser, boost::beast::flat_buffer& buffer);

/// The request without its body. Trailers come after the body and are no headers (RFC 9110 section 6.5.1).
[[nodiscard]] Request take_head(RequestParser const& parser);

/// The refusal of a request whose end or host is not clear; nothing if both are clear. A proxy before this server may
/// read such a request in another way, and one tenant's body could become another tenant's request.
[[nodiscard]] std::optional<Refusal> doubt_about(RequestParser const& parser);

/// The refusal for a client whose request could not be read; nothing if the client is gone.
[[nodiscard]] std::optional<Refusal> refusal_of(boost::beast::error_code const& error, bool in_body);

/// Gives a body to the parser as it arrives, and bounds its framing. Parser and buffer must outlive it.
class BodyReader {
public:
    BodyReader(RequestParser& parser, boost::beast::flat_buffer& buffer)
        : parser_(parser)
        , buffer_(buffer)
    {
    }

    /// Must be called after the head was read.
    void begin(std::size_t limit);
    /// Takes the received bytes. Gives `header_limit` if too many of them are framing.
    [[nodiscard]] boost::beast::error_code take();
    /// Moves out what has come of the body since the last time.
    [[nodiscard]] std::string take_piece();

private:
    RequestParser& parser_;
    boost::beast::flat_buffer& buffer_;
    std::size_t consumed_ = 0;
    std::size_t moved_out_ = 0;
    std::size_t chunks_ = 0;
    std::function<void(std::uint64_t, boost::beast::string_view, boost::beast::error_code&)> count_chunk_ =
        [this](std::uint64_t, boost::beast::string_view, boost::beast::error_code&) { ++chunks_; };
};

} // namespace sluice::http
