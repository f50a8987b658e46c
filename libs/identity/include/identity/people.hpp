#pragma once

#include "base/deadline.hpp"
#include "base/encoding.hpp"
#include "base/result.hpp"
#include "crypto/mac.hpp"
#include "crypto/token.hpp"
#include "identity/user.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::identity {

// The ports of this room; `store` implements them. Every function may answer unavailable. All are thread-safe. Each
// that takes an `Author` writes one entry of the audit log in its own transaction. What replicas cache of users and
// sessions is announced as `snapshots::Change{Kind::user, {}, user}` before the function returns.

/// Decides under the lock of the user's row whether a change is made; its error is that of the change. It runs on a
/// thread of the database and may run twice.
using UserCheck = std::move_only_function<Result<void>(User const& before) const>;

/// A link that is to be made.
struct NewLink {
    LinkKind kind = LinkKind::invitation;
    crypto::TokenHash hash;
    Timestamp expires_at;
    /// Whoever uses it loses the second factor, instead of being asked for a code. Only an admin makes such links.
    bool clears_second_factor = false;
};

/// The second factor of a user who has begun to set one up.
struct SecondFactor {
    Secret secret; ///< The TOTP key, 20 bytes.
    bool is_confirmed = false;
    std::int64_t last_step = 0; ///< The last time step whose code was taken.
};

/// What proves who a user is, apart from the session.
struct UserSecrets {
    TeamId team;
    UserId user;
    std::string email;
    bool is_active = true;
    std::optional<std::string> password; ///< argon2id, encoded.
    std::optional<SecondFactor> second_factor;
};

/// A code of the second factor that was found right. Nothing: none was needed. It is taken in the transaction that it
/// allows, and only once: two requests with the same code cannot both pass.
struct Proof {
    std::optional<std::int64_t> step = std::nullopt;            ///< The time step of a code.
    std::optional<crypto::Digest> recovery_code = std::nullopt; ///< The keyed hash of a recovery code.
    /// The password that was found right, encoded. It must be the user's still.
    std::optional<std::string> password = std::nullopt;
};

/// What a used-up code answers: unauthenticated at `code`.
[[nodiscard]] Error code_refused();

/// Whom a new link is for, as a letter names them.
struct LinkOwner {
    User user;
    std::string team_name;
};

class UserRepository {
public:
    virtual ~UserRepository() = default;
    /// A team has at most so many.
    static constexpr int kMost = 5'000;

    /// Makes a user, with a link if there is one. Errors: conflict if the team has one with this e-mail, or `kMost`;
    /// invalid_argument at `environment_ids` if one is not the team's.
    virtual Task<Result<LinkOwner>> create(TeamId team, NewUser user, std::optional<NewLink> link,
                                           tenancy::Author author, Deadline deadline) = 0;
    /// Errors: not_found.
    virtual Task<Result<User>> find(TeamId team, UserId user, Deadline deadline) = 0;
    /// Errors: not_found. The size of letters does not matter.
    virtual Task<Result<User>> find_by_email(TeamId team, std::string email, Deadline deadline) = 0;
    /// Filters: `role`, `email`, `is_active`, `created_at`.
    virtual Task<Result<tenancy::Page<User>>> list(TeamId team, tenancy::ListQuery query, Deadline deadline) = 0;
    /// Changes of a team's users happen one after another. Who is no longer active has no session and no link from then
    /// on. Errors: those of `check`; not_found; conflict if no active owner would be left; invalid_argument at
    /// `environment_ids`.
    virtual Task<Result<User>> update(TeamId team, UserId user, UserChange change, UserCheck check,
                                      tenancy::Author author, Deadline deadline) = 0;
    /// Errors: those of `check`; not_found; conflict if no active owner would be left.
    virtual Task<Result<void>> remove(TeamId team, UserId user, UserCheck check, tenancy::Author author,
                                      Deadline deadline) = 0;

    /// Errors: not_found.
    virtual Task<Result<UserSecrets>> secrets(TeamId team, UserId user, Deadline deadline) = 0;
    /// Sets the password and ends all other sessions of the user, and all links. Errors: not_found; conflict if the
    /// password is no longer `expected`.
    virtual Task<Result<void>> set_password(TeamId team, UserId user, std::optional<std::string> expected,
                                            std::string encoded, SessionId stays, tenancy::Author author,
                                            Deadline deadline) = 0;
    /// Writes the same password anew, with today's parameters, if it is still `expected`. Nobody's doing, so it has no
    /// author.
    virtual Task<Result<void>> rehash(TeamId team, UserId user, std::string expected, std::string encoded,
                                      Deadline deadline) = 0;

