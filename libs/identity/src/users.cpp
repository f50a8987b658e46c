#include "identity/users.hpp"

#include "names.hpp"
#include "proofs.hpp"

#include <utility>

namespace sluice::identity {
namespace {

using telemetry::Level;

UserCheck administered_by(Powers powers)
{
    return [powers = std::move(powers)](User const& user) { return may_administer(powers, user); };
}

Result<void> check_new(NewUser const& user)
{
    std::vector<FieldFailure> failures;
    if (!is_email(user.email))
        failures.push_back({"email", "must be an e-mail address"});
    if (!is_name(user.name))
        failures.push_back({"name", kNameRule});
    return failures.empty() ? Result<void>{} : Result<void>(Error(std::move(failures)));
}

} // namespace

Users::Users(UsersParts parts, std::string public_url)
    : parts_(parts)
    , public_url_(std::move(public_url))
    , own_(parts)
{
}

Task<Result<User>> Users::find(TeamId team, UserId user, Deadline deadline) const
{
    return parts_.users.find(team, user, deadline);
}

Task<Result<User>> Users::find_by_email(TeamId team, std::string email, Deadline deadline) const
{
    return parts_.users.find_by_email(team, std::move(email), deadline);
}

Task<Result<tenancy::Page<User>>> Users::list(TeamId team, tenancy::ListQuery query, Deadline deadline) const
{
    return parts_.users.list(team, std::move(query), deadline);
}

struct Users::Minted {
    Secret value;
    NewLink link;
};

Users::Minted Users::mint(LinkKind kind) const
{
    auto value = crypto::mint_token(parts_.keyring, token_of(kind));
    auto const hash = crypto::hash_token(parts_.keyring, value.reveal());
    return {std::move(value), NewLink{kind, hash, parts_.clock.now() + lifetime_of(kind)}};
}

Task<Result<MadeLink>> Users::invite(TeamId team, NewUser user, Powers powers, tenancy::Author author,
                                     Deadline deadline)
{
    if (auto const checked = check_new(user); !checked)
        co_return checked.error();
    if (auto const may = may_make(powers, user); !may)
        co_return may.error();
    co_return co_await make(team, std::move(user), LinkKind::invitation, std::move(author), deadline);
}

Task<Result<MadeLink>> Users::create(TeamId team, NewUser user, tenancy::Author author, Deadline deadline)
{
    if (auto const checked = check_new(user); !checked)
        co_return checked.error();
    co_return co_await make(team, std::move(user), LinkKind::sign_in, std::move(author), deadline);
}

Task<Result<MadeLink>> Users::make(TeamId team, NewUser user, LinkKind kind, tenancy::Author author, Deadline deadline)
{
    auto minted = mint(kind);
    auto made = co_await parts_.users.create(team, std::move(user), minted.link, author, deadline);
    if (!made)
        co_return made.error();
    co_return co_await deliver(*std::move(made), std::move(minted), std::move(author), deadline);
}

/// The link, or nothing if it went out by mail. A letter that cannot be sent, or is one too many, is no failure: the
/// link is there to copy.
Task<Result<MadeLink>> Users::deliver(LinkOwner owner, Minted minted, tenancy::Author author, Deadline deadline)
{
    auto url = url_of(public_url_, minted.link.kind, minted.value);
    if (parts_.mailer != nullptr && minted.link.kind != LinkKind::sign_in &&
        co_await may_write(owner.user.team, deadline)) {
        Letter letter{owner.user.email,      owner.user.name, owner.team_name, author.actor.name, url,
                      minted.link.expires_at};
        auto const sent = minted.link.kind == LinkKind::invitation
                              ? co_await parts_.mailer->send_invitation(std::move(letter), deadline)
                              : co_await parts_.mailer->send_reset(std::move(letter), deadline);
        if (sent)
            co_return MadeLink{std::move(owner.user), std::nullopt};
        parts_.log.write(Level::warning, "a letter with a link was not sent; the link was shown instead", sent.error(),
                         {{"user_id", owner.user.id.str()}});
    }
    co_return MadeLink{std::move(owner.user), std::move(url)};
}

Task<bool> Users::may_write(TeamId team, Deadline deadline)
{
    auto const letters = co_await parts_.attempts.count(attempt_key(parts_.keyring, "letters", team.str()), deadline);
    co_return letters && *letters <= kLetters;
}

Task<Result<User>> Users::change(TeamId team, UserId user, UserChange change, Powers powers, tenancy::Author author,
                                 Deadline deadline)
{
    if (change.name && !is_name(*change.name))
        co_return invalid("name", kNameRule);
    UserCheck check = [powers = std::move(powers), change](User const& before) {
        return may_change(powers, before, change);
    };
    co_return co_await parts_.users.update(team, user, std::move(change), std::move(check), std::move(author),
                                           deadline);
}

Task<Result<void>> Users::remove(TeamId team, UserId user, Powers powers, tenancy::Author author, Deadline deadline)
{
    UserCheck check = [powers = std::move(powers)](User const& before) { return may_remove(powers, before); };
    co_return co_await parts_.users.remove(team, user, std::move(check), std::move(author), deadline);
}

Task<Result<MadeLink>> Users::make_reset_link(TeamId team, UserId user, Powers powers, tenancy::Author author,
                                              Deadline deadline)
{
    // It would be a way around the password and the code that the user's own changes ask for.
    if (powers.user == user)
        co_return Error{ErrorCode::forbidden, "Nobody makes a reset link for themselves. Change your password with "
                                              "`POST /me/password`, or ask another owner or admin."};
    auto const found = co_await parts_.users.find(team, user, deadline);
    if (!found)
        co_return found.error();
    auto minted = mint(found->is_invited ? LinkKind::invitation : LinkKind::reset);
    minted.link.clears_second_factor = true;
    auto owner =
        co_await parts_.links.create(team, user, minted.link, administered_by(std::move(powers)), author, deadline);
    if (!owner)
        co_return owner.error();
    co_return co_await deliver(*std::move(owner), std::move(minted), std::move(author), deadline);
}

Task<Result<MadeLink>> Users::make_sign_in_link(TeamId team, UserId user, tenancy::Author author, Deadline deadline)
{
    auto minted = mint(LinkKind::sign_in);
    auto owner =
        co_await parts_.links.create(team, user, minted.link, administered_by(Powers::of_operator()), author, deadline);
    if (!owner)
        co_return owner.error();
    co_return co_await deliver(*std::move(owner), std::move(minted), std::move(author), deadline);
}

Task<Result<void>> Users::end_sessions(TeamId team, UserId user, Powers powers, tenancy::Author author,
                                       Deadline deadline)
{
    return parts_.sessions.end_all(team, user, administered_by(std::move(powers)), std::move(author), deadline);
}

} // namespace sluice::identity
