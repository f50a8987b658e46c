#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::tenancy {

/// A new API token, with the secret that is shown only now.
struct MintedApiToken {
    ApiToken token;
    Secret secret;
};

/// Makes and changes API tokens. Every function may answer unavailable. May be used on any thread: it has no state.
class TokenMint {
public:
    /// All must outlive it.
    TokenMint(ApiTokenRepository& tokens, crypto::Keyring const& keyring, Clock const& clock);

    /// `allowed` is the most that the token may do: what its maker may. Errors: invalid_argument with every mistake;
    /// conflict if the name is taken or the quota is reached.
    Task<Result<MintedApiToken>> create(EnvironmentId environment, NewApiToken token, Permissions allowed,
                                        Author author, Deadline deadline);
    /// Errors: as `create`; not_found.
    Task<Result<ApiToken>> change(EnvironmentId environment, ApiTokenId id, ApiTokenChange change, Permissions allowed,
                                  Author author, Deadline deadline);

private:
    ApiTokenRepository& tokens_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::tenancy