    /// Stores a second factor that is not confirmed; one begun before is replaced. Errors: not_found; conflict if there
    /// is a confirmed one.
    virtual Task<Result<void>> begin_second_factor(TeamId team, UserId user, Secret secret, tenancy::Author author,
                                                   Deadline deadline) = 0;
    /// Confirms it and ends all other sessions of the user. Errors: conflict if there is none to confirm;
    /// `code_refused`.
    virtual Task<Result<void>> confirm_second_factor(TeamId team, UserId user, std::int64_t step,
                                                     std::vector<crypto::Digest> recovery_codes, SessionId stays,
                                                     tenancy::Author author, Deadline deadline) = 0;
    /// Removes it with its recovery codes. Errors: not_found if there is none; `code_refused`.
    virtual Task<Result<void>> remove_second_factor(TeamId team, UserId user, Proof proof, tenancy::Author author,
                                                    Deadline deadline) = 0;
    /// Replaces them. Errors: not_found if there is no confirmed second factor; `code_refused`.
    virtual Task<Result<void>> replace_recovery_codes(TeamId team, UserId user, Proof proof,
                                                      std::vector<crypto::Digest> recovery_codes,
                                                      tenancy::Author author, Deadline deadline) = 0;
};

/// A session that is to be begun.
struct NewSession {
    SignInMethod method = SignInMethod::password;
    crypto::TokenHash hash;
    std::string client_address;
    std::string user_agent;
    Timestamp expires_at;
    /// With the method `oidc`: who has named the user. The session ends with the provider.
    std::optional<IdentityProviderId> provider = std::nullopt;
};

/// A session that has begun, and its user as they are then.
struct Begun {
    SignedIn who;
    User user;
};

class SessionRepository {
public:
    virtual ~SessionRepository() = default;
    /// Begins a session. Errors: not_found if there is no such user or they are not active, or the provider is not
    /// enabled; `code_refused`.
    virtual Task<Result<Begun>> begin(TeamId team, UserId user, NewSession session, Proof proof, tenancy::Author author,
                                      Deadline deadline) = 0;
    /// The session with one of these hashes, with its user as they are now. Errors: not_found, also if it is over or
    /// its user is not active.
    virtual Task<Result<SignedIn>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
    /// Notes that the session was used. It is not announced.
    virtual Task<Result<void>> note_use(TeamId team, SessionId session, Deadline deadline) = 0;
    /// Those of a user that are not over, the newest first.
    virtual Task<Result<std::vector<Session>>> list(TeamId team, UserId user, Deadline deadline) = 0;
    /// Ends a session of this user. Errors: not_found.
    virtual Task<Result<void>> end(TeamId team, UserId user, SessionId session, tenancy::Author author,
                                   Deadline deadline) = 0;
    /// Ends all sessions of a user, and all links with which one could be begun. Errors: those of `check`; not_found.
    virtual Task<Result<void>> end_all(TeamId team, UserId user, UserCheck check, tenancy::Author author,
                                       Deadline deadline) = 0;
};

/// How a link is used.
struct Redemption {
    LinkKind kind = LinkKind::invitation;
    std::vector<crypto::TokenHash> candidates;
    std::optional<std::string> name = std::nullopt;
    std::optional<std::string> password = std::nullopt; ///< Encoded. Not for `sign_in`.
    NewSession session;
    Proof proof{};
};

class LinkRepository {
public:
    virtual ~LinkRepository() = default;
    /// Makes a link for a user. Invitations end those before them. A user has at most `kMostLinks` of each kind; the
    /// oldest ends. Errors: those of `check`; not_found, also if the user is not active.
    virtual Task<Result<LinkOwner>> create(TeamId team, UserId user, NewLink link, UserCheck check,
                                           tenancy::Author author, Deadline deadline) = 0;
    static constexpr int kMostLinks = 5;

    /// What a link is for. Errors: not_found, also if it was used or is over, or its user is not active.
    virtual Task<Result<LinkView>> show(LinkKind kind, std::vector<crypto::TokenHash> candidates,
                                        Deadline deadline) = 0;
    /// Uses the link up and begins a session, in one transaction. A password ends all sessions before it and the user's
    /// links. Errors: as `show`; `code_refused`.
    virtual Task<Result<Begun>> redeem(Redemption redemption, tenancy::Author author, Deadline deadline) = 0;
};

/// Counts refused attempts for a quarter of an hour each. The keys are keyed hashes, and no row says whom it concerns.
class AttemptRepository {
public:
    /// How long an attempt counts: from the first of them.
    static constexpr std::chrono::minutes kWindow{15};

    virtual ~AttemptRepository() = default;
    /// Whom an e-mail means. Without such a team, or such a user in it, members are missing; that takes the same
    /// statements.
    struct Found {
        std::optional<TeamId> team = std::nullopt;
        std::optional<UserId> user = std::nullopt;
        std::string email{}; ///< As it was entered.
        bool is_active = false;
        std::optional<std::string> password = std::nullopt; ///< Encoded.
    };
    /// `team` is an id or a name.
    virtual Task<Result<Found>> find(std::string team, std::string email, Deadline deadline) = 0;

    /// Counts an attempt before it is judged, so that many at once do not pass. Gives the attempts of this window with
    /// this one.
    virtual Task<Result<std::int64_t>> count(crypto::Digest key, Deadline deadline) = 0;
    /// Takes one attempt back, since it was no failure.
    virtual Task<Result<void>> take_back(crypto::Digest key, Deadline deadline) = 0;
    /// Forgets all attempts of these keys.
    virtual Task<Result<void>> forget(std::vector<crypto::Digest> keys, Deadline deadline) = 0;
};

} // namespace sluice::identity
