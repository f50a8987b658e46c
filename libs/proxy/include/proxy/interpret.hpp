#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "catalog/integration.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "proxy/json_text.hpp"
#include "ratelimit/normalise.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice::proxy {

/// Where a page is in its list.
struct Turn {
    std::string position;              ///< Of the page, in the form of its paging style; empty for the first.
    std::optional<std::int64_t> limit; ///< With which the page was asked for; absent: the vendor decided.
    std::int64_t skip = 0;             ///< Records at its beginning that were given before, and are left out.
    std::optional<std::string> next;   ///< Position of the next page; absent on the last.
    bool is_short = false;             ///< The vendor gave fewer records than were asked for.
};

/// A vendor's answer, sorted.
struct Outcome {
    enum class Kind {
        object, ///< A JSON body, unchanged.
        list,   ///< A list of records; `page` points into `body`.
        empty,  ///< Success without a body, or 304.
        binary, ///< Success that is not JSON; its body is `source` if that is set.
        error,  ///< The vendor refused; `status` and `message` say how.
        unread, ///< A write was made, but the vendor's answer cannot be read; `message` says so.
    };
    Kind kind = Kind::object;
    int status = 200;        ///< The HTTP status that our caller gets.
    int remote_status = 200; ///< The HTTP status that the vendor sent.
    std::string message;     ///< Of an error: the vendor's text, or one made from the status.
    /// Of an error: the vendor said it, and `message` is its text. The next three are the vendor's too; mostly empty.
    bool is_refusal = false;
    std::string remote_code;                 ///< The vendor's own code, at most 200 bytes.
    std::vector<FieldFailure> failures;      ///< The messages by argument, at most 20.
    std::vector<std::string> missing_scopes; ///< Of a 403: the OAuth scopes that the account lacks, if they are known.
    std::string note;                        ///< Says what was left out; mostly empty.
    bool had_effect = false;                 ///< Of an error: a part of the call was made before.
    std::string content_type;
    std::string body; ///< The vendor's bytes, or the part of them that is kept.
    PageText page;
    Turn turn;                              ///< Of a list in pages.
    std::optional<std::string> next_cursor; ///< Sealed, for the call of the next page.
    http::Headers vendor_headers;
    ratelimit::Limits limits;
    std::vector<ratelimit::Window>
        windows; ///< All windows that the answer tells, `limits` being one of them. `Caller` keeps
    ///< them only where the account's environment wants structured limit headers.
    std::string unread_limit; ///< The name of a header that should tell a limit and could not be read; mostly empty.
    std::chrono::microseconds vendor_time{};
    std::size_t calls = 1;                    ///< How many pages were asked for.
    std::shared_ptr<http::BodySource> source; ///< The body, unchanged, if it is streamed.
    std::shared_ptr<void> held;               ///< Counts `body` against a memory budget until it is released.

    Outcome() = default;
    // Defined, since `page` points into `body` and the move of a short string changes its buffer.
    Outcome(Outcome&& other) noexcept;
    Outcome& operator=(Outcome&& other) noexcept;
};

/// Whether the status sends the client to another address (RFC 9110 section 15.4).
[[nodiscard]] bool is_redirect(int status);

/// Sorts a vendor's answer. Pure. A redirect that was not followed is an error that names its target. A 303 as the
/// answer to a write means that the write was made. A 2xx with JSON of which the method's `error_expression` holds is a
/// refusal, also of a write; its status is that of `ErrorPicks`.
[[nodiscard]] Outcome interpret(catalog::Integration const& integration, catalog::Method const& method,
                                http::IncomingResponse response, Timestamp now);

/// Reads message, code and failures of a refusal from its body and its challenge, once more if these were changed.
void read_refusal(catalog::ErrorPicks const& picks, Outcome& outcome);

/// Adds `ratelimit-*`, `retry-after` and `x-ratelimit-derived`, each if its value is known; with `windows` also
/// `ratelimit` and `ratelimit-policy` (draft-ietf-httpapi-ratelimit-headers-08 and later), each as one item for a
/// window. A header of the vendor with one of these two names becomes `x-upstream-<name>`.
void add_limit_headers(ratelimit::Limits const& limits, http::Headers& headers,
                       std::span<ratelimit::Window const> windows = {});

} // namespace sluice::proxy
