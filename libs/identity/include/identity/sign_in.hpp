#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "identity/mailer.hpp"
#include "identity/passwords.hpp"
#include "identity/people.hpp"
#include "identity/sessions.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/metrics.hpp"
#include "tenancy/secret_gate.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::identity {

/// What a person enters to sign in.
struct PasswordSignIn {
    std::string team; ///< Its id or its exact name.
    std::string email;
    Secret password;
    std::optional<Secret> code = std::nullopt; ///< Of the second factor, or a recovery code.
};

/// What a person enters behind a link to set a password.
struct NewPassword {
    Secret secret; ///< Of the link.
    Secret password;
    std::optional<std::string> name = std::nullopt; ///< With an invitation.
    std::optional<Secret> code = std::nullopt;      ///< With a reset, if `LinkView::needs_code`.
};

/// A session that has begun. Both secrets go into cookies; they are shown only now.
struct Opened {
    Secret session;
    Secret device;
    SignedIn who;
    User user;
};

/// How long a browser keeps the device cookie.
inline constexpr std::chrono::hours kDeviceLifetime{24 * 400};

struct SignInMetrics {
    explicit SignInMetrics(telemetry::Registry& registry);
    telemetry::Counter& opened;
    telemetry::Counter& refused;
    telemetry::Counter& locked; ///< Of the refused, those at a closed door.
};

/// What signing in is made of. All must outlive it.
struct SignInParts {
    AttemptRepository& attempts;
    UserRepository& users;
    SessionRepository& sessions;
    LinkRepository& links;
    PasswordHasher& hasher;
    tenancy::SecretGate& gate;
    crypto::Keyring const& keyring;
    Clock const& clock;
    Mailer* mailer; ///< Null: nothing is sent.
    TaskGroup& behind;
    SignInMetrics& metrics;
    telemetry::Log& log;
};

struct SignInConfig {
    std::string public_url; ///< Without a slash at its end.
    std::chrono::milliseconds session_lifetime = std::chrono::hours(24 * 7);
};

/// Signs people in. One per I/O thread.
///
/// Lock-out follows OWASP's device cookies: who signs in gets a cookie of the device, and attempts with it are counted
/// apart. So a stranger who tries passwords closes the door only to strangers. Links and OIDC have no door that closes.
///
/// Errors of all: rate_limited (by address, or too many passwords wait for their check); unavailable.
class SignIn {
public:
    /// Attempts through one door within `AttemptRepository::kWindow`, which begins with the first.
    static constexpr std::int64_t kFailures = 10;

    SignIn(SignInParts parts, SignInConfig config);

    /// Errors: unauthenticated, with the same text and after the same work whatever was wrong, also at a closed door.
    /// Only who has the password learns more: unauthenticated with a failure at `code`, if a code is needed or wrong.
    Task<Result<Opened>> with_password(PasswordSignIn entered, Client client, Deadline deadline);
    /// With a link of the kind `sign_in`. Errors: not_found if it was used or is over.
    Task<Result<Opened>> with_link(Secret secret, Client client, Deadline deadline);
    /// Of a user whom an identity provider has named. Errors: unauthenticated if one of the two is not active.
    Task<Result<Opened>> with_identity(TeamId team, UserId user, IdentityProviderId provider, Client client,
                                       Deadline deadline);

    /// What the page of a link shows. Errors: not_found if it was used or is over.
    Task<Result<LinkView>> show(LinkKind kind, Secret secret, Deadline deadline);
    /// Errors: not_found as `show`; invalid_argument at `password` or `name`. The link stays after these.
    Task<Result<Opened>> accept_invitation(NewPassword entered, Client client, Deadline deadline);
    /// Sets a new password with a link of the kind `reset`; all sessions before it end. Errors: as
    /// `accept_invitation`; unauthenticated with a failure at `code`.
    Task<Result<Opened>> reset(NewPassword entered, Client client, Deadline deadline);
    /// Sends a link to set a new password, if there is such a user. It is all done behind the answer, so nobody learns
    /// whether there is. A user gets at most `kResetLetters` in a window.
    Task<Result<void>> request_reset(std::string team, std::string email, Client client);
    static constexpr std::int64_t kResetLetters = 3;

private:
    struct Judged;
    /// Where an attempt is made.
    struct Door {
        PasswordHasher::By who = PasswordHasher::By::stranger;
        bool is_open = true;
    };
    Task<Judged> judge(AttemptRepository::Found found, PasswordSignIn entered, Client client, Door door,
                       Deadline deadline);
    Task<void> rehash(TeamId team, UserId user, std::string expected, Secret password, Deadline deadline);
    /// Begins `session`, whose method and provider are set.
    Task<Result<Opened>> open(TeamId team, UserId user, std::string email, NewSession session, Proof proof,
                              Client client, Deadline deadline);
    /// What `show` gives, with the hashes of the secret in `redemption`.
    Task<Result<LinkView>> look_up(Redemption& redemption, Secret secret, Deadline deadline);
    Task<Result<Opened>> redeem(LinkView link, Redemption redemption, Client client, Deadline deadline);
    Task<Result<Proof>> proof_for_reset(LinkView const& link, std::optional<Secret> code, Deadline deadline);
    Task<void> send_reset(std::string team, std::string email, Client client);
    Task<Result<void>> try_to_send_reset(std::string team, std::string email, Client client);
    /// Fills all of `session` but its method and provider.
    void prepare(NewSession& session, Secret const& value, Client const& client) const;
    [[nodiscard]] Opened opened(Begun begun, Secret value) const;

    SignInParts const parts_;
    SignInConfig const config_;
};

} // namespace sluice::identity
