#pragma once

#include "base/clock.hpp"
#include "crypto/token.hpp"
#include "snapshots/cache.hpp"
#include "snapshots/change.hpp"
#include "tenancy/secret_gate.hpp"
#include "tenancy/tenancy.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

namespace sluice::tenancy {

/// The hash of a keyed hash in a map: its first bytes, which are random.
struct DigestHash {
    std::size_t operator()(crypto::Digest const& digest) const noexcept
    {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};

[[nodiscard]] snapshots::Dependencies dependencies_of(ApiToken const& token);
[[nodiscard]] std::size_t weight_of(ApiToken const& token);

/// Recognises API tokens. One per I/O thread. A cached token costs no query.
class ApiTokens {
public:
    /// All must outlive it.
    ApiTokens(ApiTokenRepository& repository, crypto::Keyring const& keyring, SecretGate& gate, Clock const& clock,
              snapshots::CacheConfig config);
    ~ApiTokens();

    using Pointer = std::shared_ptr<ApiToken const>;

    /// What `authenticate` would answer, where no wait is needed: the token is cached or mistyped. Otherwise nothing.
    [[nodiscard]] std::optional<Result<Pointer>> authenticate_warm(std::string_view token,
                                                                   std::string_view address) const;
    /// The environment of a cached token; empty if the token is not cached. The token may have ended since.
    [[nodiscard]] EnvironmentId known_environment(std::string_view token) const;
    /// `address` is the client's, without a port. Errors: unauthenticated (mistyped, unknown, expired); forbidden if
    /// the token is not taken from that address; rate_limited (`SecretGate`); unavailable.
    Task<Result<Pointer>> authenticate(std::string_view token, std::string_view address, Deadline deadline);

    void apply(snapshots::Change const& change);
    void set_listening(bool listening);

private:
    [[nodiscard]] Result<Pointer> usable(Pointer token, std::string_view address) const;

    ApiTokenRepository& repository_;
    crypto::Keyring const& keyring_;
    SecretGate& gate_;
    Clock const& clock_;
    snapshots::Cache<crypto::Digest, ApiToken, DigestHash> cache_;
};

} // namespace sluice::tenancy
