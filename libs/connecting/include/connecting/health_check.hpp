#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "proxy/vendor_calls.hpp"

namespace sluice::connecting {

/// Tries an account's credentials with the health method, and stores the result (`accounts/verdict.hpp`). Only a 401
/// speaks against credentials: other refusals, and a vendor that is down, say nothing about them. One per I/O thread.
class HealthCheck {
public:
    /// All must outlive it.
    HealthCheck(accounts::AccountRepository& repository, proxy::VendorCalls& vendor, Clock const& clock);

    /// True if the next check should come soon: the vendor refuses the credentials, or refused them at an earlier check
    /// and could not be asked now. Errors: unavailable if the result could not be stored.
    Task<Result<bool>> run(accounts::CallableAccountPtr account, Deadline deadline);

private:
    accounts::AccountRepository& repository_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

} // namespace sluice::connecting
