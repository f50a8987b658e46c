#include "http_server/server.hpp"

#include "base/encoding.hpp"
#include "http_io/timeouts.hpp"
#include "request_reader.hpp"
#include "response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <optional>

#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/read.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;

/// Room for one request. It was measured: growing costs a copy and another recv each time.
constexpr std::size_t kReadBuffer = 4096;
/// A client that is refused reads the answer only if the server reads what the client still sends. So much is read, for
/// so long.
constexpr std::size_t kLingerBytes = 32 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{5};
constexpr std::string_view kMustBeAddress = "must be an IP address, such as 127.0.0.1 or 0.0.0.0";
/// How long an idle connection needs to close, and how long to wait if none is idle.
constexpr std::chrono::milliseconds kEnding{1};
constexpr std::chrono::milliseconds kFull{50};

/// Writes two buffers completely. Most answers need one call.
Task<beast::error_code> write_all(Socket& socket, std::array<asio::const_buffer, 2> parts)
{
    while (parts[0].size() + parts[1].size() > 0) {
        auto const [failure, bytes] = co_await socket.async_write_some(parts, kUseTask);
        if (failure)
            co_return failure;
        auto const first = std::min(bytes, parts[0].size());
        parts[0] += first;
        parts[1] += bytes - first;
    }
    co_return beast::error_code{};
}

/// Whether the client has closed its side. Nothing may be reading from the socket meanwhile.
bool has_left(Socket& socket)
{
    char byte = 0;
    auto const got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

} // namespace

struct Server::Connection final : WaitingClient {
    Connection(asio::io_context& io, Socket accepted, ServerConfig const& config)
        : socket(std::move(accepted))
        , limit(io, socket)
        , buffer(config.header_limit_bytes + kReadBuffer)
        , write_limit(config.write_limit)
    {
        buffer.reserve(kReadBuffer);
    }
    [[nodiscard]] bool is_gone() const override { return has_left(socket); }
    Task<void> inform(int status, Headers headers) const override
    {
        auto const head = interim_head_of(status, headers);
        limit.expires_after(write_limit);
        std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::const_buffer()};
        [[maybe_unused]] auto const failure = co_await write_all(socket, parts);
        limit.expires_never();
    }

    mutable Socket socket;
    mutable Timeouts::Limit limit;
    beast::flat_buffer buffer;
    std::chrono::milliseconds const write_limit;
    bool is_idle = false;
    bool has_begun = false; ///< A part of a head has come. The connection still counts as idle.
};

/// A request that is being read.
struct Server::Incoming {
    explicit Incoming(beast::flat_buffer& buffer)
        : body(parser, buffer)
    {
    }

    RequestParser parser;
    BodyReader body;
    Request request;
    std::unique_ptr<BodyRoom> room;
    std::optional<Response> refusal;

    /// Sets the refusal, unless the client is gone.
    void refuse(Handler& handler, beast::error_code const& failure)
    {
        if (auto const found = refusal_of(failure, true))
            refusal = handler.refuse(found->status, found->message);
    }
    bool has_room(std::size_t bytes, Handler& handler)
    {
        bool const has = !room || room->grow(bytes);
        if (!has)
            refusal = handler.refuse(429, "There is no memory left for request bodies. Retry in a moment.");
        return has;
    }
};

/// Writes each piece as a chunk (RFC 9112 section 7.1), or unchanged if the body ends with the connection.
class Server::ChunkSink final : public BodySink {
public:
    ChunkSink(Connection& connection, std::chrono::milliseconds limit, bool is_chunked)
        : connection_(connection)
        , limit_(limit)
        , is_chunked_(is_chunked)
    {
    }

    Task<Result<void>> write(std::string piece) override
    {
        if (is_chunked_) {
            piece.insert(0, fmt::format("{:x}\r\n", piece.size()));
            piece += "\r\n";
        }
        co_return co_await send(std::move(piece));
    }

    [[nodiscard]] bool is_gone() const override { return is_broken_ || connection_.is_gone(); }

    void when_gone(std::function<void()> action) override
    {
        watch_ = std::make_shared<std::function<void()>>(std::move(action));
        connection_.socket.async_wait(Socket::wait_read, [this, weak = std::weak_ptr(watch_)](auto const& failure) {
            auto const watch = weak.lock();
            if (!watch || failure)
                return; // The stream and this sink have ended.
            if (connection_.is_gone())
                (*watch)();
        });
    }

