#pragma once

#include "accounts/integrations.hpp"
#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "crypto/cursor_sealer.hpp"
#include "proxy/vendor_calls.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::connecting {

/// The form a definition may ask for once an account is connected. Whoever connected the account holds a form token:
/// sealed, good for this account and a day, kept nowhere. One per I/O thread.
class ConnectForm {
public:
    /// All must outlive it.
    ConnectForm(accounts::AccountRepository& accounts, accounts::Integrations& integrations, proxy::VendorCalls& vendor,
                crypto::CursorSealer const& sealer);

    /// For an account that was just connected; nothing if its definition asks no questions.
    Task<Result<std::optional<std::string>>> token_for(EnvironmentId environment, IntegratedAccountId id,
                                                       Deadline deadline);

    /// The account whose form it is. Errors: unauthenticated for a token that is not ours or too old, or whose account
    /// is gone.
    Task<Result<accounts::CallableAccountPtr>> open(std::string_view token, Deadline deadline);

    /// What a field offers under the answers so far, asked of the vendor where the definition says so.
    /// Errors: invalid_argument at `field` or at the answer it depends on; those of the vendor.
    Task<Result<std::vector<catalog::FormField::Option>>>
    options(accounts::CallableAccountPtr account, std::string field, json::object answers, Deadline deadline);

    /// Stores the answers. Errors: invalid_argument at `values.<field>`, also for what the vendor does not offer.
    Task<Result<void>> submit(accounts::CallableAccountPtr account, json::object values, Deadline deadline);

private:
    Task<Result<accounts::CallableAccountPtr>> load(EnvironmentId environment, IntegratedAccountId id,
                                                    Deadline deadline);

    accounts::AccountRepository& accounts_;
    accounts::Integrations& integrations_;
    proxy::VendorCalls& vendor_;
    crypto::CursorSealer const& sealer_;
};

} // namespace sluice::connecting
