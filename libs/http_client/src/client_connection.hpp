#pragma once

#include "answer_reader.hpp"
#include "body_budget.hpp"
#include "http_api/client.hpp"
#include "http_io/timeouts.hpp"
#include "tls_store.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/intrusive/list.hpp>

namespace sluice::http {

struct Host;

/// Vendors mostly answer with a few kilobytes: one recv is then enough.
inline constexpr std::size_t kReadBuffer = 16 * 1024;
/// The most bytes that may wait in the buffer: less than a head, which the reader takes as a whole.
inline constexpr std::size_t kMostUnread = 64 * 1024;

/// A connection to a server, in clear text or with TLS. While it is idle it is in the pool's list.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    using Clock = std::chrono::steady_clock;
    using Failure = boost::system::error_code;

    Connection(asio::io_context& io, asio::ssl::context* tls);
    ~Connection();
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    [[nodiscard]] asio::io_context& io() noexcept { return io_; }
    /// The time limit of the operations on the socket.
    [[nodiscard]] Timeouts::Limit& limit() noexcept { return limit_; }

    Task<Failure> connect(asio::ip::tcp::endpoint endpoint);
    /// `sessions` may resume a TLS session.
    Task<Failure> shake_hands(std::string const& host, TlsSessions::Use sessions);
    /// Whether the handshake has resumed a TLS session.
    [[nodiscard]] bool is_resumed();
    /// After a handshake that failed: why the server's certificate is not trusted; empty if that was not the reason.
    [[nodiscard]] std::string_view distrust();
    /// Closes the socket, which ends every wait on it.
    void close();

    /// Whether an idle connection is readable: the server has closed it (FIN), or has sent a 408 or something else that
    /// was not asked for.
    [[nodiscard]] bool is_stale();
    /// Whether the server of a new connection has sent something before the first request. With TLS the socket often
    /// holds a session ticket, so only decrypted bytes count.
    [[nodiscard]] bool has_spoken_first();
    /// Whether bytes are left over: in the read buffer, or inside TLS.
    [[nodiscard]] bool has_unread();

    [[nodiscard]] Socket& socket();
    /// Calls `action` with the stream for reading and writing: the socket, or TLS on it.
    template <class Action>
    auto with_stream(Action action)
    {
        return std::visit(action, stream_);
    }
    /// What was read and is not used yet.
    [[nodiscard]] boost::beast::flat_buffer& buffer() noexcept { return buffer_; }
    /// Frees the read buffer, which an idle connection does not need.
    void release_buffer() { buffer_.shrink_to_fit(); }

    Clock::time_point idle_since{};
    /// Whose calls it serves. A server that mixes its answers up then mixes up those of one account only.
    IntegratedAccountId account;
    /// The host of this connection, while it is idle.
    Host* pool = nullptr;

private:
    using TlsStream = asio::ssl::stream<Socket>;

    asio::io_context& io_;
    std::optional<TlsSessions::Use> sessions_; ///< Outlives the TLS connection.
    std::variant<Socket, TlsStream> stream_;
    Timeouts::Limit limit_;
    boost::beast::flat_buffer buffer_;
};

} // namespace sluice::http
