#pragma once

#include "identity/own_user.hpp"
#include "identity/people.hpp"
#include "tenancy/actor.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::identity {

/// What somebody who administers users may give away: never more than they have.
struct Powers {
    tenancy::Permissions permissions;
    std::optional<UserId> user = std::nullopt; ///< Who it is; nothing: an operator.
    Confinement environments = std::nullopt;

    [[nodiscard]] static Powers of(SignedIn const& who);
    /// Of an operator at the command line.
    [[nodiscard]] static Powers of_operator();
};

/// What a user's change must keep to. Each is a pure rule with one text.
/// Errors: forbidden if the role or the environments are more than `powers` has, or the user is beyond them.
[[nodiscard]] Result<void> may_make(Powers const& powers, NewUser const& user);
[[nodiscard]] Result<void> may_change(Powers const& powers, User const& before, UserChange const& change);
[[nodiscard]] Result<void> may_administer(Powers const& powers, User const& user);
[[nodiscard]] Result<void> may_remove(Powers const& powers, User const& user);

/// A link for somebody, which works once.
struct MadeLink {
    User user;
    std::optional<Secret> url; ///< Nothing: it was sent by mail.
};

/// What is done with users by those who administer them, and by themselves (`own`). Thread-safe. `public_url` is
/// without a slash at its end. Every function may answer unavailable.
class Users {
public:
    /// Letters that are sent for a team within `AttemptRepository::kWindow`. Further links are shown to be copied.
    static constexpr std::int64_t kLetters = 100;

    Users(UsersParts parts, std::string public_url);

    Task<Result<User>> find(TeamId team, UserId user, Deadline deadline) const;
    Task<Result<User>> find_by_email(TeamId team, std::string email, Deadline deadline) const;
    Task<Result<tenancy::Page<User>>> list(TeamId team, tenancy::ListQuery query, Deadline deadline) const;

    /// Makes a user who gets an invitation. Errors: invalid_argument at `email`, `name`, `environment_ids`; forbidden
    /// (`may_make`); conflict if the team has that e-mail.
    Task<Result<MadeLink>> invite(TeamId team, NewUser user, Powers powers, tenancy::Author author, Deadline deadline);
    /// Makes a user, whose link is one to sign in with. For operators.
    Task<Result<MadeLink>> create(TeamId team, NewUser user, tenancy::Author author, Deadline deadline);
    /// Errors: not_found; forbidden (`may_change`); conflict if no active owner would be left; invalid_argument.
    Task<Result<User>> change(TeamId team, UserId user, UserChange change, Powers powers, tenancy::Author author,
                              Deadline deadline);
    /// Errors: as `change`. Nobody removes themselves.
    Task<Result<void>> remove(TeamId team, UserId user, Powers powers, tenancy::Author author, Deadline deadline);
    /// A link with which the user sets a new password and loses their second factor. Who has never signed in gets a new
    /// invitation. Ends nothing until it is used. Errors: not_found; forbidden (`may_administer`).
    Task<Result<MadeLink>> make_reset_link(TeamId team, UserId user, Powers powers, tenancy::Author author,
                                           Deadline deadline);
    /// A link with which the user is signed in, also without a password. Never mailed. For operators.
    Task<Result<MadeLink>> make_sign_in_link(TeamId team, UserId user, tenancy::Author author, Deadline deadline);
    /// Ends all sessions and links of the user. Errors: as `make_reset_link`.
    Task<Result<void>> end_sessions(TeamId team, UserId user, Powers powers, tenancy::Author author, Deadline deadline);

    /// What users do for themselves.
    [[nodiscard]] OwnUser& own() noexcept { return own_; }

private:
    struct Minted;
    [[nodiscard]] Minted mint(LinkKind kind) const;
    Task<Result<MadeLink>> make(TeamId team, NewUser user, LinkKind kind, tenancy::Author author, Deadline deadline);
    /// Counts a letter of the team.
    Task<bool> may_write(TeamId team, Deadline deadline);
    Task<Result<MadeLink>> deliver(LinkOwner owner, Minted minted, tenancy::Author author, Deadline deadline);

    UsersParts const parts_;
    std::string const public_url_;
    OwnUser own_;
};

} // namespace sluice::identity