    /// Writes the last chunk. True if everything was written.
    Task<bool> end()
    {
        auto const sent = co_await send("0\r\n\r\n");
        co_return sent && !is_broken_;
    }

private:
    Task<Result<void>> send(std::string bytes)
    {
        connection_.limit.expires_after(limit_);
        std::array<asio::const_buffer, 2> const parts{asio::buffer(bytes), asio::const_buffer()};
        is_broken_ = is_broken_ || co_await write_all(connection_.socket, parts);
        connection_.limit.expires_never();
        co_return is_broken_ ? Result<void>(Error{ErrorCode::unavailable, "The client is gone."}) : Result<void>{};
    }

    Connection& connection_;
    std::chrono::milliseconds const limit_;
    bool const is_chunked_;
    std::shared_ptr<std::function<void()>> watch_;
    bool is_broken_ = false;
};

ServerMetrics::ServerMetrics(telemetry::Registry& registry)
    : connections(registry.counter("sluice_http_connections_total", "Connections accepted."))
    , refused(registry.counter("sluice_http_refused_requests_total",
                               "Requests refused before routing: not HTTP, too large or too slow."))
{
}

Server::Server(asio::io_context& io, ServerConfig config, Handler& handler, ServerMetrics& metrics, telemetry::Log& log)
    : io_(io)
    , config_(std::move(config))
    , handler_(handler)
    , metrics_(metrics)
    , log_(log)
    , acceptor_(io)
    , tasks_(io, config_.connection_limit + 1, log, "http server")
{
}

Server::~Server() = default;

Result<void> Server::listen()
{
    return listen_on(config_.port, false);
}

Result<void> Server::listen_beside(Server const& first)
{
    return listen_on(first.port(), true);
}

Result<void> Server::listen_on(std::uint16_t port, bool is_shared)
{
    boost::system::error_code failure;
    auto const address = asio::ip::make_address(config_.address, failure);
    if (failure)
        return invalid(config_.name + ".address", std::string(kMustBeAddress));
    tcp::endpoint const endpoint(address, port);
    using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure)
        acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure && is_shared)
        acceptor_.set_option(ReusePort(true), failure);
    if (!failure)
        acceptor_.bind(endpoint, failure);
    if (!failure)
        acceptor_.listen(asio::socket_base::max_listen_connections, failure);
    // The first server binds without sharing, so that a port of another process is never shared by accident. Then it
    // allows sharing, for the other servers of this process.
    if (!failure && !is_shared)
        acceptor_.set_option(ReusePort(true), failure);
    if (failure)
        return Error{ErrorCode::unavailable, fmt::format("Cannot listen on {0}:{1} ({2}.address, {2}.port): {3}.",
                                                         config_.address, port, config_.name, failure.message())};
    tasks_.spawn(accept());
    return {};
}

std::uint16_t Server::port() const
{
    return acceptor_.local_endpoint().port();
}

Task<void> Server::accept()
{
    while (!draining_) {
        auto [failure, socket] = co_await acceptor_.async_accept(kUseTask);
        if (failure == asio::error::operation_aborted)
            co_return;
        // No descriptor or connection is free: waits until some are closed.
        if (failure || tasks_.full())
            co_await sleep_until(Deadline::after(end_longest_idle() ? kEnding : kFull));
        if (failure)
            continue;
        while (tasks_.full() && !draining_)
            co_await sleep_until(Deadline::after(end_longest_idle() ? kEnding : kFull));
        boost::system::error_code ignored; // If the client is gone, the first read will tell.
        socket.set_option(tcp::no_delay(true), ignored);
        metrics_.connections.add();
        connections_.emplace_front(io_, std::move(socket), config_);
        if (!tasks_.spawn(serve(connections_.begin())))
            connections_.pop_front();
    }
}

bool Server::end_longest_idle()
{
    if (idle_.empty())
        return false;
    auto const longest = idle_.begin();
    set_idle(longest, false);
    boost::system::error_code ignored; // A closed socket has nothing to cancel.
    longest->socket.cancel(ignored);
    return true;
}

