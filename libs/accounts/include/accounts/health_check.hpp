#pragma once

#include "accounts/repositories.hpp"
#include "accounts/vendor_calls.hpp"
#include "base/clock.hpp"

namespace sluice::accounts {

/// Tries an account's credentials by its health method, and keeps what that says of them (`accounts/verdict.hpp`). What
/// else a vendor says, or that it is down, is nothing about the credentials. One per I/O thread.
class HealthCheck {
public:
    /// All must outlive it.
    HealthCheck(AccountRepository& repository, VendorCalls& vendor, Clock const& clock);

    /// Whether the vendor refused them. Errors: unavailable if what it said could not be stored.
    Task<Result<bool>> run(ConnectedPtr account, Deadline deadline);

private:
    AccountRepository& repository_;
    VendorCalls& vendor_;
    Clock const& clock_;
};

} // namespace sluice::accounts
