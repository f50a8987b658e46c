#pragma once

#include "accounts/integrations.hpp"
#include "accounts/oauth.hpp"
#include "base/clock.hpp"
#include "connecting/address.hpp"
#include "connecting/connection.hpp"
#include "connecting/trial.hpp"
#include "crypto/keyring.hpp"
#include "http_api/client.hpp"
#include "jobs/queue.hpp"
#include "proxy/vendor_calls.hpp"
#include "tenancy/waiters.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::connecting {

/// An account to connect, as a customer or a developer's back end asks for it.
struct ConnectRequest {
    EnvironmentId environment;
    std::optional<LinkTokenId> link_token;
    std::string tenant_id;
    std::optional<IntegratedAccountId> account; ///< The account to reconnect, if any.
    bool persist_previous_context = false;
    EnvironmentIntegrationId installation;
    std::string authentication_method;
    std::optional<std::string> region;
    std::optional<std::string> redirect_uri;
    std::optional<std::vector<std::string>> scopes;
    json::object entered; ///< By the customer.
    json::object given;   ///< By the link token or the back end; goes over `entered`.
};

struct StartedConnection {
    Connection connection;
    Secret state; ///< Part of the address that the browser opens first.
};

/// What the browser brings back from the vendor's page (RFC 6749 section 4.1.2).
struct Callback {
    std::string state;
    std::string code;
    std::string error;
    std::vector<std::string> browser; ///< The values of the cookie, the newest first.
};

/// The job that ends a connection which was begun (`Connector::resume`). The job's id is the connection's.
inline constexpr jobs::Kind kConnectionJob{"connection"};

/// Connects accounts, by a form or through the vendor's page. Each step is committed before the next begins. So a crash
/// leaves either nothing, or a connection or account that `resume` finishes. One per I/O thread.
class Connector {
public:
    /// All must outlive it. `callback_url` is the redirect URI registered with the vendor's app.
    Connector(ConnectionRepository& connections, accounts::AccountRepository& accounts,
              accounts::InstallationRepository& installations, accounts::Integrations& integrations,
              http::Client& client, Trial& trial, tenancy::Waiters& waiters, crypto::Keyring const& keyring,
              Clock const& clock, std::string callback_url);

    /// Connects by a form: checks the context and the vendor's address, stores the account, sets it up and tries it.
    /// Errors: invalid_argument at `context.<field>`; reauth_needed if the vendor refuses the credentials (the account
    /// stays, with the status `validation_error`); setup_failed (it stays, with `post_install_error`); upstream_*;
    /// conflict if the link was used.
    Task<Result<accounts::Account>> connect(ConnectRequest request, tenancy::Author author, Deadline deadline);

    /// Begins a connection through the vendor's page: checks the context and the vendor's address, and stores what
    /// `finish` needs. Errors:
    /// invalid_argument; forbidden if there is no OAuth app.
    Task<Result<StartedConnection>> start(ConnectRequest request, tenancy::Author author, Deadline deadline);

    /// Binds the connection to a browser, which gets the cookie `browser` now and has sent those in `known`. Gives the
    /// address of the vendor's page. Errors: not_found (unknown or expired), conflict (another browser, finished, or
    /// the link was used).
    Task<Result<std::string>> authorize_url(std::string_view state, std::string_view browser,
                                            std::vector<std::string> known, Deadline deadline);

    /// Uses the vendor's code and tries the account. Gives the ended connection, active or failed. A browser that comes
    /// again, or twice at once, gets the first result. `admit` is asked whether this environment may wait for the
    /// vendor. The account's author is whoever has the link, with the address and the request of `author`; without a
    /// link, whoever has the connection. Errors: not_found and conflict as of `authorize_url`, and those of `admit`;
    /// the code is then not used.
    using Admit = std::function<Result<void>(EnvironmentId)>;
    Task<Result<Connection>> finish(Callback callback, Admit admit, tenancy::Author author, Deadline deadline);

    /// Ends a connection that a crash cut off or whose customer never came back, with a reason, or tries its account
    /// again. If it is too early, says when to look again. Errors: unavailable.
    Task<Result<jobs::Next>> resume(EnvironmentId environment, ConnectionId id, Deadline deadline);
    /// Tries an account that a crash left `connecting`; its status is then `active` or says what is wrong. Errors:
    /// those of `Trial::run`.
    Task<Result<accounts::Account>> resume(accounts::Account account, Deadline deadline)
    {
        return trial_.run(std::nullopt, std::nullopt, std::move(account), deadline);
    }

private:
    /// An installed integration, compiled, with the secret of its OAuth app and its TLS settings.
    struct Opened {
        EnvironmentId environment;
        accounts::InstalledPtr installed;
        std::optional<accounts::SealedSecret> app_secret;
        accounts::TlsIdentityPtr tls;
    };
    Task<Result<Opened>> open(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline);
    Task<Result<Connection>> resolve(std::string_view state, Deadline deadline);
    /// Waits until the request that works on the connection has ended it.
    Task<Result<Connection>> end_of(EnvironmentId environment, ConnectionId id, Deadline deadline);
    /// A checked request: its context is complete, except for tokens if `tokens` says so.
    struct Prepared {
        Opened opened;
        catalog::CredentialFormat const* format = nullptr; ///< Points into `opened`.
        json::object whole;
        accounts::Context context; ///< `whole` in its two parts.
    };
    Task<Result<Prepared>> prepare(ConnectRequest const& request, accounts::Tokens tokens, Deadline deadline);
    [[nodiscard]] static Address addressed(Prepared const& prepared);
    /// The error for a refusal on the vendor's page (RFC 6749 section 4.1.2.1).
    Task<Error> refusal_of(Connection const& connection, std::string code, Deadline deadline);
    /// Merges what was given over what was entered; both over the old context if the request wants so.
    Task<Result<json::object>> merge(ConnectRequest const& request, catalog::Integration const& integration,
                                     Deadline deadline);
    Task<Result<accounts::TokenGrant>> ask_for_tokens(Opened const& opened, catalog::OAuth const& oauth,
                                                      accounts::Context const& context, http::Query form,
                                                      Deadline deadline);
    Task<Result<accounts::Account>> exchange(Connection const& connection, std::string code, tenancy::Author author,
                                             Deadline deadline);

    ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    accounts::InstallationRepository& installations_;
    accounts::Integrations& integrations_;
    http::Client& client_;
    tenancy::Waiters& waiters_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
    std::string const callback_url_;
    Trial& trial_;
};

/// Whether the connection is bound to one of these cookies. Each is compared in constant time.
[[nodiscard]] bool is_same_browser(Connection const& connection, std::vector<std::string> const& cookies);

} // namespace sluice::connecting