void Server::set_idle(Position position, bool is_idle)
{
    if (std::exchange(position->is_idle, is_idle) == is_idle)
        return;
    if (is_idle)
        idle_.splice(idle_.end(), connections_, position);
    else
        connections_.splice(connections_.begin(), idle_, position);
}

Task<void> Server::serve(Position connection)
{
    try {
        while (!draining_ && co_await serve_one(connection)) {
        }
    } catch (std::exception const& error) {
        log_.write(telemetry::Level::error, "connection failed", {{"detail", std::string_view(error.what())}});
    }
    boost::system::error_code ignored; // The client may have closed it already.
    connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
    set_idle(connection, false); // An exception may have left it in the other list.
    connections_.erase(connection);
}

Task<bool> Server::serve_one(Position position)
{
    auto& connection = *position;
    if (connection.buffer.size() == 0 && !co_await wait_for_request(position))
        co_return false;
    ++activity_;
    // Most requests come complete with the first read, so nothing more is waited for. The body is parsed only when its
    // limit is known; before that, a single chunk could exceed it.
    Incoming incoming(connection.buffer);
    auto& parser = incoming.parser;
    parser.header_limit(config_.header_limit_bytes);
    parser.body_limit(boost::none); // Set after the head was read.
    auto failure = parse_buffered(parser, connection.buffer);
    if (!failure && !parser.is_header_done()) {
        // A connection with an incomplete head counts as idle, so it may be closed for others.
        set_idle(position, true);
        connection.has_begun = true;
        connection.limit.expires_after(config_.head_limit);
        auto const [read_failure, bytes] =
            co_await beast::http::async_read_header(connection.socket, connection.buffer, parser, kUseTask);
        failure = connection.limit.cause_of(read_failure);
        connection.has_begun = false;
        set_idle(position, false);
    }
    auto refusal = failure ? refusal_of(failure, false) : doubt_about(parser);
    if (failure && !refusal)
        co_return false;
    if (refusal)
        co_return co_await refuse(position, handler_.refuse(refusal->status, refusal->message));

    auto& request = incoming.request;
    request = take_head(parser);
    bool const is_head = request.method == Method::head;
    // Before HTTP/1.1 a stream ends with its connection. With chunks a client can see that a stream was cut.
    bool const can_chunk = parser.get().version() >= 11;
    bool const keep_alive = parser.keep_alive();
    auto const limit = handler_.body_limit(request.method, request.path());
    if (auto const length = parser.content_length(); length && *length > limit)
        co_return co_await refuse(position, handler_.refuse(413, kBodyTooLarge));
    if (!parser.is_done()) {
        incoming.body.begin(limit);
        failure = incoming.body.take();
        if (failure)
            incoming.refuse(handler_, failure);
        if (failure || (!parser.is_done() && !co_await read_body(connection, incoming)))
            co_return incoming.refusal ? co_await refuse(position, *std::move(incoming.refusal)) : false;
    }
    request.body = std::move(parser.get().body());
    request.peer = &connection;

    connection.limit.expires_never();
    Response response;
    try {
        response = co_await handler_.handle(std::move(request));
    } catch (std::exception const& error) {
        log_.write(telemetry::Level::error, "handler threw", {{"detail", std::string_view(error.what())}});
        response = handler_.refuse(500, "Unexpected fault.");
    }
    incoming.room.reset();
    if (response.stream && !is_head)
        co_return co_await write_stream(connection, response, can_chunk, keep_alive && !draining_);
    co_return co_await write(connection, response, is_head, keep_alive && !draining_);
}

Task<bool> Server::wait_for_request(Position position)
{
    auto& connection = *position;
    auto const room = connection.buffer.prepare(kReadBuffer);
    set_idle(position, true);
    connection.limit.expires_after(config_.idle_limit);
    auto const [failure, bytes] = co_await connection.socket.async_read_some(room, kUseTask);
    connection.buffer.commit(bytes);
    set_idle(position, false);
    co_return !failure;
}

