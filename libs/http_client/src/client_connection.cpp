#include "client_connection.hpp"

#include "runtime/offload.hpp"

#include <array>
#include <cerrno>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace ssl = asio::ssl;

/// Vendors mostly answer with a few kilobytes: one recv is then enough.
constexpr std::size_t kReadBuffer = 16 * 1024;

/// Whether the server has closed its side, with or without the close_notify of TLS.
bool is_end(boost::system::error_code const& failure)
{
    return failure == asio::error::eof || failure == ssl::error::stream_truncated;
}

} // namespace

Connection::Connection(asio::io_context& io, ssl::context* tls)
    : stream_(tls != nullptr ? std::variant<Socket, TlsStream>(std::in_place_type<TlsStream>, io, *tls)
                             : std::variant<Socket, TlsStream>(std::in_place_type<Socket>, io))
    , limit_(io, socket())
    , buffer_(AnswerReader::kHeadLimit + 2 * kReadBuffer) // The reader leaves less than a head in it.
{
}

Task<Connection::Failure> Connection::connect(asio::ip::tcp::endpoint endpoint)
{
    auto const [failure] = co_await socket().async_connect(endpoint, kUseTask);
    if (failure)
        co_return limit_.cause_of(failure);
    Failure ignored; // Without it only the latency is worse.
    socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return failure;
}

Task<Connection::Failure> Connection::shake_hands(std::string const& host)
{
    auto* tls = std::get_if<TlsStream>(&stream_);
    if (tls == nullptr)
        co_return Failure{};
    tls->set_verify_callback(ssl::host_name_verification(host));
    if (SSL_set_tlsext_host_name(tls->native_handle(), host.c_str()) != 1)
        co_return asio::error::invalid_argument;
    auto const [failure] = co_await tls->async_handshake(ssl::stream_base::client, kUseTask);
    co_return limit_.cause_of(failure);
}

void Connection::close()
{
    Failure ignored; // The socket is closed in any case.
    socket().close(ignored);
}

Task<Attempt> Connection::exchange(std::string const& head, OutgoingRequest const& request, std::size_t response_limit,
                                   BodyLease& lease, IncomingResponse& response)
{
    return std::visit([&](auto& stream) { return exchange_on(stream, head, request, response_limit, lease, response); },
                      stream_);
}

bool Connection::is_stale()
{
    char byte = 0;
    auto const got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool Connection::has_spoken_first()
{
    char byte = 0;
    bool const is_clear = std::holds_alternative<Socket>(stream_);
    return has_unread() || (is_clear && ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
}

Socket& Connection::socket()
{
    if (auto* tls = std::get_if<TlsStream>(&stream_))
        return tls->next_layer();
    return std::get<Socket>(stream_);
}

template <class Stream>
Task<Attempt> Connection::exchange_on(Stream& stream, std::string const& head, OutgoingRequest const& request,
                                      std::size_t response_limit, BodyLease& lease, IncomingResponse& response)
{
    Attempt attempt;
    is_reusable_ = false;
    buffer_.reserve(kReadBuffer);
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::buffer(request.body)};
    auto const [write_failure, written] = co_await asio::async_write(stream, parts, kUseTask);
    AnswerReader reader(request.method, response_limit);
    while (!reader.is_done()) {
        auto const [failure, bytes] = co_await stream.async_read_some(buffer_.prepare(kReadBuffer), kUseTask);
        buffer_.commit(bytes);
        attempt.got_bytes = attempt.got_bytes || bytes > 0;
        buffer_.consume(reader.put({static_cast<char const*>(buffer_.data().data()), buffer_.size()}));
        if (is_end(failure) && attempt.got_bytes && !reader.is_done())
            reader.put_end();
        else if (failure)
            attempt.failure = limit_.cause_of(write_failure && !attempt.got_bytes ? write_failure : failure);
        attempt.fault = reader.fault();
        attempt.over_budget = lease.grow_to(reader.body_size());
        if (!attempt.is_answered()) {
            attempt.has_head = reader.has_head();
            if (attempt.has_head)
                response = reader.take();
            co_return attempt;
        }
    }
    attempt.has_head = true;
    response = reader.take();
    is_reusable_ = !write_failure && reader.has_proven_end() && !has_unread();
    buffer_.consume(buffer_.size());
    co_return attempt;
}

bool Connection::has_unread()
{
    if (buffer_.size() > 0)
        return true;
    auto* tls = std::get_if<TlsStream>(&stream_);
    if (tls == nullptr)
        return false;
    char byte = 0;
    bool const has = SSL_peek(tls->native_handle(), &byte, 1) > 0;
    ERR_clear_error();
    return has;
}

} // namespace sluice::http
