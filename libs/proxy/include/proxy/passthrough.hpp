#pragma once

#include "base/deadline.hpp"
#include "catalog/integration.hpp"
#include "http_api/body_source.hpp"
#include "http_api/headers.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// A body that is sent unchanged (REST `body_passthrough`, or a body that is not JSON).
struct RawBody {
    std::string content_type;
    std::string bytes;
    std::shared_ptr<http::BodySource> source = {}; ///< The body, if it is a stream; then it can be sent only once.
    std::string content_encoding = {};             ///< Of a body that the client has compressed; mostly empty.
};

/// What passes through a call between its client and the vendor. Only REST calls have it.
struct Passthrough {
    std::optional<RawBody> body;
    /// The client's headers for the vendor: those of `passed_headers`.
    http::Headers headers;
    /// The codings that the client takes (RFC 9110 section 12.5.3), for an answer that is streamed.
    std::string accept_encoding;
    /// Which answers are given as a stream, unchanged.
    enum class Streams {
        never,
        unread, ///< Those that are not read here: neither JSON nor text in another charset.
        all,    ///< Every success.
    };
    Streams streams = Streams::never;
    /// The end of a call with a streamed body; absent: the call's deadline.
    std::optional<Deadline> stream_deadline;
};

/// The headers of a client that reach the vendor: those that mean the same to every server (conditions, ranges,
/// preferences, what is accepted, the idempotency key), and those that the definition names. Never one that belongs to
/// the connection or is named by `Connection` (RFC 9110 section 7.6.1), and none that could carry a credential.
[[nodiscard]] http::Headers passed_headers(http::Headers const& from, catalog::Integration const& integration);

/// The vendor's headers that may be passed on: no cookies, challenges or headers of the connection. A header with a
/// name that Sluice uses itself becomes `x-upstream-<name>`.
[[nodiscard]] http::Headers forwardable(http::Headers const& from);

/// What is asked for of the codings that a client takes: those that can be decoded here too, since a refusal is read.
[[nodiscard]] std::string wanted_codings(std::string_view accept_encoding);

/// Whether a successful answer with this head is given as a stream. An answer in a coding that the client does not take
/// is not, since it has to be decoded.
[[nodiscard]] bool is_streamed(Passthrough const& through, http::Headers const& headers);

} // namespace sluice::proxy
