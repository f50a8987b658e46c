#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/envelope.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sluice::accounts {

/// An account, ready to be called: the row, the key that opens it, its integration, its address. Immutable snapshot.
struct CallableAccount {
    Account account;
    crypto::DataKey key;
    InstalledPtr installed;
    std::shared_ptr<tools::ToolList const> tools; ///< Those installed, with what this account decides of them.
    bool is_enabled = true;                       ///< Of the environment integration.
    std::optional<SealedSecret> app_secret;
    std::string base_url; ///< Rendered for this account, without a final slash.
    std::string place;    ///< Where its secrets are sealed.
    /// Where the customer connects it again: the developer's page, which knows who may; empty if there is none.
    std::string reconnect_url;
    json::value visible; ///< `{"context": …}` of what may be shown, as templates read it.
};

using CallableAccountPtr = std::shared_ptr<CallableAccount const>;

/// Renders the address. Errors: invalid_argument at the context field that is missing or makes no URL.
[[nodiscard]] Result<std::string> render_base_url(catalog::Integration const& integration,
                                                  json::object const& visible_context);

/// What whoever meets a dead account is told to do, as a sentence.
[[nodiscard]] std::string how_to_reconnect(CallableAccount const& account);

/// What goes into one vendor request, last, next to the wire.
struct Credential {
    std::string header; ///< Empty if it goes into the query.
    std::string query;
    Secret value;
};

/// Opens an account's credential for one call. Nothing of it stays in memory in clear. Thread-safe.
class Vault {
public:
    /// `clock` must outlive the vault.
    explicit Vault(Clock const& clock);

    /// Errors: reauth_needed if the account needs it or its access token has expired; unavailable while it is blocked;
    /// forbidden while its integration is disabled; internal if the seal does not open.
    [[nodiscard]] Result<Credential> credential(CallableAccount const& account) const;

    /// Whether the access token should be renewed before it is used: it ends within 30 s, and the worker that should
    /// have renewed it already has not.
    [[nodiscard]] bool is_renewal_due(CallableAccount const& account) const;

private:
    Clock const& clock_;
};

/// The secret and visible context together. Errors: internal if the seal does not open.
[[nodiscard]] Result<Context> open_context(Account const& account, crypto::DataKey const& key);

} // namespace sluice::accounts
