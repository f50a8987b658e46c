#pragma once

#include "proxy/caller.hpp"
#include "proxy/vendor_calls.hpp"

namespace sluice::proxy {

/// Makes vendor calls for connecting, health checks and account schemas, with a `Caller`. One per I/O thread.
class AccountCalls final : public VendorCalls {
public:
    /// `caller` must outlive it.
    explicit AccountCalls(Caller& caller)
        : caller_(caller)
    {
    }

    Task<Result<Check>> check(accounts::CallableAccountPtr account, Deadline deadline) override;
    Task<Result<json::value>> call(accounts::CallableAccountPtr account, catalog::MethodCall const& call,
                                   json::value values, Deadline deadline) override;
    Task<Result<Listed>> list(accounts::CallableAccountPtr account, catalog::MethodCall const& call, std::size_t most,
                              Deadline deadline) override;

private:
    Caller& caller_;
};

} // namespace sluice::proxy
