#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "proxy/vendor_calls.hpp"

namespace sluice::connecting {

/// Tries an account's credentials by its health method, and keeps what that says of them (`accounts/verdict.hpp`). What
/// else a vendor says, or that it is down, is nothing about the credentials. One per I/O thread.
class HealthCheck {
public:
    /// All must outlive it.
    HealthCheck(accounts::AccountRepository& repository, proxy::VendorCalls& vendor, Clock const& clock);

    /// Whether the vendor refused them. Errors: unavailable if what it said could not be stored.
    Task<Result<bool>> run(accounts::CallableAccountPtr account, Deadline deadline);

private:
    accounts::AccountRepository& repository_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

} // namespace sluice::connecting
