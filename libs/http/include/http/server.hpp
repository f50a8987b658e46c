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
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace sluice::http {

/// The client of a request that a server received: there `Request::peer` is one.
class WaitingClient : public Peer {
public:
    /// Sends an interim answer, 1xx, ahead of the final one (RFC 9110 section 15.2). Nothing is told of a client that is
    /// gone: writing the final answer will.
    virtual Task<void> inform(int status, Headers headers) const = 0;
};

/// Answers requests. Called on the server's thread only; may be called again before an earlier answer is ready.
class Handler {
public:
    virtual ~Handler() = default;
    /// The most bytes of body this request may bring, decided from its head alone. What is larger answers 413.
    [[nodiscard]] virtual std::size_t body_limit(Method method, std::string_view path) const = 0;
    /// Never throws for bad input; what it throws is logged and becomes a 500.
    virtual Task<Response> handle(Request request) = 0;
    /// The answer to a request that could not be read (400, 408, 413, 431), or whose handling threw (500).
    virtual Response refuse(int status, std::string_view message) = 0;
};

struct ServerConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;                    ///< 0: any free one
    std::uint32_t header_limit_bytes = 16 * 1024; ///< Of a head. What a connection buffers is bounded with it.
    std::size_t connection_limit = 10'000;        ///< Beyond it new connections wait in the kernel's queue.
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

/// An HTTP/1.1 server on one io_context. Several servers, each on its own thread, may listen on the same port.
/// Keep-alive, Expect: 100-continue and HEAD are dealt with here; each connection does one request at a time.
class Server {
public:
    /// All references must outlive the server.
    Server(asio::io_context& io, ServerConfig config, Handler& handler, ServerMetrics& metrics, telemetry::Log& log);
    ~Server();

    /// Binds and starts accepting. Errors: unavailable with the address and the reason.
    [[nodiscard]] Result<void> listen();
    /// The bound port.
    [[nodiscard]] std::uint16_t port() const;
    /// Grows with each request that begins and each answer that is written.
    [[nodiscard]] std::uint64_t activity() const noexcept { return activity_; }
    /// Stops accepting, closes idle connections, lets requests in flight finish until the deadline, then cuts the rest.
    /// Must run on the server's own io_context. True if nothing had to be cut.
    Task<bool> drain(Deadline deadline);

private:
    struct Connection;
    struct Incoming;
    class ChunkSink;

    Task<void> accept();
    Task<void> serve(std::list<Connection>::iterator connection);
    Task<bool> serve_one(Connection& connection);
    /// Reads the rest of a request whose head is known. The failure is what ended it.
    Task<boost::system::error_code> read_body(Connection& connection, Incoming& incoming);
    Task<bool> refuse(Connection& connection, int status, std::string_view message);
    Task<bool> write(Connection& connection, Response const& response, bool is_head, bool keep_alive);
    Task<bool> write_stream(Connection& connection, Response const& response, bool is_chunked);

    asio::io_context& io_;
    ServerConfig const config_;
    Handler& handler_;
    ServerMetrics& metrics_;
    telemetry::Log& log_;
    asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor_;
    TaskGroup tasks_;
    std::list<Connection> connections_;
    std::uint64_t activity_ = 0;
    bool draining_ = false;
};

} // namespace sluice::http
