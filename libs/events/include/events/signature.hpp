#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::events {

/// A new signing secret: `whsec_` and 32 random bytes in base64.
[[nodiscard]] Secret mint_signing_secret();

/// `format=sha256,v=<hex>`: HMAC-SHA-256 of the body under the whole text of the secret.
[[nodiscard]] std::string body_signature(Secret const& secret, std::string_view body);

/// Standard Webhooks (standardwebhooks.com): `v1,<base64>` for each secret, separated by blanks: HMAC-SHA-256 of
/// `id.timestamp.body` under the decoded bytes of the secret.
[[nodiscard]] std::string standard_signature(std::vector<Secret> const& secrets, std::string_view id,
                                             std::int64_t timestamp, std::string_view body);

} // namespace sluice::events
