#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

/// The parts of an absolute http or https URL that a client needs.
struct Url {
    bool is_tls = false;
    /// Lower-case name or literal address, IPv6 without brackets.
    std::string host;
    std::uint16_t port = 0;
    /// Path and query, percent-encoded, at least "/".
    std::string target;

    /// `host` or `host:port` as it stands in the Host field: the port only where it is not the scheme's own.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] bool same_origin(Url const& other) const;
};

/// Strict: http or https, a host of letters, digits, `-`, `_` and dots or a literal address, no user information, no
/// fragment, no control characters or blanks. Nothing is decoded in the authority, so it is what the text shows.
/// Errors: invalid_argument with a text that says which rule was broken.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// A redirect's `Location`, absolute or relative, seen from `base` (RFC 3986 section 5).
[[nodiscard]] Result<Url> resolve_url(Url const& base, std::string_view reference);

} // namespace sluice::http
