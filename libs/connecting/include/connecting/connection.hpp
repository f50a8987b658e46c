#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/repositories.hpp"
#include "base/secret.hpp"
#include "crypto/mac.hpp"
#include "crypto/token.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::connecting {

/// A single-use secret with which a customer connects or reconnects one account in the Link UI: the row, without the
/// secret.
struct LinkToken {
    LinkTokenId id;
    EnvironmentId environment;
    std::string tenant_id;
    /// The account to reconnect, or the account that was made with this token so far.
    std::optional<IntegratedAccountId> account;
    bool is_reconnect = false;
    bool persist_previous_context = false;
    std::optional<std::string> integration; ///< The name of the only integration to offer.
    std::optional<std::vector<std::string>> scopes;
    std::optional<std::string> redirect_uri;
    std::optional<std::string> region;
    json::object context; ///< Given by the developer; goes over what the customer enters.
    std::optional<crypto::Digest> browser;
    bool is_used = false;
    Timestamp expires_at;
    Timestamp created_at;
};

enum class ConnectionStatus {
    initiated,  ///< The customer has not come back from the vendor's page.
    exchanging, ///< The vendor's code is being used.
    validating, ///< The account is stored; its credentials are being tried.
    active,
    failed,
};

[[nodiscard]] std::string_view name_of(ConnectionStatus status) noexcept;
[[nodiscard]] std::optional<ConnectionStatus> connection_status_of(std::string_view name) noexcept;

/// One attempt to connect an account through the vendor's page.
struct Connection {
    ConnectionId id;
    EnvironmentId environment;
    std::optional<LinkTokenId> link_token;
    std::string tenant_id;
    std::optional<IntegratedAccountId> account;
    bool is_reconnect = false;
    bool persist_previous_context = false;
    EnvironmentIntegrationId environment_integration;
    std::string authentication_method;
    std::optional<std::string> region;
    std::optional<std::string> redirect_uri; ///< Where the customer goes in the end.
    ConnectionStatus status = ConnectionStatus::initiated;
    json::value error; ///< `{error_type, message}`
    json::object context;
    std::string verifier; ///< PKCE
    std::string nonce;
    std::vector<std::string> scopes;
    std::optional<crypto::Digest> browser;
    Timestamp expires_at;
    Timestamp created_at;
};

/// Every function works inside one environment: rows of others are not_found. Every function may answer unavailable.
/// Thread-safe. If a caller goes away, its transaction is not committed. Connecting is several transactions; those that
/// store what somebody gave have the `author` and write one entry of the audit log each: the link token, the
/// connection, the account.
class ConnectionRepository {
public:
    virtual ~ConnectionRepository() = default;

    /// Errors: conflict if the environment has as many link tokens as its quota allows.
    virtual Task<Result<LinkToken>> create_link(LinkToken token, crypto::TokenHash hash, tenancy::Author author,
                                                Deadline deadline) = 0;
    /// The link token with one of these hashes, also if it is used or expired. Errors: not_found.
    virtual Task<Result<LinkToken>> resolve_link(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;

    /// Errors: conflict if the environment has as many connections as its quota allows; forbidden instead, if a
    /// customer asks by a link token.
    virtual Task<Result<Connection>> create(Connection connection, crypto::TokenHash state, tenancy::Author author,
                                            Deadline deadline) = 0;
    virtual Task<Result<Connection>> find(EnvironmentId environment, ConnectionId id, Deadline deadline) = 0;
    /// The connection whose state has one of these hashes. Errors: not_found.
    virtual Task<Result<Connection>> resolve_state(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
    /// Binds the connection and its link token to a browser; `browser` is the digest of its new cookie. If they are
    /// bound already, the old digest must be among `known`: those of the cookies that the browser sent. Errors:
    /// conflict if they are bound to another browser, or the link token was used meanwhile.
    virtual Task<Result<void>> bind_browser(EnvironmentId environment, ConnectionId id, crypto::Digest browser,
                                            std::vector<crypto::Digest> known, Deadline deadline) = 0;
    /// Moves the connection from `initiated` to `exchanging`. Errors: conflict if it is not `initiated`.
    virtual Task<Result<void>> begin_exchange(EnvironmentId environment, ConnectionId id, Deadline deadline) = 0;
    /// Stores the credentials that the vendor or the customer gave: makes an account with the status `connecting`, or
    /// puts the context into the account that is reconnected. The connection, if there is one, becomes `validating`.
    /// Errors: conflict if the link token was used or the connection is not `exchanging`; forbidden if a new account
    /// would be more than the environment's quota allows.
    virtual Task<Result<accounts::Account>> store_account(std::optional<ConnectionId> connection,
                                                          std::optional<LinkTokenId> link, accounts::Account account,
                                                          accounts::Context context, tenancy::Author author,
                                                          Deadline deadline) = 0;
    /// Ends connecting: stores the account's status and the connection's. If the account is active, the link token is
    /// used up.
    virtual Task<Result<accounts::Account>> settle(EnvironmentId environment, std::optional<ConnectionId> connection,
                                                   std::optional<LinkTokenId> link, IntegratedAccountId account,
                                                   accounts::Status status, json::value error, Deadline deadline) = 0;
    /// Ends a connection without an account.
    virtual Task<Result<void>> fail(EnvironmentId environment, ConnectionId id, json::value error,
                                    Deadline deadline) = 0;
};

} // namespace sluice::connecting
