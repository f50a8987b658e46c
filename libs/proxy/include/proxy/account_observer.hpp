#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "proxy/caller.hpp"
#include "telemetry/log.hpp"
#include "tenancy/change.hpp"

namespace sluice::proxy {

/// Writes what vendor calls tell about an account into its row.
class AccountObserver final : public CallObserver {
public:
    /// All must outlive it.
    AccountObserver(accounts::AccountRepository& accounts, tenancy::Announcer& announcer, Clock const& clock,
                    telemetry::Log& log);

    /// The account needs re-authentication, unless its credentials were replaced meanwhile.
    Task<void> unauthorised(accounts::ConnectedPtr account, std::string message) override;
    Task<void> forbidden(accounts::ConnectedPtr account, catalog::Method const& method, std::string message) override;

private:
    Task<void> write(accounts::ConnectedPtr account, accounts::AccountChange change);

    accounts::AccountRepository& accounts_;
    tenancy::Announcer& announcer_;
    Clock const& clock_;
    telemetry::Log& log_;
};

} // namespace sluice::proxy
