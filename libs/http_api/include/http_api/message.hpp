#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/body_source.hpp"
#include "http_api/headers.hpp"
#include "runtime/task.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] Method method_of(std::string_view name) noexcept;
/// GET and HEAD have no effect, so they may be cancelled, repeated and redirected (RFC 9110 section 9.2.1).
[[nodiscard]] bool is_safe(Method method) noexcept;

/// The client of a request that is being answered. Belongs to one I/O thread.
class Peer {
public:
    virtual ~Peer() = default;
    /// Whether the client has closed its side of the connection. A client that has closed it but still reads counts as
    /// gone too, as other proxies do it. Costs a system call.
    [[nodiscard]] virtual bool is_gone() const = 0;
};

/// A received request. Its body is complete and within the limit of its route, or is still to be read from `source`.
struct Request {
    Method method = Method::get;
    /// Path and query of the request line, still percent-encoded.
    std::string target;
    Headers headers;
    std::string body;
    /// The body of a request whose route takes it as a stream; null if `body` is the body. Valid until the answer is
    /// written. What is not read of it is discarded.
    std::shared_ptr<BodySource> source;
    /// The client that waits for the answer, valid until the answer is written. Null if it is not known.
    Peer const* peer = nullptr;
    /// The client's address without a port: `192.0.2.1`, `2001:db8::1`. Empty if it is not known. Valid as `peer` is.
    std::string_view client;

    [[nodiscard]] std::string_view path() const noexcept;
    /// Without the question mark; empty if there is none.
    [[nodiscard]] std::string_view query() const noexcept;
};

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1); empty if there is none.
[[nodiscard]] std::string_view bearer_of(Request const& request);

/// Takes the pieces of a streamed body.
class BodySink : public Peer {
public:
    /// Sends a piece, which must not be empty. Errors: unavailable once the client is gone or does not read.
    virtual Task<Result<void>> write(std::string piece) = 0;
    /// Calls `action` once if the client goes away. While nothing is written, nothing else tells so.
    virtual void when_gone(std::function<void()> action) = 0;
    /// The body cannot be completed. The connection is cut, so that the client does not take it for whole.
    virtual void abort() = 0;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    /// Used instead of `body`: it is called after the head was sent, on the server's thread, and the body ends when it
    /// ends. It must own everything it touches, since the request is gone by then. An exception cuts the connection.
    std::function<Task<void>(BodySink&)> stream;
    /// The bytes that `stream` writes, if that is known; an answer that ends with fewer is cut. For HEAD: the size that
    /// the answer to GET would have.
    std::optional<std::uint64_t> stream_size;
    /// Counts the body against a memory budget; may be null. It must live as long as the body; a server keeps it until
    /// the answer is written.
    std::shared_ptr<void> held;
};

[[nodiscard]] std::string_view reason_of(int status) noexcept;

/// Makes `source` the body of the answer. When the client goes away, the source is cancelled at once. A source that
/// fails cuts the connection, so that the client sees that the body is not whole.
void stream_from(Response& response, std::shared_ptr<BodySource> source);

/// An answer with `content-type: application/json`.
[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response json_response(int status, json::value const& body);

} // namespace sluice::http
