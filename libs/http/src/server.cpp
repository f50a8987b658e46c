#include "http/server.hpp"

#include "base/encoding.hpp"
#include "timeouts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <exception>
#include <functional>
#include <optional>

#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Parser = beast::http::request_parser<beast::http::string_body>;

/// Room for one request without growing; measured: each growth is a copy and another recv.
constexpr std::size_t kReadBuffer = 4096;
/// What a chunked body may bring beside itself: chunk extensions, trailers, zeros before a chunk's size (RFC 9112
/// section 7.1). Nobody reads them, so they are bounded in whole and never kept.
constexpr std::size_t kFramingLimit = 8 * 1024;
/// What the size and the line ends of one chunk need: 16 digits and two CRLF, rounded up.
constexpr std::size_t kChunkFraming = 24;
/// A peer that is told to go away reads the answer only if we read what it is still sending; up to this much and long.
constexpr std::size_t kLingerBytes = 32 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{5};
constexpr std::string_view kMustBeAddress = "must be an IP address, such as 127.0.0.1 or 0.0.0.0";
constexpr std::string_view kTooLarge = "The request body is too large for this route.";
/// What an idle connection needs to end, and how long to wait where none is idle.
constexpr std::chrono::milliseconds kEnding{1};
constexpr std::chrono::milliseconds kFull{50};

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

void append_fields(std::string& head, Headers const& headers)
{
    for (auto const& [name, value] : headers) {
        head += name;
        head += ": ";
        auto const start = static_cast<std::ptrdiff_t>(head.size());
        head += value;
        // A header cannot be split by its value, wherever that came from.
        std::transform(head.begin() + start, head.end(), head.begin() + start,
                       [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; });
        head += "\r\n";
    }
}

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
    if (response.stream)
        head += is_chunked ? "transfer-encoding: chunked\r\n" : "";
    else if (response.status != 204)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", response.body.size());
    if (!keep_alive)
        head += "connection: close\r\n";
    head += "\r\n";
    return head;
}

/// Feeds the parser what has been received. Wanting more is no failure.
beast::error_code parse_buffered(Parser& parser, beast::flat_buffer& buffer)
{
    beast::error_code failure;
    buffer.consume(parser.put(buffer.data(), failure));
    return failure == beast::http::error::need_more ? beast::error_code{} : failure;
}

/// Feeds the parser a body as it arrives, and bounds what comes beside it.
class BodyReader {
public:
    BodyReader(Parser& parser, beast::flat_buffer& buffer)
        : parser_(parser)
        , buffer_(buffer)
    {
    }

    /// Once the head has been read.
    void begin(std::size_t limit)
    {
        parser_.body_limit(limit);
        parser_.eager(true);
        if (parser_.chunked())
            parser_.on_chunk_header(count_chunk_);
    }

    /// Takes what has been received. `header_limit` if too much of it is no body.
    beast::error_code take()
    {
        auto const before = buffer_.size();
        if (auto const failure = parse_buffered(parser_, buffer_))
            return failure;
        consumed_ += before - buffer_.size();
        // What waits for its end is a chunk's head or trailers.
        auto const waiting = parser_.is_done() ? 0 : buffer_.size();
        auto const beside = consumed_ + waiting - parser_.get().body().size();
        if (beside > kFramingLimit + chunks_ * kChunkFraming)
            return beast::http::error::header_limit;
        return {};
    }

private:
    Parser& parser_;
    beast::flat_buffer& buffer_;
    std::size_t consumed_ = 0;
    std::size_t chunks_ = 0;
    std::function<void(std::uint64_t, beast::string_view, beast::error_code&)> count_chunk_ =
        [this](std::uint64_t, beast::string_view, beast::error_code&) { ++chunks_; };
};

/// Writes all of two buffers; most answers go out in one piece.
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

struct Refusal {
    int status;
    std::string_view message;
};

/// A name or an address, and perhaps a port (RFC 3986 section 3.2), without the comma: that is how proxies join two.
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

/// The authority of a target in absolute form (RFC 9112 section 3.2.2), and what stands behind it.
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

/// The request as far as its head tells; trailers, which come after the body, are no header fields (RFC 9110 section
/// 6.5.1).
Request take_head(Parser const& parser)
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

/// What is doubtful about where a request ends, or whom it is for. A proxy before us may read it in another way, and
/// what it takes for one tenant's body would be another tenant's request.
std::optional<Refusal> doubt_about(Parser const& parser)
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

