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

/// What happened to one attempt.
struct Attempt {
    boost::system::error_code failure;
    std::string fault;      ///< What is wrong with the answer, to stand behind its name; nothing if it came whole.
    bool got_bytes = false; ///< The peer had begun to answer.
    bool has_head = false;  ///< The response has the head of the answer.
    std::optional<Shares::Full> over_budget; ///< The answer was too large for what is free.

    [[nodiscard]] bool is_answered() const noexcept { return !failure && fault.empty() && !over_budget; }
};

struct Host;

/// A connection to a server, in clear text or by TLS. While idle it is a link of the pool's list.
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
    /// Ends what it is waiting for.
    void close();

    /// One exchange; `response` is filled when the attempt did not fail, and up to its body where its head came. A
    /// server may answer before it has read all: what has arrived is read although writing failed (RFC 9112
    /// section 9.5).
    Task<Attempt> exchange(std::string const& head, OutgoingRequest const& request, std::size_t response_limit,
                           BodyLease& lease, IncomingResponse& response);

    /// A server that closed an idle connection has made it readable: its FIN, a 408, or what nobody asked for.
    [[nodiscard]] bool is_stale();
    /// A new connection on which the server has answered before anything was asked. Behind TLS what waits in the socket
    /// is a session ticket as a rule, so only what was deciphered counts.
    [[nodiscard]] bool has_spoken_first();
    /// Whether the last answer's end is proven and nothing is left over.
    [[nodiscard]] bool is_reusable() const noexcept { return is_reusable_; }

    /// Gives back what was for reading. An idle connection needs none of it.
    void release_buffer() { buffer_.shrink_to_fit(); }

    Clock::time_point idle_since{};
    /// Whose idle connection it is.
    Host* pool = nullptr;

private:
    using TlsStream = asio::ssl::stream<Socket>;

    [[nodiscard]] Socket& socket();
    template <class Stream>
    Task<Attempt> exchange_on(Stream& stream, std::string const& head, OutgoingRequest const& request,
                              std::size_t response_limit, BodyLease& lease, IncomingResponse& response);
    /// The peer has sent what nobody asked for: in our buffer, or in what TLS has taken from the socket.
    [[nodiscard]] bool has_unread();

    std::variant<Socket, TlsStream> stream_;
    Timeouts::Limit limit_;
    boost::beast::flat_buffer buffer_;
    bool is_reusable_ = false;
};

} // namespace sluice::http
