#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "http_api/client.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace sluice::accounts {

struct SealedSecret;

// The TLS settings of an environment integration: the member `tls` of its override, with the texts `ca`, `certificate`
// and `key` in PEM (`http::TlsIdentity` says what each does). The first two may be read by developers. The key is taken
// out, stored sealed and never shown. Pure functions.

using TlsIdentityPtr = std::shared_ptr<http::TlsIdentity const>;

/// Removes `tls.key` from the override, if it is a text.
[[nodiscard]] std::optional<Secret> take_tls_key(json::object& override);

/// Every mistake in `tls`, at `override.tls.<member>`. `key` was taken out of it.
[[nodiscard]] std::vector<FieldFailure> faults_of_tls(json::object const& override, std::optional<Secret> const& key,
                                                      Clock::time_point now);

[[nodiscard]] bool has_certificate(json::object const& override);
/// The error for a new certificate that comes without its key.
[[nodiscard]] Error tls_key_needed();

/// The settings as the client takes them; null if the override has none. `key` is the stored one; if it is gone,
/// whoever uses the certificate is told so.
[[nodiscard]] TlsIdentityPtr tls_identity(json::object const& override, std::optional<SealedSecret> key);

} // namespace sluice::accounts
