#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::crypto {

// Checks of certificates and private keys that somebody hands in for TLS, before they are stored. Each gives what is
// wrong, in words for the person who wrote the text, or nothing. The words quote nothing of the text. Pure and
// thread-safe; at most a few milliseconds.

/// Of the texts below, in bytes.
inline constexpr std::size_t kLargestPem = 64 * 1024;
inline constexpr std::size_t kMostCertificates = 100;

/// `pem` must be certificates (RFC 7468 section 5) and nothing secret: no private key may be among them. None may have
/// expired at `now`. Each must have a key, and a signature unless it signed itself, that today's TLS accepts.
[[nodiscard]] std::optional<std::string> fault_of_certificates(std::string_view pem, Clock::time_point now);

/// `pem` must be the unencrypted private key (RFC 5958, RFC 8017 or RFC 5915) of the first of `certificates`, in which
/// `fault_of_certificates` finds nothing.
[[nodiscard]] std::optional<std::string> fault_of_private_key(Secret const& pem, std::string_view certificates);

} // namespace sluice::crypto
