#pragma once

#include "accounts/vendor_calls.hpp"
#include "proxy/caller.hpp"

namespace sluice::proxy {

/// The calls that connecting an account and keeping it healthy take, by way of the caller. One per I/O thread.
class AccountCalls final : public accounts::VendorCalls {
public:
    /// `caller` must outlive it.
    explicit AccountCalls(Caller& caller)
        : caller_(caller)
    {
    }

    Task<Result<Check>> check(accounts::ConnectedPtr account, Deadline deadline) override;
    Task<Result<json::value>> call(accounts::ConnectedPtr account, catalog::MethodCall const& call, json::value values,
                                   Deadline deadline) override;
    Task<Result<Listed>> list(accounts::ConnectedPtr account, catalog::MethodCall const& call, std::size_t most,
                              Deadline deadline) override;

private:
    Caller& caller_;
};

} // namespace sluice::proxy
