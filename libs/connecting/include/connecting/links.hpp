#pragma once

#include "accounts/integrations.hpp"
#include "base/secret.hpp"
#include "connecting/connector.hpp"
#include "tenancy/secret_gate.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sluice::connecting {

/// What a developer wants to connect: a new account of a tenant, or an account that is to be connected again.
struct Target {
    std::optional<std::string> tenant_id = {};       ///< The tenant of a new account.
    std::optional<IntegratedAccountId> account = {}; ///< The account to reconnect.
    std::optional<std::string> integration = {};     ///< The name of the only integration to offer.
    std::optional<std::vector<std::string>> scopes = {};
    std::optional<std::string> redirect_uri = {};
    std::optional<std::string> region = {};
    json::object context = {}; ///< Goes over what the customer enters.
    bool persist_previous_context = false;
};

/// A new link token, with its secret.
struct MintedLink {
    LinkToken link;
    Secret secret;
};

/// Makes link tokens, and says what a customer may connect with one. One per I/O thread.
class Links {
public:
    static constexpr std::chrono::hours kLifetime{7 * 24};

    /// All must outlive it.
    Links(ConnectionRepository& connections, accounts::AccountRepository& accounts,
          accounts::InstallationRepository& installations, accounts::IntegrationRepository& definitions,
          accounts::Integrations& integrations, tenancy::SecretGate& gate, crypto::Keyring const& keyring,
          Clock const& clock);

    /// Makes a link token. Errors: invalid_argument at `tenant_id`, `integrated_account_id`, `integration` or
    /// `persist_previous_context`; unavailable.
    Task<Result<MintedLink>> mint(EnvironmentId environment, Target target, tenancy::Author author, Deadline deadline);
    /// The request for `Connector::start` of a back end that connects without the Link UI. For a new account
    /// `target.integration` must be set. Errors: as of `mint`.
    Task<Result<ConnectRequest>> request_of(EnvironmentId environment, Target target, std::string authentication_method,
                                            Deadline deadline);

    /// The link token with this secret, also if it is used or expired. Errors: not_found; rate_limited (`SecretGate`);
    /// unavailable.
    Task<Result<LinkToken>> find(std::string secret, tenancy::Asker asker, Deadline deadline);
    /// The link token with this secret, if it may still be used. Errors: unauthenticated if it is unknown, used or
    /// expired; rate_limited; unavailable.
    Task<Result<LinkToken>> authenticate(std::string secret, tenancy::Asker asker, Deadline deadline);

    /// An integration that the link may connect.
    struct Offer {
        EnvironmentIntegrationId id;
        accounts::InstalledPtr installed;
        bool has_app = false; ///< Whether there is a developer's OAuth app with a secret.
    };
    struct Offers {
        std::vector<Offer> offers;
        json::object known; ///< The part of the context that need not be entered again.
    };
    /// The integrations that the link offers. Only these are compiled; an environment may have hundreds.
    Task<Result<Offers>> offered(LinkToken link, Deadline deadline);

    /// The integration that a customer chose, and what the customer entered.
    struct Choice {
        EnvironmentIntegrationId installation;
        std::string authentication_method;
        json::object entered;
    };
    struct Chosen {
        ConnectRequest request;
        accounts::InstalledPtr installed;
        bool goes_to_vendor = false; ///< True: `Connector::start` connects it; false: `Connector::connect`.
    };
    /// Makes the request for a customer's choice. Errors: invalid_argument at `environment_integration_id` or
    /// `authentication_method` if the link does not offer it.
    Task<Result<Chosen>> choose(LinkToken link, Choice choice, Deadline deadline);

private:
    /// Errors: invalid_argument at `integrated_account_id`.
    Task<Result<accounts::Account>> account_to_reconnect(EnvironmentId environment, IntegratedAccountId id,
                                                         Deadline deadline);
    /// Errors: invalid_argument at `integration`.
    Task<Result<accounts::EnvironmentIntegration>> installation_named(EnvironmentId environment, std::string name,
                                                                      Deadline deadline);

    ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    accounts::InstallationRepository& installations_;
    accounts::IntegrationRepository& definitions_;
    accounts::Integrations& integrations_;
    tenancy::SecretGate& gate_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
};

/// Whether the vendor's page gives the credentials, and not a form.
[[nodiscard]] bool goes_to_vendor(catalog::CredentialFormat const& format);

/// The error for a link that is unknown, used or expired.
[[nodiscard]] Error invalid_link();

} // namespace sluice::connecting
