#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
#include "accounts/tls_settings.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/envelope.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sluice::accounts {

/// An account that is ready to be called: the row, the key that opens its secrets, its integration, its address. An
/// immutable snapshot.
struct CallableAccount {
    Account account;
    crypto::DataKey key;
    InstalledPtr installed;
    std::shared_ptr<tools::ToolList const> tools; ///< The installed tools with this account's own part.
    bool is_enabled = true;                       ///< Whether the environment integration is enabled.
    bool is_trial = false;                        ///< It has no row: its credentials are tried before they are stored.
    std::optional<SealedSecret> app_secret;
    TlsIdentityPtr tls;   ///< The TLS settings of the environment integration; null if it has none.
    std::string base_url; ///< The vendor's address for this account, without a slash at its end.
    std::string place;    ///< `sealing_place` of the account.
    /// The developer's page where the customer connects the account again; empty if there is none.
    std::string reconnect_url;
    /// How long its environment keeps the bodies of calls in the log; 0: it does not.
    std::chrono::hours log_bodies_for{};
    bool structured_limits = false; ///< Its environment wants structured limit headers as well.
    json::value visible;            ///< `{"context": …}` with the visible part, as templates read it.
};

using CallableAccountPtr = std::shared_ptr<CallableAccount const>;

/// Renders the vendor's address for an account. Errors: invalid_argument at a context field that is missing or makes no
/// URL.
[[nodiscard]] Result<std::string> render_base_url(catalog::Integration const& integration,
                                                  json::object const& visible_context);

/// A sentence that says how to connect a dead account again.
[[nodiscard]] std::string how_to_reconnect(CallableAccount const& account);

/// The credential of one vendor request. It is added last, just before the request is sent.
struct Credential {
    std::string header; ///< Name of the header; empty if the credential goes into the query.
    std::string query;
    Secret value;
    TlsIdentityPtr tls = {}; ///< How the vendor is trusted, and what certificate it is shown.
};

/// Opens an account's credential for one call. It never keeps a credential in the clear. Thread-safe.
class Vault {
public:
    /// `clock` must outlive the vault.
    explicit Vault(Clock const& clock);

    /// Errors: reauth_needed if the account is not active or its access token has expired; unavailable while the
    /// account is blocked; forbidden while its integration is disabled; internal if the seal does not open.
    [[nodiscard]] Result<Credential> credential(CallableAccount const& account) const;

    /// Whether a call should renew the access token first: it ends within 30 s, and no worker has renewed it in time.
    [[nodiscard]] bool is_renewal_due(CallableAccount const& account) const;

private:
    Clock const& clock_;
};

/// The secret and visible context together. Errors: internal if the seal does not open.
[[nodiscard]] Result<Context> open_context(Account const& account, crypto::DataKey const& key);

} // namespace sluice::accounts
