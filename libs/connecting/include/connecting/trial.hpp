#pragma once

#include "accounts/integrations.hpp"
#include "base/clock.hpp"
#include "connecting/connection.hpp"
#include "proxy/vendor_calls.hpp"

#include <optional>
#include <string_view>

namespace sluice::connecting {

/// Tries an account that was just given credentials, before anybody may call it. One per I/O thread.
class Trial {
public:
    /// All must outlive it.
    Trial(ConnectionRepository& connections, accounts::AccountRepository& accounts,
          accounts::Integrations& integrations, proxy::VendorCalls& vendor, Clock const& clock);

    /// Sets the account up, tries it, and stores what came of it: active, or with what is wrong. With the connection or
    /// the link that it came by, which end with it. Errors: setup_failed; reauth_needed if the vendor refuses the
    /// credentials; upstream_*; unavailable.
    Task<Result<accounts::Account>> run(std::optional<ConnectionId> connection, std::optional<LinkTokenId> link,
                                        accounts::Account account, Deadline deadline);

    /// Tries a new context for an account that is there, before it replaces the one that may still work. Stores
    /// nothing.
    Task<Result<void>> try_context(accounts::Account const& account, accounts::Context const& context,
                                   Deadline deadline);

private:
    /// The definition's post-install steps. What they put into the context is stored. Errors: setup_failed;
    /// reauth_needed if the vendor refuses the credentials.
    Task<Result<void>> set_up(accounts::CallableAccountPtr account, Deadline deadline);

    ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    accounts::Integrations& integrations_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

/// `connection_error`, `validation_error`, …: what clients decide by.
[[nodiscard]] std::string_view error_type_of(Error const& error);

} // namespace sluice::connecting
