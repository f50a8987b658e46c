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

/// What a developer wants to have connected: a new account of a tenant, or an account again.
struct Target {
    std::optional<std::string> tenant_id;       ///< Of a new account.
    std::optional<IntegratedAccountId> account; ///< To reconnect.
    std::optional<std::string> integration;     ///< The name of the only one to offer.
    std::optional<std::vector<std::string>> scopes;
    std::optional<std::string> redirect_uri;
    std::optional<std::string> region;
    json::object context; ///< Goes over what the customer enters.
    bool persist_previous_context = false;
};

/// A new link token, with its secret.
struct MintedLink {
    LinkToken link;
    Secret secret;
};

/// Who may connect what: link tokens, and what a customer may connect with one. One per I/O thread.
class Links {
public:
    static constexpr std::chrono::hours kLifetime{7 * 24};

    /// All must outlive it.
    Links(ConnectionRepository& connections, accounts::AccountRepository& accounts,
          accounts::InstallationRepository& installations, accounts::IntegrationRepository& definitions,
          accounts::Integrations& integrations, tenancy::SecretGate& gate, crypto::Keyring const& keyring,
          Clock const& clock);

    /// Errors: invalid_argument at `tenant_id`, `integrated_account_id`, `integration` or `persist_previous_context`;
    /// unavailable.
    Task<Result<MintedLink>> mint(EnvironmentId environment, Target target, Deadline deadline);
    /// What a back end that connects without the Link UI asks of `Connector::start`. `target.integration` is there for
    /// a new account. Errors: as `mint`.
    Task<Result<ConnectRequest>> request_of(EnvironmentId environment, Target target, std::string authentication_method,
                                            Deadline deadline);

    /// The link of a secret, used or expired too. Errors: not_found; rate_limited (`SecretGate`); unavailable.
    Task<Result<LinkToken>> find(std::string secret, Deadline deadline);
    /// The link of a secret that may still be used. Errors: unauthenticated if it is unknown, used or expired;
    /// rate_limited; unavailable.
    Task<Result<LinkToken>> authenticate(std::string secret, Deadline deadline);

    /// An integration that may be connected.
    struct Offer {
        EnvironmentIntegrationId id;
        accounts::InstalledPtr installed;
        bool has_app = false; ///< The developer's OAuth app has a secret.
    };
    struct Offers {
        std::vector<Offer> offers;
        json::object known; ///< Of the context: what need not be entered again.
    };
    /// What is offered with the link; only that is compiled, of the hundreds that an environment may have.
    Task<Result<Offers>> offered(LinkToken link, Deadline deadline);

    /// What a customer chose and entered.
    struct Choice {
        EnvironmentIntegrationId installation;
        std::string authentication_method;
        json::object entered;
    };
    struct Chosen {
        ConnectRequest request;
        accounts::InstalledPtr installed;
        bool goes_to_vendor = false; ///< `Connector::start` connects it, else `Connector::connect`.
    };
    /// Errors: invalid_argument at `environment_integration_id` or `authentication_method` if it is not offered with
    /// this link.
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

/// The page of the vendor gives the credentials.
[[nodiscard]] bool goes_to_vendor(catalog::CredentialFormat const& format);

/// The answer to a link that is unknown, used or expired.
[[nodiscard]] Error invalid_link();

} // namespace sluice::connecting
