#pragma once

#include "http_api/client_address.hpp"
#include "http_io/timeouts.hpp"
#include "http_server/server.hpp"
#include "request_reader.hpp"
#include "response_head.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>

namespace sluice::http {

/// Room for one request. It was measured: growing costs a copy and another recv each time.
inline constexpr std::size_t kReadBuffer = 4096;

/// Writes two buffers completely. Most answers need one call.
Task<boost::beast::error_code> write_all(Socket& socket, std::array<asio::const_buffer, 2> parts);

/// A client's connection.
struct Server::Connection final : WaitingClient {
    /// `trusted` must outlive it.
    Connection(asio::io_context& io, Socket accepted, asio::ip::address const& from, Networks const& trusted,
               ServerConfig const& config);

    [[nodiscard]] bool is_gone() const override;
    Task<void> inform(int status, Headers headers) const override;
    /// Reads the header of the PROXY protocol and takes the connection for one from where it says. False if there is
    /// none in time, or it is not believed.
    Task<bool> take_proxy_header(std::chrono::milliseconds time);
    /// The address of a request's client. Valid until the next request.
    std::string_view client_of(Headers const& headers);

    mutable Socket socket;
    mutable Timeouts::Limit limit;
    boost::beast::flat_buffer buffer;
    std::chrono::milliseconds const write_limit;
    bool is_idle = false;
    bool has_begun = false; ///< A part of a head has come. The connection still counts as idle.

private:
    void comes_from(asio::ip::address_v6 const& address);

    Networks const& trusted_;
    asio::ip::address_v6 source_; ///< The address at the socket's other end, or what the PROXY header names.
    bool is_trusted_ = false;     ///< Whether `source_` is believed about clients.
    asio::ip::address_v6 client_; ///< The client of the last request.
    std::string client_text_;     ///< It stays until the client is another one, so it is seldom made.
};

/// A request that is being read.
struct Server::Incoming {
    explicit Incoming(boost::beast::flat_buffer& buffer)
        : body(parser, buffer)
    {
    }

    RequestParser parser;
    BodyReader body;
    Request request;
    std::shared_ptr<StreamedBody> streamed; ///< Set if the handler reads the body.
    std::unique_ptr<BodyRoom> room;
    std::optional<Response> refusal;

    /// Sets the refusal, unless the client is gone.
    void refuse(Handler& handler, boost::beast::error_code const& failure);
    /// Sets the refusal if there is no memory for so many bytes.
    bool has_room(std::size_t bytes, Handler& handler);
    /// Reads some more of the body; `size` bytes of the buffer at most.
    Task<boost::beast::error_code> read_some(Connection& connection, std::size_t size);
};

/// The body of a request whose handler reads it. The server detaches it before the request's place is used for another.
class Server::StreamedBody final : public BodySource {
public:
    /// `limit` is the time for each piece.
    StreamedBody(Connection& connection, Incoming& incoming, std::chrono::milliseconds limit);

    Task<Result<std::string>> read() override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    void cancel() override;
    /// The handler has ended: nothing is read any more.
    void detach() noexcept { connection_ = nullptr; }

private:
    Connection* connection_;
    Incoming& incoming_;
    std::chrono::milliseconds const limit_;
    std::optional<std::uint64_t> const size_;
    bool waits_for_continue_; ///< The client sends nothing before it gets 100 (RFC 9110 section 10.1.1).
    bool is_cancelled_ = false;
};

/// Writes the pieces of an answer: as chunks (RFC 9112 section 7.1), or unchanged if the head tells the size or the
/// body ends with the connection.
class Server::AnswerSink final : public BodySink {
public:
    AnswerSink(Connection& connection, std::chrono::milliseconds limit, std::optional<std::uint64_t> size,
               bool is_chunked)
        : connection_(connection)
        , limit_(limit)
        , left_(size)
        , is_chunked_(is_chunked)
    {
    }

    Task<Result<void>> write(std::string piece) override;
    [[nodiscard]] bool is_gone() const override { return is_broken_ || connection_.is_gone(); }
    void when_gone(std::function<void()> action) override;
    void abort() override { is_broken_ = true; }

    /// Ends the body. True if the client can see that it is whole.
    Task<bool> end();

private:
    Task<Result<void>> send(std::string_view head, std::string_view bytes);

    Connection& connection_;
    std::chrono::milliseconds const limit_;
    std::optional<std::uint64_t> left_; ///< Bytes that are still to come, if the head told the size.
    bool const is_chunked_;
    std::shared_ptr<std::function<void()>> watch_;
    bool is_broken_ = false;
};

} // namespace sluice::http
