#pragma once

#include "base/deadline.hpp"
#include "http_api/message.hpp"
#include "runtime/task.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace sluice::http {

/// The client of a request that a server received: there `Request::peer` is one.
class WaitingClient : public Peer {
public:
    /// Sends an interim answer, 1xx, ahead of the final one (RFC 9110 section 15.2). Nothing is told of a client that
    /// is gone: writing the final answer will.
    virtual Task<void> inform(int status, Headers headers) const = 0;
};

/// Memory for the body of one request; it is given back on destruction. One thread.
class BodyRoom {
public:
    virtual ~BodyRoom() = default;
    /// Takes so many bytes more. False: there are none left, and none were taken.
    [[nodiscard]] virtual bool grow(std::size_t bytes) = 0;
};

/// Whether a request may bring a body.
struct Admission {
    std::optional<Response> refusal; ///< The answer to it, without its body.
    std::unique_ptr<BodyRoom> room;  ///< Null: only the limit of its route bounds it.
};

/// Answers requests. Called on the server's thread only; may be called again before an earlier answer is ready.
class Handler {
public:
    virtual ~Handler() = default;
    /// The most bytes of body this request may bring, decided from its head alone. What is larger answers 413.
    [[nodiscard]] virtual std::size_t body_limit(Method method, std::string_view path) const = 0;
    /// Who is it, and what may it bring? Asked before the body is read of a request that did not come whole with the
    /// first read. `head` is the request without its body; it outlives the task.
    virtual Task<Admission> admit([[maybe_unused]] Request const& head) { co_return Admission{}; }
    /// Never throws for bad input; what it throws is logged and becomes a 500.
    virtual Task<Response> handle(Request request) = 0;
    /// The answer to a request that could not be read (400, 408, 413, 429, 431), or whose handling threw (500).
    virtual Response refuse(int status, std::string_view message) = 0;
};

struct ServerConfig {
    std::string name = "listen"; ///< Of the settings that errors name: `listen.address`, `listen.port`.
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;                    ///< 0: any free one
    std::uint32_t header_limit_bytes = 16 * 1024; ///< Of a head. What a connection buffers is bounded with it.
    /// Beyond it the connection that has been idle for longest is ended for a new one, be it with half a head; where
    /// none is idle, new ones wait in the kernel's queue.
    std::size_t connection_limit = 10'000;
    std::chrono::milliseconds idle_limit{75'000};
    std::chrono::milliseconds head_limit{10'000}; ///< From the first byte of a request to the end of its head.
    std::chrono::milliseconds body_limit{30'000};
    std::chrono::milliseconds write_limit{30'000};
};

struct ServerMetrics {
    explicit ServerMetrics(telemetry::Registry& registry);
    telemetry::Counter& connections;
    telemetry::Counter& refused; ///< Requests refused before a handler saw them.
};

/// An HTTP/1.1 server on one io_context. Several servers of one process, each on its own thread, may share a port.
/// Keep-alive, Expect: 100-continue and HEAD are dealt with here; each connection does one request at a time. A request
/// whose end or host is in doubt (RFC 9112 sections 3.2 and 6.3) is refused, and its connection closed.
class Server {
public:
    /// All references must outlive the server.
    Server(asio::io_context& io, ServerConfig config, Handler& handler, ServerMetrics& metrics, telemetry::Log& log);
    ~Server();

    /// Binds and starts accepting, on a port that nobody has: no other process, and no other server of this one.
    /// Errors: unavailable with the address, its settings and the reason; invalid_argument if it is no address.
    [[nodiscard]] Result<void> listen();
    /// The same on the port of `first`, which listens: the kernel shares connections out among them.
    [[nodiscard]] Result<void> listen_beside(Server const& first);
    /// The bound port.
    [[nodiscard]] std::uint16_t port() const;
    /// Grows with each request that begins and each answer that is written.
    [[nodiscard]] std::uint64_t activity() const noexcept { return activity_; }
    /// Takes no more connections, closes idle ones, and the others after the answer under way. On the server's own
    /// io_context.
    void stop_accepting();
    /// Stops accepting, lets requests in flight finish until the deadline, then cuts the rest.
    /// Must run on the server's own io_context. True if nothing had to be cut.
    Task<bool> drain(Deadline deadline);

private:
    struct Connection;
    struct Incoming;
    class ChunkSink;
    using Position = std::list<Connection>::iterator;

    Result<void> listen_on(std::uint16_t port, bool is_shared);
    Task<void> accept();
    Task<bool> wait_for_request(Position position);
    Task<Admission> admit(Request const& head);
    /// False if no connection is idle.
    bool end_longest_idle();
    void set_idle(Position position, bool is_idle);
    Task<void> serve(Position connection);
    /// Whether the connection stays.
    Task<bool> serve_one(Position position);
    /// Reads what of a request has not come with the first read. False if it will not be whole: then its `refusal` says
    /// what to answer, if anybody is there.
    Task<bool> read_body(Connection& connection, Incoming& incoming);
    /// Answers and closes, without having read all of the request.
    Task<bool> refuse(Position position, Response response);
    Task<bool> write(Connection& connection, Response const& response, bool is_head, bool keep_alive);
    Task<bool> write_stream(Connection& connection, Response const& response, bool is_chunked, bool keep_alive);

    asio::io_context& io_;
    ServerConfig const config_;
    Handler& handler_;
    ServerMetrics& metrics_;
    telemetry::Log& log_;
    asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor_;
    TaskGroup tasks_;
    std::list<Connection> connections_;
    std::list<Connection> idle_; ///< Those that owe nothing, the longest first.
    std::uint64_t activity_ = 0;
    bool draining_ = false;
};

} // namespace sluice::http
