#pragma once

#include "accounts/vault.hpp"
#include "base/deadline.hpp"
#include "catalog/actions.hpp"
#include "runtime/task.hpp"

namespace sluice::proxy {

/// Vendor calls for other rooms: connecting, health checks, account schemas. They are made whatever the account's
/// status. The port is implemented by `AccountCalls`.
class VendorCalls {
public:
    virtual ~VendorCalls() = default;
    /// What the vendor says about the credentials.
    struct Check {
        std::string refusal; ///< The text of the vendor's 401; empty if it accepts them.
    };
    /// Tries the credentials with the health method of the definition. An error means that nothing was learnt about
    /// them; reauth_needed means that there is no credential to try.
    virtual Task<Result<Check>> check(accounts::CallableAccountPtr account, Deadline deadline) = 0;
    /// Calls a method of the definition; `values` fill its templates. Gives the answer as JSON: a list as an array of
    /// at most `kMostItems` records; null for an answer without body. Errors: reauth_needed if the vendor refuses the
    /// credentials; upstream_unreachable, upstream_failed, upstream_timeout, rate_limited; invalid_argument if a
    /// template reads a value that is not there.
    virtual Task<Result<json::value>> call(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                           json::value values, Deadline deadline) = 0;

    /// The first records of a list, from one vendor call.
    struct Listed {
        json::array items;
        bool is_whole = true; ///< The list has no more records.
    };
    /// Errors: those of `call`; forbidden if the account may not read the list.
    virtual Task<Result<Listed>> list(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                      std::size_t most, Deadline deadline) = 0;

    static constexpr std::size_t kMostItems = 1000;
};

} // namespace sluice::proxy
