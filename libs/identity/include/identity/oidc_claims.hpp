#pragma once

#include "base/result.hpp"
#include "base/timestamp.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::identity {

/// What an ID token must say.
struct ExpectedClaims {
    std::string issuer;
    std::string client_id;
    std::string nonce;
    Timestamp now;
};

/// So much may the clocks of a provider and of Sluice differ.
inline constexpr std::chrono::seconds kClockLeeway{60};

/// Checks the claims of an ID token (OpenID Connect Core 1.0 section 3.1.3.7), and gives its subject: 1 to 255
/// characters without control characters. `email` and all other claims are not read. Errors: unauthenticated with the
/// broken rule. No text contains a value of the token.
[[nodiscard]] Result<std::string> subject_of(std::string_view claims, ExpectedClaims const& expected);

} // namespace sluice::identity
