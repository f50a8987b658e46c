#pragma once

#include "base/deadline.hpp"
#include "http_api/message.hpp"
#include "http_api/networks.hpp"
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
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace sluice::http {

/// The client of a request that this server received. `Request::peer` is one of these.
class WaitingClient : public Peer {
public:
    /// Sends an interim answer (1xx) before the final one (RFC 9110 section 15.2). Does not report a client that is
    /// gone; writing the final answer does.
    virtual Task<void> inform(int status, Headers headers) const = 0;
};

/// Memory for the body of one request. It is given back on destruction. One thread.
class BodyRoom {
public:
    virtual ~BodyRoom() = default;
    /// Takes so many more bytes. False if there are not so many; then none are taken.
    [[nodiscard]] virtual bool grow(std::size_t bytes) = 0;
};

/// Decides whether the body of a request is read.
struct Admission {
    std::optional<Response> refusal; ///< The answer, if the body is not read.
    std::unique_ptr<BodyRoom> room;  ///< Null if only the limit of the route bounds the body.
};

/// Answers requests. Called only on the server's thread, also while earlier requests are still being answered.
class Handler {
public:
    virtual ~Handler() = default;
    /// The most bytes that the body of this request may have, decided by its head alone. A larger body is answered with
    /// 413.
    [[nodiscard]] virtual std::size_t body_limit(Method method, std::string_view path) const = 0;
    /// Whether the handler reads the body of this request itself, from `Request::source`, if it did not come with the
    /// first read. Its memory is then not counted.
    [[nodiscard]] virtual bool streams_body(Method, std::string_view) const { return false; }
    /// Decides whether the body is read, and takes memory for it. Called only if the body did not come with the first
    /// read. `head` is the request without its body; it outlives the task.
    virtual Task<Admission> admit([[maybe_unused]] Request const& head) { co_return Admission{}; }
    /// Answers a request. Bad input is an answer too; an exception is logged and answered with 500.
    virtual Task<Response> handle(Request request) = 0;
    /// The answer to a request that could not be read (400, 408, 413, 429, 431), or whose handling threw (500).
    /// `client` is its `Request::client`; if its head could not be read, where its connection comes from.
    virtual Response refuse(int status, std::string_view message, std::string_view client) = 0;
};

struct ServerConfig {
    std::string name = "listen"; ///< The group of its settings, for errors: `listen.address`, `listen.port`.
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;                    ///< 0: any free port.
    std::uint32_t header_limit_bytes = 16 * 1024; ///< The most bytes of a head. Bounds a connection's buffer too.
    /// The most connections. For a new one above it, the connection that has been idle for longest is closed, also if a
    /// part of a head has come. If none is idle, new ones wait in the kernel's queue.
    std::size_t connection_limit = 10'000;
    std::chrono::milliseconds idle_limit{75'000};
    std::chrono::milliseconds head_limit{10'000}; ///< The time from the first byte of a request to the end of its head.
    std::chrono::milliseconds body_limit{30'000};
    std::chrono::milliseconds write_limit{30'000};
    /// The networks of load balancers and other proxies (`Networks::parse`). They alone are believed about the client
    /// of a request (`find_client`).
    std::vector<std::string> trusted_proxies{};
    /// Whether each connection begins with a header of the PROXY protocol, which tells where it comes from. It must be
    /// whole within `head_limit`. Connections without one, and those that do not come from `trusted_proxies`, are
    /// closed.
    bool proxy_protocol = false;
};

struct ServerMetrics {
    explicit ServerMetrics(telemetry::Registry& registry);
    telemetry::Counter& connections;
    telemetry::Counter& refused; ///< Requests that were refused before a handler saw them.
    /// Connections that were closed because they began with no header of the PROXY protocol, or came from elsewhere.
    telemetry::Counter& unintroduced;
};

/// An HTTP/1.1 server on one io_context. Several servers of one process, each on its own thread, may share a port.
/// Handles keep-alive, `Expect: 100-continue` and HEAD. Each connection has one request at a time. A request whose end
/// or host is not clear (RFC 9112 sections 3.2 and 6.3) is refused, and its connection closed.
class Server {
public:
    /// All references must outlive the server.
    Server(asio::io_context& io, ServerConfig config, Handler& handler, ServerMetrics& metrics, telemetry::Log& log);
    ~Server();

    /// Binds and starts accepting. The port must be free: no other process and no other server of this process may have
    /// it. Errors: unavailable with the address, its settings and the reason; invalid_argument if the address or a
    /// network of `trusted_proxies` is none.
    [[nodiscard]] Result<void> listen();
    /// As `listen`, on the port of `first`, which listens already. The kernel shares the connections out among them.
    [[nodiscard]] Result<void> listen_beside(Server const& first);
    /// The bound port.
    [[nodiscard]] std::uint16_t port() const;
    /// A number that grows with each request that begins and each answer that is written.
    [[nodiscard]] std::uint64_t activity() const noexcept { return activity_; }
    /// Takes no more connections. Closes idle ones now, and the others after their present answer. Must run on the
    /// server's io_context.
    void stop_accepting();
    /// Stops accepting, lets requests in progress finish until the deadline, then cuts the rest. Must run on the
    /// server's io_context. True if nothing was cut.
    Task<bool> drain(Deadline deadline);

private:
    struct Connection;
    struct Incoming;
    class StreamedBody;
    class AnswerSink;
    using Position = std::list<Connection>::iterator;

    Result<void> listen_on(std::uint16_t port, bool is_shared);
    Task<void> accept();
    Task<bool> wait_for_request(Position position);
    Task<Admission> admit(Request const& head);
    /// Closes the connection that has been idle for longest. False if none is idle.
    bool end_longest_idle();
    void set_idle(Position position, bool is_idle);
    Task<void> serve(Position connection);
    /// Answers one request. True if the connection stays open.
    Task<bool> serve_one(Position position);
    /// Reads the rest of a request after the first read. False if the request will not be complete: then `refusal` is
    /// the answer, if the client is still there.
    Task<bool> read_body(Connection& connection, Incoming& incoming);
    /// Lets the handler answer the request that was read.
    Task<Response> answer(Request request);
    /// Answers and closes the connection, although the request was not read to its end.
    Task<bool> refuse(Position position, Response response);
    /// Reads what a client still sends after the last answer of its connection, `most` bytes at most.
    Task<void> linger(Position position, std::size_t most);
    Task<bool> write(Connection& connection, Response const& response, bool is_head, bool keep_alive);
    Task<bool> write_stream(Connection& connection, Response const& response, bool is_chunked, bool keep_alive);

    asio::io_context& io_;
    ServerConfig const config_;
    Networks trusted_; ///< Set once the server listens.
    Handler& handler_;
    ServerMetrics& metrics_;
    telemetry::Log& log_;
    asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor_;
    TaskGroup tasks_;
    std::list<Connection> connections_;
    std::list<Connection> idle_; ///< Connections without a request in progress, the one idle for longest first.
    std::uint64_t activity_ = 0;
    bool draining_ = false;
};

} // namespace sluice::http