Task<bool> Server::read_body(Connection& connection, Incoming& incoming)
{
    auto& parser = incoming.parser;
    auto admission = co_await admit(incoming.request);
    incoming.room = std::move(admission.room);
    incoming.refusal = std::move(admission.refusal);
    if (incoming.refusal)
        co_return false;
    auto taken = std::max<std::size_t>(parser.content_length().value_or(0), parser.get().body().size());
    if (!incoming.has_room(taken, handler_))
        co_return false;

    if (iequals(incoming.request.headers.find("expect").value_or(""), "100-continue"))
        co_await connection.inform(100, {});
    connection.limit.expires_after(config_.body_limit);
    while (!parser.is_done()) {
        auto const room = std::min(kReadBuffer, connection.buffer.max_size() - connection.buffer.size());
        auto const [read_failure, bytes] =
            co_await connection.socket.async_read_some(connection.buffer.prepare(room), kUseTask);
        connection.buffer.commit(bytes);
        auto failure = read_failure ? connection.limit.cause_of(read_failure) : incoming.body.take();
        if (room == 0) // The incomplete part is larger than the buffer may be.
            failure = beast::http::error::header_limit;
        if (failure) {
            incoming.refuse(handler_, failure);
            co_return false;
        }
        auto const size = parser.get().body().size();
        if (size > taken && !incoming.has_room(size - taken, handler_))
            co_return false;
        taken = std::max(taken, size);
    }
    co_return true;
}

Task<Admission> Server::admit(Request const& head)
{
    try {
        co_return co_await handler_.admit(head);
    } catch (std::exception const& error) {
        log_.write(telemetry::Level::error, "admission threw", {{"detail", std::string_view(error.what())}});
    }
    Admission refused;
    refused.refusal = handler_.refuse(500, "Unexpected fault.");
    co_return refused;
}

Task<bool> Server::refuse(Position position, Response response)
{
    auto& connection = *position;
    metrics_.refused.add();
    co_await write(connection, response, false, false);
    // Closing with unread input sends a reset, which can overtake the answer (RFC 9112 section 9.6).
    boost::system::error_code ignored;
    connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
    set_idle(position, true);
    connection.limit.expires_after(kLingerTime);
    connection.buffer.clear();
    for (std::size_t read = 0; read < kLingerBytes;) {
        auto const [failure, bytes] =
            co_await connection.socket.async_read_some(connection.buffer.prepare(kReadBuffer), kUseTask);
        if (failure)
            break;
        read += bytes;
    }
    set_idle(position, false);
    co_return false;
}

Task<bool> Server::write(Connection& connection, Response const& response, bool is_head, bool keep_alive)
{
    auto const head = head_of(response, keep_alive, keep_alive);
    bool const has_body = !is_head && response.status != 204;
    std::array<asio::const_buffer, 2> const parts{
        asio::buffer(head), asio::buffer(response.body.data(), has_body ? response.body.size() : 0)};
    connection.limit.expires_after(config_.write_limit);
    auto const failure = co_await write_all(connection.socket, parts);
    ++activity_;
    co_return !failure && keep_alive;
}

Task<bool> Server::write_stream(Connection& connection, Response const& response, bool is_chunked, bool keep_alive)
{
    connection.limit.expires_after(config_.write_limit);
    auto const head = head_of(response, is_chunked && keep_alive, is_chunked);
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::const_buffer()};
    if (co_await write_all(connection.socket, parts))
        co_return false;
    connection.limit.expires_never();
    connection.buffer.shrink_to_fit(); // A stream may stay for long, and there may be many.
    ChunkSink sink(connection, config_.write_limit, is_chunked);
    co_await response.stream(sink);
    bool const is_whole = is_chunked && co_await sink.end();
    ++activity_;
    co_return is_whole&& keep_alive;
}

void Server::stop_accepting()
{
    draining_ = true;
    boost::system::error_code ignored; // It may never have been opened.
    acceptor_.close(ignored);
    for (auto& connection : idle_)
        if (!connection.has_begun)
            connection.socket.cancel(ignored);
}

Task<bool> Server::drain(Deadline deadline)
{
    stop_accepting();
    boost::system::error_code ignored; // It may be closed already.
    bool const done = co_await tasks_.drain(deadline);
    if (!done) {
        for (auto* const list : {&connections_, &idle_})
            for (auto& connection : *list)
                connection.socket.close(ignored);
        co_await tasks_.drain(Deadline::after(std::chrono::seconds(1)));
    }
    co_return done;
}

} // namespace sluice::http
