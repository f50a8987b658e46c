#pragma once

#include "accounts/vault.hpp"
#include "base/deadline.hpp"
#include "catalog/actions.hpp"
#include "runtime/task.hpp"

namespace sluice::proxy {

/// What connecting an account asks its vendor, whatever the account's status. The port that the proxy implements.
class VendorCalls {
public:
    virtual ~VendorCalls() = default;
    /// What the vendor says of the credentials.
    struct Check {
        std::string refusal; ///< Why it refuses them, of its 401; empty if it does not.
    };
    /// Tries the credentials with the cheap read the definition names. Errors: it could not be told. reauth_needed
    /// among them is our own word: there is no credential to try.
    virtual Task<Result<Check>> check(accounts::CallableAccountPtr account, Deadline deadline) = 0;
    /// Calls a method of the definition, its templates filled from `values`. Its answer as JSON: a list as the array of
    /// its items, of at most `kMostItems`; null if there is none. Errors: reauth_needed if the vendor refuses the
    /// credentials; upstream_failed, upstream_timeout, rate_limited; invalid_argument if a template reads what is not
    /// there.
    virtual Task<Result<json::value>> call(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                           json::value values, Deadline deadline) = 0;

    /// The first records of a list, by one call.
    struct Listed {
        json::array items;
        bool is_whole = true; ///< There are no more.
    };
    /// Errors: as above; forbidden if the account may not read it.
    virtual Task<Result<Listed>> list(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                      std::size_t most, Deadline deadline) = 0;

    static constexpr std::size_t kMostItems = 1000;
};

} // namespace sluice::proxy
