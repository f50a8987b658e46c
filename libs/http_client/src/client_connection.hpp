#pragma once

#include "answer_reader.hpp"
#include "body_budget.hpp"
#include "http_api/client.hpp"
#include "http_io/timeouts.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/intrusive/list.hpp>

namespace sluice::http {

/// The result of one attempt.
struct Attempt {
    boost::system::error_code failure;
    std::string fault;      ///< The fault of the answer, as the end of a sentence about it; empty if there is none.
    bool got_bytes = false; ///< The server had begun to answer.
    bool has_head = false;  ///< The response has the head of the answer.
    std::optional<Shares::Full> over_budget; ///< The answer needed more bytes than a share had.

    [[nodiscard]] bool is_answered() const noexcept { return !failure && fault.empty() && !over_budget; }
};

struct Host;

/// A connection to a server, in clear text or with TLS. While it is idle it is in the pool's list.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    using Clock = std::chrono::steady_clock;
    using Failure = boost::system::error_code;

    Connection(asio::io_context& io, asio::ssl::context* tls);

    void expires_at(Clock::time_point when) { limit_.expires_at(when); }
    void expires_never() { limit_.expires_never(); }
    void watch(Peer const* waiter) { limit_.watch(waiter); }
    [[nodiscard]] bool was_left() const noexcept { return limit_.was_left(); }

    Task<Failure> connect(asio::ip::tcp::endpoint endpoint);
    Task<Failure> shake_hands(std::string const& host);
    /// Closes the socket, which ends every wait on it.
    void close();

    /// Makes one exchange. `response` is filled if the attempt did not fail; if only the head came, it has the head. A
    /// server may answer before it has read the whole request, so the answer is read even if writing failed (RFC 9112
    /// section 9.5).
    Task<Attempt> exchange(std::string const& head, OutgoingRequest const& request, std::size_t response_limit,
                           BodyLease& lease, IncomingResponse& response);

    /// Whether an idle connection is readable: the server has closed it (FIN), or has sent a 408 or something else that
    /// was not asked for.
    [[nodiscard]] bool is_stale();
    /// Whether the server of a new connection has sent something before the first request. With TLS the socket often
    /// holds a session ticket, so only decrypted bytes count.
    [[nodiscard]] bool has_spoken_first();
    /// Whether the end of the last answer is proven and no byte is left over.
    [[nodiscard]] bool is_reusable() const noexcept { return is_reusable_; }

    /// Frees the read buffer, which an idle connection does not need.
    void release_buffer() { buffer_.shrink_to_fit(); }

    Clock::time_point idle_since{};
    /// The host of this connection, while it is idle.
    Host* pool = nullptr;

private:
    using TlsStream = asio::ssl::stream<Socket>;

    [[nodiscard]] Socket& socket();
    template <class Stream>
    Task<Attempt> exchange_on(Stream& stream, std::string const& head, OutgoingRequest const& request,
                              std::size_t response_limit, BodyLease& lease, IncomingResponse& response);
    /// Whether bytes are left over: in the read buffer, or inside TLS.
    [[nodiscard]] bool has_unread();

    std::variant<Socket, TlsStream> stream_;
    Timeouts::Limit limit_;
    boost::beast::flat_buffer buffer_;
    bool is_reusable_ = false;
};

} // namespace sluice::http
