#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"
#include "http_api/egress.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::identity {

/// An OpenID provider with which people of one team can sign in. Issuer and client id never change: whoever could point
/// a provider to another issuer could name any subject there, and so be any of its users.
struct IdentityProvider {
    IdentityProviderId id;
    TeamId team;
    std::string label; ///< On the button of the sign-in page: 1 to 100 characters.
    std::string issuer;
    std::string client_id;
    bool has_secret = false; ///< Without one the client is public, and PKCE alone protects its codes.
    bool is_enabled = true;
    Timestamp created_at;
};

struct NewIdentityProvider {
    std::string label;
    std::string issuer;
    std::string client_id;
    Secret client_secret{}; ///< Empty: none.
};

/// Absent members stay as they are.
struct IdentityProviderChange {
    std::optional<std::string> label = std::nullopt;
    std::optional<Secret> client_secret = std::nullopt; ///< Empty: from now on none.
    std::optional<bool> is_enabled = std::nullopt;
};

/// A provider with its secret, to ask its token endpoint.
struct OidcClient {
    IdentityProvider provider;
    Secret secret; ///< Empty: none.
};

/// Who somebody is to a provider: what its ID token proved.
struct Subject {
    TeamId team;
    IdentityProviderId provider;
    std::string text; ///< 1 to 255 characters.
};

/// Somebody is known to the provider, but nobody in the team is linked with them: forbidden.
[[nodiscard]] Error not_invited();

/// The OpenID providers of teams, and who their subjects are. Every function may answer unavailable. Thread-safe. Each
/// that takes an `Author` writes one entry of the audit log in its own transaction.
class IdentityProviderRepository {
public:
    /// A team has at most so many.
    static constexpr int kMost = 20;

    virtual ~IdentityProviderRepository() = default;
    /// Errors: conflict if the team has one with this issuer and client id, or `kMost`.
    virtual Task<Result<IdentityProvider>> create(TeamId team, NewIdentityProvider provider, tenancy::Author author,
                                                  Deadline deadline) = 0;
    /// A provider that is switched off ends the sessions that it has begun, and they are announced. Errors: not_found.
    virtual Task<Result<IdentityProvider>> update(TeamId team, IdentityProviderId id, IdentityProviderChange change,
                                                  tenancy::Author author, Deadline deadline) = 0;
    /// Who was linked with its subjects no longer is, and the sessions that it has begun end. Errors: not_found.
    virtual Task<Result<void>> remove(TeamId team, IdentityProviderId id, tenancy::Author author,
                                      Deadline deadline) = 0;
    virtual Task<Result<IdentityProvider>> find(TeamId team, IdentityProviderId id, Deadline deadline) = 0;
    /// Filters: `label`, `issuer`, `is_enabled`, `created_at`.
    virtual Task<Result<tenancy::Page<IdentityProvider>>> list(TeamId team, tenancy::ListQuery query,
                                                               Deadline deadline) = 0;
    /// Those that the sign-in page shows, by label.
    virtual Task<Result<std::vector<IdentityProvider>>> enabled(TeamId team, Deadline deadline) = 0;
    /// Opens the secret. Errors: not_found, also if the provider is not enabled.
    virtual Task<Result<OidcClient>> client(TeamId team, IdentityProviderId id, Deadline deadline) = 0;

    /// The active user who is linked with the subject. Errors: `not_invited`, also if the user or the provider is not
    /// active.
    virtual Task<Result<UserId>> find_user(Subject subject, Deadline deadline) = 0;
    /// Links a user, who must be the one that is signed in. Repeating it changes nothing, and is recorded. Errors:
    /// conflict if the subject is another user's, or the user has another subject at this provider; not_found.
    virtual Task<Result<void>> link(UserId user, Subject subject, tenancy::Author author, Deadline deadline) = 0;
    /// Errors: not_found; conflict if the user could not sign in any more: no password, and no other subject.
    virtual Task<Result<void>> unlink(TeamId team, UserId user, IdentityProviderId provider, tenancy::Author author,
                                      Deadline deadline) = 0;
    /// The providers with which a user is linked.
    virtual Task<Result<std::vector<IdentityProviderId>>> linked(TeamId team, UserId user, Deadline deadline) = 0;
    /// Uses an invitation up and links its user, in one transaction. `author` is that user. Gives the user. Errors:
    /// not_found if the invitation was used, is over, or is of another team, or its user is not active; conflict as
    /// `link`.
    virtual Task<Result<UserId>> accept_invitation(std::vector<crypto::TokenHash> candidates, Subject subject,
                                                   tenancy::Author author, Deadline deadline) = 0;
};

/// The use-cases of those who set providers up. Thread-safe.
class IdentityProviders {
public:
    /// Both must outlive it. The issuer must be an address that `egress` lets be called; a name is checked at each
    /// call.
    IdentityProviders(IdentityProviderRepository& repository, http::EgressPolicy const& egress);

    /// Errors: invalid_argument at `label`, `issuer`, `client_id` or `client_secret`; those of the repository.
    Task<Result<IdentityProvider>> create(TeamId team, NewIdentityProvider provider, tenancy::Author author,
                                          Deadline deadline);
    /// Errors: as `create`; not_found.
    Task<Result<IdentityProvider>> change(TeamId team, IdentityProviderId id, IdentityProviderChange change,
                                          tenancy::Author author, Deadline deadline);
    Task<Result<void>> remove(TeamId team, IdentityProviderId id, tenancy::Author author, Deadline deadline);
    Task<Result<IdentityProvider>> find(TeamId team, IdentityProviderId id, Deadline deadline) const;
    Task<Result<tenancy::Page<IdentityProvider>>> list(TeamId team, tenancy::ListQuery query, Deadline deadline) const;

private:
    IdentityProviderRepository& repository_;
    http::EgressPolicy const& egress_;
};

} // namespace sluice::identity
