#pragma once

#include "http_api/message.hpp"
#include "runtime/offload.hpp"

#include <chrono>

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

namespace sluice::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// The time limits of many connections on one io_context, with one timer for all. A limit is set several times in a
/// call and almost never reached, so setting it costs only a store and a comparison. When a limit passes, the socket's
/// operation is cancelled, at most `kPrecision` late. The socket stays open, unlike with Beast's streams, so a slow
/// client can still get an answer. Belongs to one thread. It is a service of the io_context, since connections may live
/// until the io_context ends.
class Timeouts : public asio::execution_context::service {
public:
    static constexpr std::chrono::milliseconds kPrecision{50};
    static constexpr std::chrono::milliseconds kLook{250};
    static inline asio::execution_context::id id;

    /// Called by Asio.
    explicit Timeouts(asio::execution_context& io);
    [[nodiscard]] static Timeouts& of(asio::io_context& io) { return asio::use_service<Timeouts>(io); }

    /// The limit of one connection. The socket must outlive it.
    class Limit : public boost::intrusive::list_base_hook<> {
    public:
        Limit(asio::io_context& io, Socket& socket);
        ~Limit();
        Limit(Limit const&) = delete;
        Limit& operator=(Limit const&) = delete;

        void expires_at(std::chrono::steady_clock::time_point when);
        void expires_after(std::chrono::milliseconds time) { expires_at(std::chrono::steady_clock::now() + time); }
        void expires_never() { when_ = kNever; }
        /// Whether the socket is closed when the limit passes. Needed where several operations are one for the owner,
        /// so that it cannot look between them, such as in a handshake.
        void closes(bool is_closing) { closes_ = is_closing; }
        /// Watches `waiter` until it is set to null: when the waiter has gone, the socket's operation is cancelled. The
        /// check is made every `kLook`.
        void watch(Peer const* waiter);
        [[nodiscard]] bool was_left() const noexcept { return was_left_; }

        /// The failure of an operation on the socket; beast::error::timeout if the limit caused it. An operation that
        /// never waits is not cancelled, so a loop of them has to look at the time itself.
        [[nodiscard]] boost::system::error_code cause_of(boost::system::error_code failure) const;

    private:
        friend Timeouts;
        Timeouts& timeouts_;
        Socket& socket_;
        std::chrono::steady_clock::time_point when_ = kNever;
        bool passed_ = false;
        bool closes_ = false;
        Peer const* waiter_ = nullptr;
        std::chrono::steady_clock::time_point look_at_ = kNever;
        bool was_left_ = false;
    };

private:
    static constexpr auto kNever = std::chrono::steady_clock::time_point::max();

    void shutdown() override {}
    void wake_at(std::chrono::steady_clock::time_point when);
    void sweep();

    SteadyTimer timer_;
    boost::intrusive::list<Limit> limits_;
    std::chrono::steady_clock::time_point next_sweep_ = kNever;
};

} // namespace sluice::http
