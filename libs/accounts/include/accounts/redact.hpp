#pragma once

#include "accounts/vault.hpp"
#include "http_api/headers.hpp"

#include <string>

namespace sluice::accounts {

/// Removes the account's secrets from a text of the vendor, since some vendors repeat them. Finds them unchanged,
/// percent-encoded, with escaped slashes, and inside base64, as in Basic authentication. For texts that are kept or
/// shown.
[[nodiscard]] std::string without_secrets(std::string text, CallableAccount const& account);
/// The same for the values of a vendor's headers.
[[nodiscard]] http::Headers without_secrets(http::Headers headers, CallableAccount const& account);

} // namespace sluice::accounts
