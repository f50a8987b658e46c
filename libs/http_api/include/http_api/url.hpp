#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

/// The parts of an absolute http or https URL that an HTTP client needs.
struct Url {
    bool is_tls = false;
    /// A name in lower case or an IP address; IPv6 without brackets.
    std::string host;
    std::uint16_t port = 0;
    /// Path and query, percent-encoded, at least "/".
    std::string target;

    /// The value of the header `Host`: `host`, or `host:port` if the port is not the scheme's default.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] bool same_origin(Url const& other) const;
};

/// Reads a URL strictly: http or https; a host of letters, digits, `-`, `_` and dots, or an IP address; no user
/// information, no fragment, no control characters or blanks. Nothing in the authority is decoded. Errors:
/// invalid_argument with a text that names the broken rule.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// The URL of a reference, such as a redirect's `Location`, which may be relative to `base` (RFC 3986 section 5). Dot
/// segments are resolved, a fragment is dropped. Errors: as of `parse_url`.
[[nodiscard]] Result<Url> resolve_url(Url const& base, std::string_view reference);

} // namespace sluice::http
