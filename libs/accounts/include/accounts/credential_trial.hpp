#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

namespace sluice::accounts {

/// Asks a vendor whether credentials work, before they are stored. The room `connecting` implements it.
class CredentialTrial {
public:
    virtual ~CredentialTrial() = default;
    /// Asks whether the vendor has an account at the address, if the definition says how, and calls the health method
    /// of the definition once, as `account` with the context `context`. The account may have no row yet; of it only
    /// environment, environment integration, authentication method and the end of its access token are read. Stores
    /// nothing and renews nothing. Errors: not_found if there is no such environment integration; invalid_argument at
    /// the first field of an address that nobody has; reauth_needed if the vendor refuses the credentials; upstream_*;
    /// forbidden while the integration is disabled; unavailable.
    virtual Task<Result<void>> try_credentials(Account const& account, Context const& context, Deadline deadline) = 0;
};

} // namespace sluice::accounts
