#include "identity/own_user.hpp"

#include "crypto/totp.hpp"
#include "identity/sign_in.hpp"
#include "names.hpp"
#include "proofs.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::identity {
namespace {

/// How the service is named in authenticator apps.
constexpr std::string_view kIssuer = "Sluice";

Error wrong_code()
{
    return invalid("code", "is wrong or was used");
}

/// A code that another request took first is a wrong one. In a session that is no reason to sign in again.
Error as_input(Error error)
{
    return error.code() == ErrorCode::unauthenticated ? wrong_code() : error;
}

struct RecoveryCodes {
    std::vector<Secret> codes;
    std::vector<crypto::Digest> digests;
};

RecoveryCodes mint_recovery_codes(crypto::Keyring const& keyring, UserId user)
{
    RecoveryCodes made;
    for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
        made.codes.push_back(mint_recovery_code());
        made.digests.push_back(digest_of_recovery_code(keyring, user, normalised_code(made.codes.back())));
    }
    return made;
}

Error no_second_factor()
{
    return {ErrorCode::not_found, "There is no second factor."};
}

} // namespace

Self Self::of(SignedIn const& who)
{
    return {who.team, who.user, who.session, who.created_at};
}

OwnUser::OwnUser(UsersParts parts)
    : parts_(parts)
{
}

Task<Result<User>> OwnUser::rename(Self self, std::string name, tenancy::Author author, Deadline deadline)
{
    if (!is_name(name))
        co_return invalid("name", kNameRule);
    UserCheck anything = [](User const&) { return Result<void>{}; };
    UserChange change{.name = std::move(name)};
    co_return co_await parts_.users.update(self.team, self.user, std::move(change), std::move(anything),
                                           std::move(author), deadline);
}

Task<Result<std::vector<Session>>> OwnUser::sessions(Self self, Deadline deadline) const
{
    return parts_.sessions.list(self.team, self.user, deadline);
}

Task<Result<void>> OwnUser::end_session(Self self, SessionId session, tenancy::Author author, Deadline deadline)
{
    return parts_.sessions.end(self.team, self.user, session, std::move(author), deadline);
}

Task<Result<OwnUser::Attempt>> OwnUser::begin_attempt(Self self, Deadline deadline)
{
    // By session: who has stolen one can close its door, and not the user's.
    auto const key = attempt_key(parts_.keyring, "session", self.session.str());
    auto const attempts = co_await parts_.attempts.count(key, deadline);
    if (!attempts)
        co_return attempts.error();
    if (*attempts > SignIn::kFailures)
        co_return Error{ErrorCode::rate_limited,
                        fmt::format("There were too many wrong passwords or codes. Try again in {} minutes.",
                                    AttemptRepository::kWindow.count())};
    auto secrets = co_await parts_.users.secrets(self.team, self.user, deadline);
    if (!secrets) {
        [[maybe_unused]] auto const taken = co_await parts_.attempts.take_back(key, deadline);
        co_return secrets.error();
    }
    co_return Attempt{key, *std::move(secrets)};
}

Task<Result<void>> OwnUser::check_current(Self self, Attempt const& attempt, Secret password, std::string field,
                                          Deadline deadline)
{
    auto const& secrets = attempt.secrets;
    if (!secrets.password) {
        if (parts_.clock.now() - self.signed_in_at > kFresh)
            co_return Error{ErrorCode::forbidden,
                            fmt::format("There is no password yet, and this session is older than "
                                        "{} minutes. Sign in again first.",
                                        kFresh.count())};
        co_return Result<void>{};
    }
    auto const verdict =
        co_await parts_.hasher.verify(PasswordHasher::By::known, secrets.password, std::move(password), deadline);
    if (!verdict) {
        co_await end_attempt(attempt, deadline); // Nobody knows whether it was right.
        co_return verdict.error();
    }
    co_return verdict->is_right ? Result<void>{} : invalid(std::move(field), "is not your password");
}

Task<Result<void>> OwnUser::change_password(Self self, Secret current, Secret password, tenancy::Author author,
                                            Deadline deadline)
{
    auto attempt = co_await begin_attempt(self, deadline);
    if (!attempt)
        co_return attempt.error();
    if (auto const checked = check_password(password, attempt->secrets.email, "new"); !checked) {
        co_await end_attempt(*attempt, deadline);
        co_return checked;
    }
    if (auto const right = co_await check_current(self, *attempt, std::move(current), "current", deadline); !right)
        co_return right;
    co_await end_attempt(*attempt, deadline);
    auto encoded = co_await parts_.hasher.hash(std::move(password), deadline);
    if (!encoded)
        co_return encoded.error();
    co_return co_await parts_.users.set_password(self.team, self.user, std::move(attempt->secrets.password),
                                                 *std::move(encoded), self.session, std::move(author), deadline);
}

