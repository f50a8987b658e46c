#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http_api/body_source.hpp"
#include "http_api/message.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::http {

/// The owner of a request, by whom a client's places are shared out. With empty ids no share is checked.
struct Owner {
    EnvironmentId environment;
    IntegratedAccountId account;
};

/// The TLS settings of an installation that has its own. Connections and TLS sessions are shared only between calls
/// with the same id. Immutable.
struct TlsIdentity {
    std::string id;          ///< A digest of the rest, in which the key counts by how it is sealed.
    std::string ca;          ///< PEM certificates that are trusted instead of those of the system; may be empty.
    std::string certificate; ///< PEM: the client's certificate, and those between it and its root; may be empty.
    /// Opens the private key of `certificate`, in PEM. It is called when a client meets the identity for the first
    /// time, so that nobody else holds the key in the clear. Never empty if there is a certificate.
    std::function<Result<Secret>()> key;
};

/// A request to another server.
struct OutgoingRequest {
    Method method = Method::get;
    /// Absolute `http` or `https` URL without fragment; already percent-encoded.
    std::string url;
    Headers headers;
    std::string body;
    /// The body, if it is a stream; `body` is then empty. It is sent as it comes, until the server answers.
    std::shared_ptr<BodySource> source;
    /// Decides by its status and headers whether the body of an answer is given as a stream. Empty: never.
    std::function<bool(int status, Headers const& headers)> streams_answer;
    /// The end of an exchange with a streamed body, for which the deadline of `send` would be too early. Absent: that
    /// deadline.
    std::optional<Deadline> stream_deadline;
    /// How the server is trusted and what it is shown; null: the CAs of the system, and no certificate.
    std::shared_ptr<TlsIdentity const> tls;
    /// The client that waits for the answer. If it goes away, the exchange is cancelled within about a quarter of a
    /// second. Null: the exchange is always finished.
    Peer const* waiter = nullptr;
    Owner owner;
};

/// The body is decoded; `content-encoding` and `content-length` are then removed. `held` counts a large body against
/// the client's budget.
struct IncomingResponse : Response {
    /// The body, if `OutgoingRequest::streams_answer` wanted it so. It is neither decoded nor bounded, and counts as a
    /// call in progress until it was read to its end or is destroyed. It may outlive the client.
    std::shared_ptr<BodySource> source;
    /// The time from sending the first byte to reading the last, or the head of a streamed answer.
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
    /// client's limit, unless it is streamed. If the server answers before it has read a streamed request, the rest of
    /// the request is not sent. Errors: those of `request.source`, after which the server has got no complete request;
    /// forbidden (the address must not be called); upstream_unreachable (nothing was sent); upstream_failed;
    /// upstream_timeout; rate_limited (a share is used up: nothing was sent, or the request was safe and its answer was
    /// not read); unavailable (`request.waiter` has gone, so the connection was closed).
    virtual Task<Result<IncomingResponse>> send(OutgoingRequest request, Deadline deadline) = 0;
};

} // namespace sluice::http
