#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "identity/mailer.hpp"
#include "identity/passwords.hpp"
#include "identity/people.hpp"
#include "tenancy/actor.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sluice::identity {

/// A second factor that is being set up.
struct BegunSecondFactor {
    Secret secret; ///< In base32, to be typed.
    Secret uri;    ///< `otpauth://totp/…`, to be shown as a QR code.
};

/// A signed-in user who does something for themselves.
struct Self {
    TeamId team;
    UserId user;
    SessionId session;
    Timestamp signed_in_at; ///< When the session began.

    [[nodiscard]] static Self of(SignedIn const& who);
};

struct UsersParts {
    UserRepository& users;
    SessionRepository& sessions;
    LinkRepository& links;
    AttemptRepository& attempts;
    PasswordHasher& hasher;
    crypto::Keyring const& keyring;
    Clock const& clock;
    Mailer* mailer; ///< Null: links are copied by whoever makes them.
    telemetry::Log& log;
};

/// What users do for themselves. After ten wrong passwords or codes of one session in a quarter of an hour, the session
/// is refused further ones with rate_limited. Thread-safe. Every function may answer unavailable.
class OwnUser {
public:
    explicit OwnUser(UsersParts parts);

    Task<Result<User>> rename(Self self, std::string name, tenancy::Author author, Deadline deadline);
    Task<Result<std::vector<Session>>> sessions(Self self, Deadline deadline) const;
    /// Errors: not_found.
    Task<Result<void>> end_session(Self self, SessionId session, tenancy::Author author, Deadline deadline);
    /// Sets a new password and ends the other sessions. Who has none needs no `current`, but must have signed in within
    /// `kFresh`. Errors: invalid_argument at `current` or `new`; forbidden.
    Task<Result<void>> change_password(Self self, Secret current, Secret password, tenancy::Author author,
                                       Deadline deadline);
    static constexpr std::chrono::minutes kFresh{10};
    /// Errors: conflict if there is a confirmed one.
    Task<Result<BegunSecondFactor>> begin_second_factor(Self self, tenancy::Author author, Deadline deadline);
    /// The ten recovery codes, shown only now. Ends the other sessions. Errors: invalid_argument at `code`; conflict.
    Task<Result<std::vector<Secret>>> confirm_second_factor(Self self, Secret code, tenancy::Author author,
                                                            Deadline deadline);
    /// Errors: invalid_argument at `password` or `code`; not_found if there is none.
    Task<Result<void>> remove_second_factor(Self self, Secret password, Secret code, tenancy::Author author,
                                            Deadline deadline);
    /// Errors: invalid_argument at `code`; not_found.
    Task<Result<std::vector<Secret>>> new_recovery_codes(Self self, Secret code, tenancy::Author author,
                                                         Deadline deadline);

private:
    /// Somebody tries to prove who they are: what the attempt is counted by, and what it is checked against.
    struct Attempt {
        crypto::Digest key{};
        UserSecrets secrets;
    };
    /// Counts an attempt of the session. Errors: rate_limited.
    Task<Result<Attempt>> begin_attempt(Self self, Deadline deadline);
    Task<void> end_attempt(Attempt const& attempt, Deadline deadline);
    Task<Result<void>> check_current(Self self, Attempt const& attempt, Secret password, std::string field,
                                     Deadline deadline);
    Task<Result<Proof>> prove(Attempt const& attempt, Secret code, Deadline deadline);

    UsersParts const parts_;
};

} // namespace sluice::identity
