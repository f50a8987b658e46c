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

/// A vendor's answer, sorted.
struct Outcome {
    enum class Kind {
        object, ///< A JSON body, unchanged.
        list,   ///< A list of records; `page` points into `body`.
        empty,  ///< Success without a body.
        binary, ///< Success that is not JSON.
        error,  ///< The vendor refused; `status` and `message` say how.
        unread, ///< A write was made, but the vendor's answer cannot be read; `message` says so.
    };
    Kind kind = Kind::object;
    int status = 200;        ///< The HTTP status that our caller gets.
    int remote_status = 200; ///< The HTTP status that the vendor sent.
    std::string message;     ///< Of an error: the vendor's text, or one made from the status.
    /// Of an error: the dotted path of the member of `body` that has the vendor's messages by argument; mostly empty.
    std::string failures_at;
    std::string note;        ///< Says what was left out; mostly empty.
    bool had_effect = false; ///< Of an error: a part of the call was made before.
    std::string content_type;
    std::string body; ///< The vendor's bytes, or the part of them that is kept.
    PageText page;
    std::optional<std::string> next_cursor; ///< Sealed, for the call of the next page.
    http::Headers vendor_headers;
    ratelimit::Limits limits;
    std::chrono::microseconds vendor_time{};
    std::shared_ptr<void> held; ///< Counts `body` against a memory budget until it is released.

    Outcome() = default;
    // Defined, since `page` points into `body` and the move of a short string changes its buffer.
    Outcome(Outcome&& other) noexcept;
    Outcome& operator=(Outcome&& other) noexcept;
};

/// Whether the status sends the client to another address (RFC 9110 section 15.4).
[[nodiscard]] bool is_redirect(int status);

/// Sorts a vendor's answer. Pure. A redirect that was not followed is an error that names its target. A 303 as the
/// answer to a write means that the write was made.
[[nodiscard]] Outcome interpret(catalog::Integration const& integration, catalog::Method const& method,
                                http::IncomingResponse response, Timestamp now);

/// The vendor's headers that may be passed on: no cookies, challenges or hop-by-hop headers. A header with a name that
/// Sluice uses itself becomes `x-upstream-<name>`.
[[nodiscard]] http::Headers forwardable(http::Headers const& from);

/// Adds `ratelimit-*`, `retry-after` and `x-ratelimit-derived`, each if its value is known.
void add_limit_headers(ratelimit::Limits const& limits, http::Headers& headers);

} // namespace sluice::proxy
