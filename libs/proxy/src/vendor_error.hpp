#pragma once

#include "base/error.hpp"
#include "catalog/error_picks.hpp"
#include "http_api/headers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::proxy {

/// What a vendor says in an error.
struct VendorError {
    std::string message; ///< At most 500 bytes; empty if the body says nothing.
    std::string code;    ///< The vendor's own, at most 200 bytes; empty if there is none.
    /// The messages by argument, at most 20. The paths are dotted (`items[0].name`).
    std::vector<FieldFailure> failures;
    bool is_page = false;      ///< The message is of an HTML page, which is no word of the API.
    std::optional<int> status; ///< An HTTP status in the body, where the definition says that there is one.
};

/// Reads an error's body: JSON of any of the usual shapes (RFC 9457, JSON:API, GraphQL, SOAP and those of common
/// frameworks), XML, HTML, text. `status` is the vendor's, since texts that only repeat it say nothing. All texts are
/// lines of valid UTF-8 without markup. Pure. Of a JSON body over 256 KiB nothing is read.
[[nodiscard]] VendorError read_vendor_error(catalog::ErrorPicks const& picks, int status, std::string const& body);

/// What the challenge of a refused token says (`WWW-Authenticate: Bearer`, RFC 6750 section 3).
struct Challenge {
    std::string error;               ///< `invalid_token`, `insufficient_scope`, …
    std::string description;         ///< At most 500 bytes.
    std::vector<std::string> scopes; ///< The scopes that the call needs, at most 50.
};
[[nodiscard]] Challenge read_challenge(http::Headers const& headers);

} // namespace sluice::proxy
