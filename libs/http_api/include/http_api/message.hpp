#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/headers.hpp"
#include "runtime/task.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] Method method_of(std::string_view name) noexcept;
/// GET and HEAD: may be stopped, repeated and redirected without effect (RFC 9110 section 9.2.1).
[[nodiscard]] bool is_safe(Method method) noexcept;

/// The client of a request that is being answered. One I/O thread.
class Peer {
public:
    virtual ~Peer() = default;
    /// Whether it has closed its side of the connection. One that has and still reads is taken to have left, as by
    /// other proxies. Costs a look at the socket.
    [[nodiscard]] virtual bool is_gone() const = 0;
};

/// A request as received, its body complete and within the limit of its route.
struct Request {
    Method method = Method::get;
    /// As on the request line: path and query, still percent-encoded.
    std::string target;
    Headers headers;
    std::string body;
    /// Who waits for the answer, until that is written; null where nobody can be looked after.
    Peer const* peer = nullptr;

    [[nodiscard]] std::string_view path() const noexcept;
    /// Without the question mark; empty if there is none.
    [[nodiscard]] std::string_view query() const noexcept;
};

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1); empty if there is none.
[[nodiscard]] std::string_view bearer_of(Request const& request);

/// Where a body goes that is written while it is made.
class BodySink : public Peer {
public:
    /// Sends a piece now; not empty. Errors: unavailable once the peer is gone or does not read.
    virtual Task<Result<void>> write(std::string piece) = 0;
    /// Calls `action` once if the peer goes away; while nothing is written, that is how it is known.
    virtual void when_gone(std::function<void()> action) = 0;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    /// Instead of `body`: called once the head is sent, on the server's thread; the body ends when it does. It owns all
    /// it touches, as the request is gone by then. What it throws cuts the connection.
    std::function<Task<void>(BodySink&)> stream;
    /// What its bytes count against, where something does: whoever takes the body takes this with it, and a server
    /// keeps it until the answer is written.
    std::shared_ptr<void> held;
};

[[nodiscard]] std::string_view reason_of(int status) noexcept;

/// An answer with `content-type: application/json`.
[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response json_response(int status, json::value const& body);

} // namespace sluice::http
