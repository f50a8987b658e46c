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

/// A single-use secret that lets a customer connect or reconnect one account in the Link UI, as its row has it.
struct LinkToken {
    LinkTokenId id;
    EnvironmentId environment;
    std::string tenant_id;
    /// The account to reconnect, or the one that this token has made so far.
    std::optional<IntegratedAccountId> account;
    bool is_reconnect = false;
    bool persist_previous_context = false;
    std::optional<std::string> integration; ///< The name of the only one to offer.
    std::optional<std::vector<std::string>> scopes;
    std::optional<std::string> redirect_uri;
    std::optional<std::string> region;
    json::object context; ///< What it brings: over what the customer enters.
    std::optional<crypto::Digest> browser;
    bool is_used = false;
    Timestamp expires_at;
    Timestamp created_at;
};

enum class ConnectionStatus {
    initiated,  ///< Nobody has come back from the vendor.
    exchanging, ///< The vendor's code is being used.
    validating, ///< The account is there; its credentials are being tried.
    active,
    failed,
};

[[nodiscard]] std::string_view name_of(ConnectionStatus status) noexcept;
[[nodiscard]] std::optional<ConnectionStatus> connection_status_of(std::string_view name) noexcept;

/// One attempt to connect an account by way of the vendor's page.
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

/// Every method runs inside the environment it is given; what lies outside is not_found. All may answer unavailable.
class ConnectionRepository {
public:
    virtual ~ConnectionRepository() = default;

    virtual Task<Result<LinkToken>> create_link(LinkToken token, crypto::TokenHash hash, Deadline deadline) = 0;
    /// The link token one of these hashes belongs to, used or expired or not. Errors: not_found.
    virtual Task<Result<LinkToken>> resolve_link(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;

    virtual Task<Result<Connection>> create(Connection connection, crypto::TokenHash state, Deadline deadline) = 0;
    virtual Task<Result<Connection>> find(EnvironmentId environment, ConnectionId id, Deadline deadline) = 0;
    /// The connection one of these hashes of its state belongs to. Errors: not_found.
    virtual Task<Result<Connection>> resolve_state(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
    /// Binds the connection, and its link token, to the browser that goes to the vendor: from here on it is known by
    /// `browser`. One that is bound already must be among `known`, which are what this browser has sent.
    /// Errors: conflict if another browser has, or the link token was used meanwhile.
    virtual Task<Result<void>> bind_browser(EnvironmentId environment, ConnectionId id, crypto::Digest browser,
                                            std::vector<crypto::Digest> known, Deadline deadline) = 0;
    /// `initiated` → `exchanging`. Errors: conflict if it is not initiated.
    virtual Task<Result<void>> begin_exchange(EnvironmentId environment, ConnectionId id, Deadline deadline) = 0;
    /// Stores what the vendor or the customer gave: makes the account, `connecting`, or puts the context into the one
    /// that is reconnected; uses up the link token when `uses_link`. The connection, if there is one, is `validating`.
    /// Errors: conflict if the link token was used or the connection is not exchanging.
    virtual Task<Result<accounts::Account>> store_account(std::optional<ConnectionId> connection,
                                                          std::optional<LinkTokenId> link, accounts::Account account,
                                                          accounts::Context context, Deadline deadline) = 0;
    /// The end: the account's status, and with it the connection's; an active account uses up the link token.
    virtual Task<Result<accounts::Account>> settle(EnvironmentId environment, std::optional<ConnectionId> connection,
                                                   std::optional<LinkTokenId> link, IntegratedAccountId account,
                                                   accounts::Status status, json::value error, Deadline deadline) = 0;
    /// A connection that ends without an account.
    virtual Task<Result<void>> fail(EnvironmentId environment, ConnectionId id, json::value error,
                                    Deadline deadline) = 0;
};

} // namespace sluice::connecting
