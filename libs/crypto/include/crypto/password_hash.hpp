#pragma once

#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::crypto {

// argon2id (RFC 9106) with the parameters that OWASP asks for: 19 MiB, 2 passes, 1 lane. A hash takes some 20 ms of one
// thread and those 19 MiB, which are wiped and given back. Blocks. Thread-safe.

struct HashCost {
    std::uint32_t memory_kib = 19 * 1024;
    std::uint32_t passes = 2;
    std::uint32_t lanes = 1;

    friend bool operator==(HashCost const&, HashCost const&) = default;
};

/// The encoded form: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. Throws std::bad_alloc.
[[nodiscard]] std::string hash_password(Secret const& password, HashCost const& cost = {});
/// Whether the password is the one that was hashed. Compares in constant time. False for a text that is no encoded
/// argon2id hash, or asks for more than four times the memory or passes of `HashCost`. Throws std::bad_alloc.
[[nodiscard]] bool verify_password(std::string const& encoded, Secret const& password);
/// Whether the hash was made at another cost.
[[nodiscard]] bool needs_rehash(std::string_view encoded, HashCost const& cost = {});

} // namespace sluice::crypto
