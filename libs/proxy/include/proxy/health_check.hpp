#pragma once

#include "accounts/connector.hpp"
#include "proxy/caller.hpp"

namespace sluice::proxy {

/// Tries credentials with the `health` method of the definition: one cheap read. One per I/O thread.
class HealthCheck final : public accounts::CredentialCheck {
public:
    /// `caller` must outlive it.
    explicit HealthCheck(Caller& caller)
        : caller_(caller)
    {
    }

    Task<Result<void>> check(accounts::ConnectedPtr account, Deadline deadline) override;

private:
    Caller& caller_;
};

} // namespace sluice::proxy
