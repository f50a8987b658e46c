#include "server_parts.hpp"

#include "base/encoding.hpp"
#include "http_server/proxy_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/beast/http/error.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace beast = boost::beast;

/// How much of a streamed body is read at once.
constexpr std::size_t kPiece = 16 * 1024;

/// Whether the client has closed its side. Nothing may be reading from the socket meanwhile.
bool has_left(Socket& socket)
{
    char byte = 0;
    auto const got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

Error client_is_gone()
{
    return {ErrorCode::unavailable, "The client is gone."};
}

/// The error of a body that a client does not send properly.
Error error_of(beast::error_code const& failure)
{
    auto const refusal = refusal_of(failure, true);
    if (!refusal)
        return client_is_gone();
    return {refusal->status == 413 ? ErrorCode::too_large : ErrorCode::invalid_argument, std::string(refusal->message)};
}

} // namespace

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

Server::Connection::Connection(asio::io_context& io, Socket accepted, asio::ip::address const& from,
                               Networks const& trusted, ServerConfig const& config)
    : socket(std::move(accepted))
    , limit(io, socket)
    , buffer(config.header_limit_bytes + kReadBuffer)
    , write_limit(config.write_limit)
    , trusted_(trusted)
{
    buffer.reserve(kReadBuffer);
    comes_from(as_v6(from));
}

void Server::Connection::comes_from(asio::ip::address_v6 const& address)
{
    source_ = address;
    is_trusted_ = trusted_.contains(source_);
    client_ = source_;
    client_text_ = text_of(client_);
}

std::string_view Server::Connection::client_of(Headers const& headers)
{
    if (!is_trusted_)
        return client_text_;
    auto const found = find_client(headers, source_, trusted_);
    if (found != client_) {
        client_ = found;
        client_text_ = text_of(found);
    }
    return client_text_;
}

Task<bool> Server::Connection::take_proxy_header(std::chrono::milliseconds time)
{
    if (!is_trusted_)
        co_return false;
    limit.expires_after(time);
    for (;;) {
        auto const bytes = buffer.data();
        auto const header = parse_proxy_header({static_cast<char const*>(bytes.data()), bytes.size()});
        if (header.state == ProxyHeader::State::whole) {
            buffer.consume(header.size);
            if (header.source)
                comes_from(*header.source);
            has_begun = false;
            co_return true;
        }
        if (header.state == ProxyHeader::State::broken)
            co_return false;
        auto const [failure, size] =
            co_await socket.async_read_some(buffer.prepare(kReadBuffer - buffer.size()), kUseTask);
        buffer.commit(size);
        if (failure)
            co_return false;
        has_begun = true;
    }
}

bool Server::Connection::is_gone() const
{
    return has_left(socket);
}

Task<void> Server::Connection::inform(int status, Headers headers) const
{
    auto const head = interim_head_of(status, headers);
    limit.expires_after(write_limit);
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::const_buffer()};
    [[maybe_unused]] auto const failure = co_await write_all(socket, parts);
    limit.expires_never();
}

void Server::Incoming::refuse(Handler& handler, beast::error_code const& failure)
{
    if (auto const found = refusal_of(failure, true))
        refusal = handler.refuse(found->status, found->message, request.client);
}

bool Server::Incoming::has_room(std::size_t bytes, Handler& handler)
{
    bool const has = !room || room->grow(bytes);
    if (!has)
        refusal = handler.refuse(429, "There is no memory left for request bodies. Retry in a moment.", request.client);
    return has;
}

Task<beast::error_code> Server::Incoming::read_some(Connection& connection, std::size_t size)
{
    auto& buffer = connection.buffer;
    auto const free = std::min(size, buffer.max_size() - buffer.size());
    auto const [failure, bytes] = co_await connection.socket.async_read_some(buffer.prepare(free), kUseTask);
    buffer.commit(bytes);
    if (failure)
        co_return connection.limit.cause_of(failure);
    if (free == 0) // The incomplete part is larger than the buffer may be.
        co_return beast::http::error::header_limit;
    co_return body.take();
}

Server::StreamedBody::StreamedBody(Connection& connection, Incoming& incoming, std::chrono::milliseconds limit)
    : connection_(&connection)
    , incoming_(incoming)
    , limit_(limit)
    , size_(incoming.parser.content_length() ? std::optional<std::uint64_t>(*incoming.parser.content_length())
                                             : std::nullopt)
    , waits_for_continue_(iequals(incoming.request.headers.find("expect").value_or(""), "100-continue"))
{
}

Task<Result<std::string>> Server::StreamedBody::read()
{
    while (connection_ != nullptr && !is_cancelled_) {
        if (auto piece = incoming_.body.take_piece(); !piece.empty())
            co_return piece;
        if (incoming_.parser.is_done())
            co_return std::string();
        if (std::exchange(waits_for_continue_, false)) {
            co_await connection_->inform(100, {});
            if (connection_ == nullptr || is_cancelled_)
                break;
        }
        connection_->limit.expires_after(limit_);
        auto const failure = co_await incoming_.read_some(*connection_, kPiece);
        if (connection_ != nullptr)
            connection_->limit.expires_never();
        if (failure)
            co_return error_of(failure);
    }
    co_return client_is_gone();
}

void Server::StreamedBody::cancel()
{
    is_cancelled_ = true;
    boost::system::error_code ignored; // A closed socket has nothing to cancel.
    if (connection_ != nullptr)
        connection_->socket.cancel(ignored);
}

Task<Result<void>> Server::AnswerSink::write(std::string piece)
{
    if (left_) {
        if (piece.size() > *left_) {
            is_broken_ = true; // The rest would be taken for another answer.
            co_return Error{ErrorCode::internal, "Unexpected fault.", "a streamed body is longer than its head says"};
        }
        *left_ -= piece.size();
        co_return co_await send({}, piece);
    }
    if (!is_chunked_)
        co_return co_await send({}, piece);
    auto const head = fmt::format("{:x}\r\n", piece.size());
    piece += "\r\n";
    co_return co_await send(head, piece);
}

void Server::AnswerSink::when_gone(std::function<void()> action)
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

Task<bool> Server::AnswerSink::end()
{
    if (is_broken_)
        co_return false;
    if (left_)
        co_return *left_ == 0;
    co_return is_chunked_&& co_await send({}, "0\r\n\r\n");
}

Task<Result<void>> Server::AnswerSink::send(std::string_view head, std::string_view bytes)
{
    connection_.limit.expires_after(limit_);
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::buffer(bytes)};
    is_broken_ = is_broken_ || co_await write_all(connection_.socket, parts);
    connection_.limit.expires_never();
    co_return is_broken_ ? Result<void>(client_is_gone()) : Result<void>{};
}

} // namespace sluice::http
