#pragma once

#include "accounts/credential_trial.hpp"
#include "accounts/integrations.hpp"
#include "base/clock.hpp"
#include "connecting/connection.hpp"
#include "http_api/client.hpp"
#include "proxy/vendor_calls.hpp"

#include <optional>
#include <string_view>

namespace sluice::connecting {

/// Tries an account that has just got credentials, before it may be called. One per I/O thread.
class Trial final : public accounts::CredentialTrial {
public:
    /// All must outlive it.
    Trial(ConnectionRepository& connections, accounts::AccountRepository& accounts,
          accounts::InstallationRepository& installations, accounts::Integrations& integrations, http::Client& client,
          proxy::VendorCalls& vendor, Clock const& clock);

    /// Sets the account up, tries it and stores its status: active, or what is wrong. The connection and the link with
    /// which it was connected end with it. Errors: setup_failed; reauth_needed if the vendor refuses the credentials;
    /// upstream_*; unavailable.
    Task<Result<accounts::Account>> run(std::optional<ConnectionId> connection, std::optional<LinkTokenId> link,
                                        accounts::Account account, Deadline deadline);

    Task<Result<void>> try_credentials(accounts::Account const& account, accounts::Context const& context,
                                       Deadline deadline) override;
    /// As `try_credentials`, for an address that was checked.
    Task<Result<void>> try_context(accounts::Account const& account, accounts::Context const& context,
                                   Deadline deadline);

private:
    Task<Result<accounts::CallableAccountPtr>> callable(accounts::Account const& account,
                                                        accounts::Context const& context, Deadline deadline);
    /// Runs the definition's post-install steps, and stores what they put into the context. Errors: setup_failed;
    /// reauth_needed if the vendor refuses the credentials.
    Task<Result<void>> set_up(accounts::CallableAccountPtr account, Deadline deadline);

    ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    accounts::InstallationRepository& installations_;
    accounts::Integrations& integrations_;
    http::Client& client_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

/// The `error_type` for clients: `connection_error`, `validation_error`, ….
[[nodiscard]] std::string_view error_type_of(Error const& error);

} // namespace sluice::connecting