Task<Result<BegunSecondFactor>> OwnUser::begin_second_factor(Self self, tenancy::Author author, Deadline deadline)
{
    auto const user = co_await parts_.users.find(self.team, self.user, deadline);
    if (!user)
        co_return user.error();
    auto secret = crypto::new_totp_secret();
    auto const begun =
        co_await parts_.users.begin_second_factor(self.team, self.user, secret, std::move(author), deadline);
    if (!begun)
        co_return begun.error();
    co_return BegunSecondFactor{Secret{crypto::base32(bytes_of(secret.reveal()))},
                                crypto::totp_uri(secret, kIssuer, user->email)};
}

Task<Result<std::vector<Secret>>> OwnUser::confirm_second_factor(Self self, Secret code, tenancy::Author author,
                                                                 Deadline deadline)
{
    auto const attempt = co_await begin_attempt(self, deadline);
    if (!attempt)
        co_return attempt.error();
    auto const& factor = attempt->secrets.second_factor;
    if (!factor || factor->is_confirmed)
        co_return Error{ErrorCode::conflict, "There is no second factor that waits for its first code."};
    auto const step = step_in(*factor, code, parts_.clock.now());
    if (!step)
        co_return wrong_code();
    co_await end_attempt(*attempt, deadline);
    auto made = mint_recovery_codes(parts_.keyring, self.user);
    auto const confirmed = co_await parts_.users.confirm_second_factor(
        self.team, self.user, *step, std::move(made.digests), self.session, std::move(author), deadline);
    if (!confirmed)
        co_return as_input(confirmed.error());
    co_return std::move(made.codes);
}

Task<Result<Proof>> OwnUser::prove(Attempt const& attempt, Secret code, Deadline deadline)
{
    auto const& factor = attempt.secrets.second_factor;
    if (!factor || !factor->is_confirmed)
        co_return no_second_factor();
    auto const proof = proof_in(parts_.keyring, attempt.secrets.user, *factor, code, parts_.clock.now());
    if (!proof)
        co_return wrong_code();
    // Whether a recovery code exists shows only its use, so it stays counted.
    if (proof->step)
        co_await end_attempt(attempt, deadline);
    co_return *proof;
}

Task<Result<void>> OwnUser::remove_second_factor(Self self, Secret password, Secret code, tenancy::Author author,
                                                 Deadline deadline)
{
    auto const attempt = co_await begin_attempt(self, deadline);
    if (!attempt)
        co_return attempt.error();
    // Who signs in by OIDC has no password. The code is proof enough.
    if (attempt->secrets.password)
        if (auto const right = co_await check_current(self, *attempt, std::move(password), "password", deadline);
            !right)
            co_return right;
    auto const proof = co_await prove(*attempt, std::move(code), deadline);
    if (!proof)
        co_return proof.error();
    auto const removed =
        co_await parts_.users.remove_second_factor(self.team, self.user, *proof, std::move(author), deadline);
    co_return removed ? removed : Result<void>(as_input(removed.error()));
}

Task<Result<std::vector<Secret>>> OwnUser::new_recovery_codes(Self self, Secret code, tenancy::Author author,
                                                              Deadline deadline)
{
    auto const attempt = co_await begin_attempt(self, deadline);
    if (!attempt)
        co_return attempt.error();
    auto const proof = co_await prove(*attempt, std::move(code), deadline);
    if (!proof)
        co_return proof.error();
    auto made = mint_recovery_codes(parts_.keyring, self.user);
    auto const replaced = co_await parts_.users.replace_recovery_codes(
        self.team, self.user, *proof, std::move(made.digests), std::move(author), deadline);
    if (!replaced)
        co_return as_input(replaced.error());
    co_return std::move(made.codes);
}

/// The attempt was no failure.
Task<void> OwnUser::end_attempt(Attempt const& attempt, Deadline deadline)
{
    // If this is lost, one attempt too many counts for a quarter of an hour.
    [[maybe_unused]] auto const taken = co_await parts_.attempts.take_back(attempt.key, deadline);
}

} // namespace sluice::identity