/// What to tell a peer whose request head or body could not be read; nothing, if it is gone.
std::optional<Refusal> refusal_of(beast::error_code const& error, bool in_body)
{
    if (error == beast::http::error::header_limit)
        return Refusal{431, in_body ? "The chunk extensions and trailer fields are too large."
                                    : "The request line and header fields are too large."};
    if (error == beast::http::error::body_limit)
        return Refusal{413, kTooLarge};
    if (error == beast::error::timeout)
        return Refusal{408, in_body ? "The request body did not arrive in time."
                                    : "The request head did not arrive in time."};
    if (error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
        error != beast::http::error::end_of_stream && error != beast::http::error::partial_message)
        return Refusal{400, "The request is not valid HTTP/1.1."};
    return std::nullopt;
}

} // namespace

namespace {

/// The peer of a socket of which nothing is being read: its FIN is the next thing to come, or it has come.
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
    bool has_begun = false; ///< Idle, with a part of a head.
};

/// A request on its way in.
struct Server::Incoming {
    explicit Incoming(beast::flat_buffer& buffer)
        : body(parser, buffer)
    {
    }

    Parser parser;
    BodyReader body;
    Request request;
    std::unique_ptr<BodyRoom> room;
    std::optional<Response> refusal;

    /// Nothing is answered to a peer that is gone.
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

/// Each piece a chunk of its own (RFC 9112 section 7.1), or as it is where the connection's end is the body's.
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
                return; // The stream has ended, and with it this sink.
            if (connection_.is_gone())
                (*watch)();
        });
    }

    /// The last chunk. Whether everything has arrived.
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
    // The first takes the port for itself, so that nobody's is shared unawares; from then on others may come beside it,
    // and the first of another process may not.
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
        // Out of descriptors or connections: let some end first.
        if (failure || tasks_.full())
            co_await sleep_until(Deadline::after(end_longest_idle() ? kEnding : kFull));
        if (failure)
            continue;
        while (tasks_.full() && !draining_)
            co_await sleep_until(Deadline::after(end_longest_idle() ? kEnding : kFull));
        boost::system::error_code ignored; // A peer that is already gone shows itself at the first read.
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
    boost::system::error_code ignored; // What is closed has nothing to cancel.
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
    boost::system::error_code ignored; // Closing what the peer may have closed first.
    connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
    set_idle(connection, false); // What threw may have left it among the others.
    connections_.erase(connection);
}

Task<bool> Server::serve_one(Position position)
{
    auto& connection = *position;
    if (connection.buffer.size() == 0 && !co_await wait_for_request(position))
        co_return false;
    ++activity_;
    // Most requests came whole with the first read: then nothing more has to be waited for. The body is not looked at
    // before its limit is known, or a single chunk could pass by it.
    Incoming incoming(connection.buffer);
    auto& parser = incoming.parser;
    parser.header_limit(config_.header_limit_bytes);
    parser.body_limit(boost::none); // Set once the head is known.
    auto failure = parse_buffered(parser, connection.buffer);
    if (!failure && !parser.is_header_done()) {
        // As long as a head is not whole it makes room for those that are.
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
    // Before HTTP/1.1 the end of a stream is the end of the connection; from then on a stream that was cut is seen to
    // be.
    bool const can_chunk = parser.get().version() >= 11;
    bool const keep_alive = parser.keep_alive();
    auto const limit = handler_.body_limit(request.method, request.path());
    if (auto const length = parser.content_length(); length && *length > limit)
        co_return co_await refuse(position, handler_.refuse(413, kTooLarge));
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
        if (room == 0) // Whatever waits for its end is larger than all that is kept.
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
    // Closing with unread input sends a reset, which can overtake our answer (RFC 9112 section 9.6).
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
    connection.buffer.shrink_to_fit(); // A stream may stay for long, and mostly there are many.
    ChunkSink sink(connection, config_.write_limit, is_chunked);
    co_await response.stream(sink);
    bool const is_whole = is_chunked && co_await sink.end();
    ++activity_;
    co_return is_whole&& keep_alive;
}

void Server::stop_accepting()
{
    draining_ = true;
    boost::system::error_code ignored; // Closing an acceptor that never opened is fine.
    acceptor_.close(ignored);
    for (auto& connection : idle_)
        if (!connection.has_begun)
            connection.socket.cancel(ignored);
}

Task<bool> Server::drain(Deadline deadline)
{
    stop_accepting();
    boost::system::error_code ignored; // What is closed can be closed.
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
