#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "http_api/message.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sluice::http {

/// The owner of a request, by whom a client's places are shared out. With empty ids no share is checked.
struct Owner {
    EnvironmentId environment;
    IntegratedAccountId account;
};

/// A request to another server.
struct OutgoingRequest {
    Method method = Method::get;
    /// Absolute `http` or `https` URL without fragment; already percent-encoded.
    std::string url;
    Headers headers;
    std::string body;
    /// The client that waits for the answer. If it goes away, the exchange is cancelled within about a quarter of a
    /// second. Null: the exchange is always finished.
    Peer const* waiter = nullptr;
    Owner owner;
};

/// The body is decoded; `content-encoding` and `content-length` are then removed. `held` counts a large body against
/// the client's budget.
struct IncomingResponse : Response {
    /// The time from sending the first byte to reading the last.
    std::chrono::microseconds elapsed{};
    /// Set for an unsafe request that succeeded (2xx) but whose body could not be read: the reason. The body is then
    /// empty.
    std::optional<Error> unread;
};

/// Sends requests to other servers. This is the port that `http::PooledClient` implements; tests use a fake. Belongs to
/// one I/O thread.
class Client {
public:
    virtual ~Client() = default;

    /// Makes one exchange. Redirects are answers and are not followed. The body of the answer is bounded by the
    /// client's limit. Errors: forbidden (the address must not be called); upstream_unreachable (nothing was sent);
    /// upstream_failed; upstream_timeout; rate_limited (a share is used up: nothing was sent, or the request was safe
    /// and its answer was not read); unavailable (`request.waiter` has gone, so the connection was closed).
    virtual Task<Result<IncomingResponse>> send(OutgoingRequest request, Deadline deadline) = 0;
};

} // namespace sluice::http
