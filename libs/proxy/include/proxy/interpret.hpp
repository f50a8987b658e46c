#pragma once

#include "base/timestamp.hpp"
#include "catalog/integration.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "proxy/json_text.hpp"
#include "ratelimit/normalise.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace sluice::proxy {

/// What a vendor said, in our terms.
struct Outcome {
    enum class Kind {
        object, ///< A JSON body, as it is.
        list,   ///< A list; `page` points into `body`.
        empty,  ///< Success without a body.
        binary, ///< Success that is not JSON.
        error,  ///< The vendor refused; `status` and `message` say how.
        unread, ///< A write was made, but what the vendor answered cannot be read; `message` says so.
    };
    Kind kind = Kind::object;
    int status = 200;        ///< What our caller gets.
    int remote_status = 200; ///< What the vendor said.
    std::string message;     ///< Of an error: the vendor's, or made from the status.
    std::string note;        ///< What a reader should know of what was left out; mostly empty.
    std::string content_type;
    std::string body; ///< The vendor's bytes, or what is left of them.
    PageText page;
    std::optional<std::string> next_cursor; ///< Ours, sealed.
    http::Headers vendor_headers;
    ratelimit::Limits limits;
    std::chrono::microseconds vendor_time{};
    std::shared_ptr<void> held; ///< As of the answer: `body` counts until this goes.

    Outcome() = default;
    // `page` points into `body`, whose buffer a move of a short string would not keep.
    Outcome(Outcome&& other) noexcept;
    Outcome& operator=(Outcome&& other) noexcept;
};

/// Whether the status means that the same request is to be made elsewhere, or a GET (RFC 9110 section 15.4).
[[nodiscard]] bool is_redirect(int status);

/// Sorts a vendor's answer. Pure. A redirect that the caller did not follow is an error that names its target; a 303 to
/// a write says that it was made.
[[nodiscard]] Outcome interpret(catalog::Integration const& integration, catalog::Method const& method,
                                http::IncomingResponse response, Timestamp now);

/// The vendor's header fields that may be passed on: no cookies, challenges or hop-by-hop fields; those that have one
/// of our names move to `x-upstream-<name>`.
[[nodiscard]] http::Headers forwardable(http::Headers const& from);

/// Adds `ratelimit-*`, `retry-after` and `x-ratelimit-derived` as far as they are known.
void add_limit_headers(ratelimit::Limits const& limits, http::Headers& headers);

} // namespace sluice::proxy
