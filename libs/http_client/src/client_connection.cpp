#include "client_connection.hpp"

#include <cerrno>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace ssl = asio::ssl;

} // namespace

Connection::Connection(asio::io_context& io, ssl::context* tls)
    : io_(io)
    , stream_(tls != nullptr ? std::variant<Socket, TlsStream>(std::in_place_type<TlsStream>, io, *tls)
                             : std::variant<Socket, TlsStream>(std::in_place_type<Socket>, io))
    , limit_(io, socket())
    , buffer_(kMostUnread + 2 * kReadBuffer)
{
}

Connection::~Connection()
{
    // Nobody waits for the close_notify of a server. Without this OpenSSL would take its session for broken.
    if (auto* tls = std::get_if<TlsStream>(&stream_))
        SSL_set_shutdown(tls->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
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

Task<Connection::Failure> Connection::shake_hands(std::string const& host, TlsSessions::Use sessions)
{
    auto* tls = std::get_if<TlsStream>(&stream_);
    if (tls == nullptr)
        co_return Failure{};
    tls->set_verify_callback(ssl::host_name_verification(host));
    if (SSL_set_tlsext_host_name(tls->native_handle(), host.c_str()) != 1)
        co_return asio::error::invalid_argument;
    sessions_ = std::move(sessions);
    sessions_->apply(tls->native_handle());
    limit_.closes(true);
    auto const [failure] = co_await tls->async_handshake(ssl::stream_base::client, kUseTask);
    auto const cause = limit_.cause_of(failure);
    limit_.closes(false);
    co_return cause;
}

bool Connection::is_resumed()
{
    auto* tls = std::get_if<TlsStream>(&stream_);
    return tls != nullptr && SSL_session_reused(tls->native_handle()) == 1;
}

std::string_view Connection::distrust()
{
    auto* tls = std::get_if<TlsStream>(&stream_);
    auto const verdict = tls != nullptr ? SSL_get_verify_result(tls->native_handle()) : X509_V_OK;
    if (verdict == X509_V_OK)
        return {};
    // The chain is good, and the callback refused it.
    return verdict == X509_V_ERR_UNSPECIFIED ? "it is for another host" : X509_verify_cert_error_string(verdict);
}

void Connection::close()
{
    Failure ignored; // The socket is closed in any case.
    socket().close(ignored);
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
