#include "http_server/server.hpp"

#include "base/encoding.hpp"
#include "http_io/timeouts.hpp"
#include "response_head.hpp"
#include "server_parts.hpp"

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

/// A client that is refused reads the answer only if the server reads what the client still sends. So much is read, for
/// so long.
constexpr std::size_t kLingerBytes = 32 * 1024 * 1024;
/// The same for a client that is known, and is answered before it has sent its whole body.
constexpr std::size_t kLingerBytesOfStream = 1024 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{5};
constexpr std::string_view kTrustedProxies = "server.trusted_proxies";
constexpr std::string_view kMustBeAddress = "must be an IP address, such as 127.0.0.1 or 0.0.0.0";
/// How long an idle connection needs to close, and how long to wait if none is idle.
constexpr std::chrono::milliseconds kEnding{1};
constexpr std::chrono::milliseconds kFull{50};

} // namespace

ServerMetrics::ServerMetrics(telemetry::Registry& registry)
    : connections(registry.counter("sluice_http_connections_total", "Connections accepted."))
    , refused(registry.counter("sluice_http_refused_requests_total",
                               "Requests refused before routing: not HTTP, too large or too slow."))
    , unintroduced(registry.counter("sluice_http_unintroduced_connections_total",
                                    "Connections closed for want of a PROXY header from a trusted proxy."))
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
    auto trusted = Networks::parse(config_.trusted_proxies);
    if (!trusted)
        return invalid(std::string(kTrustedProxies), trusted.error().public_detail());
    trusted_ = *std::move(trusted);
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
        tcp::endpoint from;
        auto [failure, socket] = co_await acceptor_.async_accept(from, kUseTask);
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
        connections_.emplace_front(io_, std::move(socket), from.address(), trusted_, config_);
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
        bool is_welcome = true;
        if (config_.proxy_protocol) {
            set_idle(connection, true);
            is_welcome = co_await connection->take_proxy_header(config_.head_limit);
            set_idle(connection, false);
            if (!is_welcome)
                metrics_.unintroduced.add();
        }
        while (is_welcome && !draining_ && co_await serve_one(connection)) {
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
        co_return co_await refuse(position,
                                  handler_.refuse(refusal->status, refusal->message, connection.client_of({})));

    auto& request = incoming.request;
    request = take_head(parser);
    request.client = connection.client_of(request.headers);
    bool const is_head = request.method == Method::head;
    // Before HTTP/1.1 a stream ends with its connection. With chunks a client can see that a stream was cut.
    bool const can_chunk = parser.get().version() >= 11;
    bool const keep_alive = parser.keep_alive();
    auto const limit = handler_.body_limit(request.method, request.path());
    if (auto const length = parser.content_length(); length && *length > limit)
        co_return co_await refuse(position, handler_.refuse(413, kBodyTooLarge, request.client));
    if (!parser.is_done()) {
        incoming.body.begin(limit);
        failure = incoming.body.take();
        if (failure)
            incoming.refuse(handler_, failure);
        if (failure || (!parser.is_done() && !co_await read_body(connection, incoming)))
            co_return incoming.refusal ? co_await refuse(position, *std::move(incoming.refusal)) : false;
    }
    if (!incoming.streamed)
        request.body = incoming.body.take_piece();
    request.source = incoming.streamed;
    request.peer = &connection;

    connection.limit.expires_never();
    auto const response = co_await answer(std::move(request));
    incoming.room.reset();
    if (incoming.streamed)
        incoming.streamed->detach();
    bool const is_read = parser.is_done();
    bool const may_stay = keep_alive && is_read && !draining_;
    bool const stays = response.stream && !is_head ? co_await write_stream(connection, response, can_chunk, may_stay)
                                                   : co_await write(connection, response, is_head, may_stay);
    if (!is_read)
        co_await linger(position, kLingerBytesOfStream);
    co_return stays;
}

Task<Response> Server::answer(Request request)
{
    auto const client = request.client;
    try {
        co_return co_await handler_.handle(std::move(request));
    } catch (std::exception const& error) {
        log_.write(telemetry::Level::error, "handler threw", {{"detail", std::string_view(error.what())}});
    }
    co_return handler_.refuse(500, "Unexpected fault.", client);
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
    if (handler_.streams_body(incoming.request.method, incoming.request.path())) {
        incoming.streamed = std::make_shared<StreamedBody>(connection, incoming, config_.body_limit);
        co_return true;
    }
    auto taken = std::max<std::size_t>(parser.content_length().value_or(0), parser.get().body().size());
    if (!incoming.has_room(taken, handler_))
        co_return false;

    if (iequals(incoming.request.headers.find("expect").value_or(""), "100-continue"))
        co_await connection.inform(100, {});
    connection.limit.expires_after(config_.body_limit);
    while (!parser.is_done()) {
        if (auto const failure = co_await incoming.read_some(connection, kReadBuffer)) {
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
    refused.refusal = handler_.refuse(500, "Unexpected fault.", head.client);
    co_return refused;
}

Task<bool> Server::refuse(Position position, Response response)
{
    metrics_.refused.add();
    co_await write(*position, response, false, false);
    co_await linger(position, kLingerBytes);
    co_return false;
}

Task<void> Server::linger(Position position, std::size_t most)
{
    auto& connection = *position;
    // Closing with unread input sends a reset, which can overtake the answer (RFC 9112 section 9.6).
    boost::system::error_code ignored; // The client may have closed it already.
    connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
    set_idle(position, true);
    connection.limit.expires_after(kLingerTime);
    connection.buffer.clear();
    for (std::size_t read = 0; read < most;) {
        auto const [failure, bytes] =
            co_await connection.socket.async_read_some(connection.buffer.prepare(kReadBuffer), kUseTask);
        if (failure)
            break;
        read += bytes;
    }
    set_idle(position, false);
}

Task<bool> Server::write(Connection& connection, Response const& response, bool is_head, bool keep_alive)
{
    auto const head = head_of(response, keep_alive, keep_alive);
    bool const has_body = !is_head && response.status != 204 && response.status != 304;
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
    bool const ends_visibly = is_chunked || response.stream_size;
    auto const head = head_of(response, ends_visibly && keep_alive, is_chunked);
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::const_buffer()};
    bool const is_gone = static_cast<bool>(co_await write_all(connection.socket, parts));
    connection.limit.expires_never();
    connection.buffer.shrink_to_fit(); // A stream may stay for long, and there may be many.
    AnswerSink sink(connection, config_.write_limit, response.stream_size, is_chunked);
    if (is_gone)
        sink.abort(); // The stream runs all the same: it may have to note how it ended.
    co_await response.stream(sink);
    bool const is_whole = co_await sink.end();
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
