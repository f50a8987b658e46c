#pragma once

#include "base/result.hpp"
#include "http_api/egress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::identity {

/// What an OpenID provider publishes of itself (OpenID Connect Discovery 1.0 section 3), as far as it is used here.
struct OidcProvider {
    /// How the client shows itself at the token endpoint. Without a secret it is `none`, whatever is published.
    enum class Authentication { basic, post };

    std::string issuer;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    Authentication authentication = Authentication::basic;
    /// Every authorization response has `iss` (RFC 9207 section 3), so one without it is not of this provider.
    bool names_itself = false;
};

/// The largest document that is read: bytes. Those of large providers have some two thousand.
inline constexpr std::size_t kLargestOidcDocument = 128 * 1024;

/// Why a text cannot be an issuer; nothing if it can. An issuer is a URL without query and fragment (OpenID Connect
/// Discovery 1.0 section 3), with https. http is taken only where the egress policy has an exception for the address.
[[nodiscard]] std::optional<std::string> fault_of_issuer(std::string_view issuer, http::EgressPolicy const& egress);

/// Where the document of `issuer` is (section 4).
[[nodiscard]] std::string oidc_document_url(std::string_view issuer);

/// Reads the document of `issuer`. It must name exactly this issuer, or another provider could pass for it (section
/// 4.3). Every URL in it must be one that may be called. Errors: upstream_failed with the broken rule.
[[nodiscard]] Result<OidcProvider> read_oidc_document(std::string_view issuer, std::string_view document,
                                                      http::EgressPolicy const& egress);

} // namespace sluice::identity
