#pragma once

#include "accounts/vault.hpp"
#include "http_api/headers.hpp"

#include <string>

namespace sluice::accounts {

/// A vendor's text without the account's own secrets, which some vendors repeat: as they are, percent-encoded, with
/// slashes escaped, and within base64, such as that of Basic authentication. For texts that are kept or shown.
[[nodiscard]] std::string without_secrets(std::string text, CallableAccount const& account);
/// The same of a vendor's header values.
[[nodiscard]] http::Headers without_secrets(http::Headers headers, CallableAccount const& account);

} // namespace sluice::accounts
