#pragma once

#include "accounts/integrations.hpp"
#include "accounts/oauth.hpp"
#include "base/clock.hpp"
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

/// What a customer or a back end asks to be connected.
struct ConnectRequest {
    EnvironmentId environment;
    std::optional<LinkTokenId> link_token;
    std::string tenant_id;
    std::optional<IntegratedAccountId> account; ///< To reconnect.
    bool persist_previous_context = false;
    EnvironmentIntegrationId installation;
    std::string authentication_method;
    std::optional<std::string> region;
    std::optional<std::string> redirect_uri;
    std::optional<std::vector<std::string>> scopes;
    json::object entered; ///< By the customer.
    json::object given;   ///< By the link token or the back end: over what was entered.
};

struct StartedConnection {
    Connection connection;
    Secret state; ///< Stands in the address that begins it.
};

/// What the vendor sent the browser back with (RFC 6749 section 4.1.2).
struct Callback {
    std::string state;
    std::string code;
    std::string error;
    std::vector<std::string> browser; ///< What the cookie says: the newest first.
};

/// The job of a connection that somebody began: `Connector::resume`. Its id is the connection's.
inline constexpr jobs::Kind kConnectionJob{"connection"};

/// Connects accounts: by a form, or by way of the vendor's page. Each step is committed before the next begins, so that
/// what a crash leaves behind is either nothing or an account that `resume` brings to its end. One per I/O thread.
class Connector {
public:
    /// All must outlive it. `callback_url` is the redirect URI registered with the vendor's app.
    Connector(ConnectionRepository& connections, accounts::AccountRepository& accounts,
              accounts::InstallationRepository& installations, accounts::Integrations& integrations,
              http::Client& client, proxy::VendorCalls& vendor, tenancy::Waiters& waiters,
              crypto::Keyring const& keyring, Clock const& clock, std::string callback_url);

    /// The form: checks the context, stores the account, sets it up and tries it. Errors: invalid_argument at
    /// `context.<field>`; reauth_needed if the vendor refuses the credentials (the account is kept,
    /// `validation_error`); setup_failed (kept, `post_install_error`); upstream_*; conflict if the link was used.
    Task<Result<accounts::Account>> connect(ConnectRequest request, Deadline deadline);

    /// The vendor's page: checks the context and remembers what the callback needs. Errors: invalid_argument; forbidden
    /// if there is no OAuth app.
    Task<Result<StartedConnection>> start(ConnectRequest request, Deadline deadline);

    /// Binds the connection to the browser that gets the cookie `browser` now and has sent those in `known`, and gives
    /// the vendor's address.
    /// Errors: not_found (unknown or expired), conflict (another browser, finished, or the link was used).
    Task<Result<std::string>> authorize_url(std::string_view state, std::string_view browser,
                                            std::vector<std::string> known, Deadline deadline);

    /// Uses the vendor's code and tries the account. The connection as it is in the end, active or failed; a browser
    /// that comes again, or twice at once, gets what came of it the first time.
    /// `admit` is asked, once it is known whose connection it is, whether the vendor may be waited for.
    /// Errors: not_found, conflict as above, those of `admit`: then nothing was done with the code.
    using Admit = std::function<Result<void>(EnvironmentId)>;
    Task<Result<Connection>> finish(Callback callback, Admit admit, Deadline deadline);

    /// What a crash or a customer who never came back left: ends it with a reason, or tries the account again.
    /// The time of the next look, if it is too early.
    Task<Result<jobs::Next>> resume(EnvironmentId environment, ConnectionId id, Deadline deadline);
    /// Tries an account that a crash left `connecting`; active or `validation_error` afterwards.
    Task<Result<accounts::Account>> resume(accounts::Account account, Deadline deadline)
    {
        return trial_.run(std::nullopt, std::nullopt, std::move(account), deadline);
    }

private:
    /// An installed integration, compiled, with its app.
    struct Opened {
        EnvironmentId environment;
        accounts::InstalledPtr installed;
        std::optional<accounts::SealedSecret> app_secret;
    };
    Task<Result<Opened>> open(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline);
    Task<Result<Connection>> resolve(std::string_view state, Deadline deadline);
    /// The connection once it has ended, by whoever is at it.
    Task<Result<Connection>> end_of(EnvironmentId environment, ConnectionId id, Deadline deadline);
    /// A request that can be carried out: its context checked, with or without `tokens`, and its vendor's address.
    struct Prepared {
        Opened opened;
        catalog::CredentialFormat const* format = nullptr; ///< In `opened`.
        json::object whole;
        accounts::Context context; ///< The same in its two parts.
    };
    Task<Result<Prepared>> prepare(ConnectRequest const& request, accounts::Tokens tokens, Deadline deadline);
    /// What is entered and given, over what there was if the request says so.
    Task<Result<json::object>> merge(ConnectRequest const& request, catalog::Integration const& integration,
                                     Deadline deadline);
    Task<Result<accounts::TokenGrant>> ask_for_tokens(Opened const& opened, catalog::OAuth const& oauth,
                                                      accounts::Context const& context, http::Query form,
                                                      Deadline deadline);
    Task<Result<accounts::Account>> exchange(Connection const& connection, std::string code, Deadline deadline);

    ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    accounts::InstallationRepository& installations_;
    accounts::Integrations& integrations_;
    http::Client& client_;
    tenancy::Waiters& waiters_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
    std::string const callback_url_;
    Trial trial_;
};

/// Whether one of these cookies is what the connection is bound to. In constant time for each.
[[nodiscard]] bool is_same_browser(Connection const& connection, std::vector<std::string> const& cookies);

} // namespace sluice::connecting
