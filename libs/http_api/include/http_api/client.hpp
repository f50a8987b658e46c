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

/// Whose request it is: what a client has is shared out by it. Empty ids are nobody's: no share is looked at.
struct Owner {
    EnvironmentId environment;
    IntegratedAccountId account;
};

/// A request to some other server.
struct OutgoingRequest {
    Method method = Method::get;
    /// Absolute `http` or `https` URL without fragment; already percent-encoded.
    std::string url;
    Headers headers;
    std::string body;
    /// Whom the answer is for: if it goes away the exchange is given up, about a quarter of a second later. Null: it is
    /// finished.
    Peer const* waiter = nullptr;
    Owner owner;
};

/// The body comes as it was before any content coding; `content-encoding` and `content-length` are left out then.
/// `held` counts a large one against the client's budget.
struct IncomingResponse : Response {
    /// From sending the first byte to having read the last.
    std::chrono::microseconds elapsed{};
    /// Of a request that is not safe: it was made, as its 2xx says, but the body could not be read, and why. The body
    /// is empty then.
    std::optional<Error> unread;
};

/// Sends requests to other servers. The port that `http::PooledClient` implements; tests give a fake.
/// A client belongs to one I/O thread and is called only there.
class Client {
public:
    virtual ~Client() = default;

    /// One exchange; redirects are answers. The answer's body is bounded by the client's limit.
    /// Errors: forbidden (the address is not one we may call), upstream_unreachable (nothing was sent),
    /// upstream_failed, upstream_timeout, rate_limited (a share of the client is used up: nothing was sent, or it was a
    /// safe request whose answer was not read);
    /// unavailable if `request.waiter` has gone: the connection is closed then.
    virtual Task<Result<IncomingResponse>> send(OutgoingRequest request, Deadline deadline) = 0;
};

} // namespace sluice::http
