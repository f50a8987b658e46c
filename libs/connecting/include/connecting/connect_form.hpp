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

/// The form that a definition may show after an account was connected. The customer's page holds a form token: it is
/// sealed, is valid for this account and one day, and is not stored. One per I/O thread.
class ConnectForm {
public:
    /// All must outlive it.
    ConnectForm(accounts::AccountRepository& accounts, accounts::Integrations& integrations, proxy::VendorCalls& vendor,
                crypto::CursorSealer const& sealer);

    /// Makes a form token for an account that was just connected; nothing if its definition has no form. Errors:
    /// not_found, unavailable.
    Task<Result<std::optional<std::string>>> token_for(EnvironmentId environment, IntegratedAccountId id,
                                                       Deadline deadline);

    /// The account of a form token. Errors: unauthenticated if the token is invalid or too old, or its account was
    /// deleted; unavailable.
    Task<Result<accounts::CallableAccountPtr>> open(std::string_view token, Deadline deadline);

    /// The options of a field, given the answers so far. The vendor is asked for them where the definition says so.
    /// Errors: invalid_argument at `field` or at an answer that the field depends on; those of `VendorCalls::call`.
    Task<Result<std::vector<catalog::FormField::Option>>>
    options(accounts::CallableAccountPtr account, std::string field, json::object answers, Deadline deadline);

    /// Checks and stores the answers. Errors: invalid_argument at `values.<field>`, also for an answer that is no
    /// option of the vendor; unavailable.
    Task<Result<void>> submit(accounts::CallableAccountPtr account, json::object values, tenancy::Author author,
                              Deadline deadline);

private:
    Task<Result<accounts::CallableAccountPtr>> load(EnvironmentId environment, IntegratedAccountId id,
                                                    Deadline deadline);

    accounts::AccountRepository& accounts_;
    accounts::Integrations& integrations_;
    proxy::VendorCalls& vendor_;
    crypto::CursorSealer const& sealer_;
};

} // namespace sluice::connecting
