#include "identity/sign_in.hpp"

#include "base/encoding.hpp"
#include "names.hpp"
#include "proofs.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::identity {
namespace {

constexpr std::size_t kLongestAgent = 400;
constexpr std::size_t kLongestEmailText = 400;
constexpr std::chrono::seconds kLetterLimit{30};

/// One text for all that may be wrong, so that it tells nobody who has an account.
Error refused()
{
    return {ErrorCode::unauthenticated,
            fmt::format("The e-mail, the password or the team is wrong, or there were too many attempts. Try again in "
                        "{} minutes, or reset the password.",
                        AttemptRepository::kWindow.count())};
}

Error code_needed()
{
    return code_error("is needed: the code of your authenticator app, or a recovery code");
}

/// Attempts of everybody who has no device cookie of that user.
crypto::Digest strangers_key(crypto::Keyring const& keyring, UserId user)
{
    return attempt_key(keyring, "stranger", user.str());
}

/// Where there is no such user, the texts stand for them.
crypto::Digest strangers_key(crypto::Keyring const& keyring, AttemptRepository::Found const& found,
                             PasswordSignIn const& entered)
{
    if (found.user)
        return strangers_key(keyring, *found.user);
    return attempt_key(keyring, "stranger",
                       fmt::format("{}|{}", found.team ? found.team->str() : entered.team, email_key(entered.email)));
}

crypto::Digest codes_key(crypto::Keyring const& keyring, UserId user)
{
    return attempt_key(keyring, "code", user.str());
}

tenancy::Author author_of(UserId user, std::string email, Client const& client)
{
    return {{tenancy::Actor::Kind::user, user.str(), std::move(email)}, client.address, client.request_id};
}

NewSession session_by(SignInMethod method, std::optional<IdentityProviderId> provider = std::nullopt)
{
    NewSession session;
    session.method = method;
    session.provider = provider;
    return session;
}

/// `text` as the database takes it: UTF-8 without zeros, shortened.
std::string tidy(std::string_view text, std::size_t bytes)
{
    auto valid = to_valid_utf8(text);
    std::erase(valid, '\0');
    return std::string(utf8_prefix(valid, bytes));
}

} // namespace

SignInMetrics::SignInMetrics(telemetry::Registry& registry)
    : opened(registry.counter("sluice_identity_sign_ins_total", "Sessions that were begun"))
    , refused(registry.counter("sluice_identity_sign_ins_refused_total", "Attempts to sign in that were refused"))
    , locked(registry.counter("sluice_identity_sign_ins_locked_total",
                              "Refused attempts to sign in that came after too many others"))
{
}

/// An answer, and whether the attempt stays counted: not where nothing was tried, or all was right.
struct SignIn::Judged {
    Judged(Result<Opened> given, bool counts)
        : answer(std::move(given))
        , is_failure(counts)
    {
    }
    Judged() = default;
    Result<Opened> answer;
    bool is_failure = true;
};

SignIn::SignIn(SignInParts parts, SignInConfig config)
    : parts_(parts)
    , config_(std::move(config))
{
}

Task<Result<Opened>> SignIn::with_password(PasswordSignIn entered, Client client, Deadline deadline)
{
    // A device in which this user has signed in before does not stand in the strangers' queue, as long as its own door
    // is open. In front of other users it is a stranger.
    auto const device = device_in(parts_.keyring, client.device);
    auto const admit = [this, asker = tenancy::Asker(client.address)] { return parts_.gate.admit_sign_in(asker); };
    if (!device)
        if (auto const may = admit(); !may)
            co_return may.error();
    entered.team = tidy(entered.team, kLongestName);
    entered.email = tidy(entered.email, kLongestEmailText);
    auto found = co_await parts_.attempts.find(entered.team, entered.email, deadline);
    if (!found)
        co_return found.error();
    bool const is_known =
        device && found->team && found->user && device->team == *found->team && device->user == *found->user;
    if (device && !is_known)
        if (auto const may = admit(); !may)
            co_return may.error();
    auto const key = is_known ? device->key : strangers_key(parts_.keyring, *found, entered);
    auto const attempts = co_await parts_.attempts.count(key, deadline);
    if (!attempts)
        co_return attempts.error();
    bool const is_open = *attempts <= kFailures;
    if (is_known)
        if (auto const may = is_open ? parts_.gate.admit_known(*found->user) : admit(); !may) {
            // No password was tried.
            [[maybe_unused]] auto const taken = co_await parts_.attempts.take_back(key, deadline);
            co_return may.error();
        }
    auto const who = is_known && is_open ? PasswordHasher::By::known : PasswordHasher::By::stranger;
    auto judged = co_await judge(*std::move(found), std::move(entered), std::move(client), {who, is_open}, deadline);
    if (!judged.is_failure) {
        // If this is lost, one attempt too many counts for a quarter of an hour.
        [[maybe_unused]] auto const taken = co_await parts_.attempts.take_back(key, deadline);
    } else {
        parts_.metrics.refused.add();
        if (!is_open)
            parts_.metrics.locked.add();
    }
    co_return std::move(judged.answer);
}

Task<SignIn::Judged> SignIn::judge(AttemptRepository::Found found, PasswordSignIn entered, Client client, Door door,
                                   Deadline deadline)
{
    // Behind a closed door, and where there is nobody, a hash is made all the same: time tells nothing.
    bool const is_candidate = door.is_open && found.user && found.is_active;
    auto const verdict = co_await parts_.hasher.verify(door.who, is_candidate ? found.password : std::nullopt,
                                                       entered.password, deadline);
    if (!verdict)
        co_return Judged(verdict.error(), false);
    if (!verdict->is_right)
        co_return Judged(refused(), true);

    auto const secrets = co_await parts_.users.secrets(*found.team, *found.user, deadline);
    if (!secrets)
        co_return Judged(secrets.error(), false);
    Proof proof;
    if (secrets->second_factor && secrets->second_factor->is_confirmed) {
        if (!entered.code || entered.code->empty())
            co_return Judged(code_needed(), false);
        auto const proven =
            proof_in(parts_.keyring, *found.user, *secrets->second_factor, *entered.code, parts_.clock.now());
        if (!proven)
            co_return Judged(code_refused(), true);
        proof = *proven;
    }
    proof.password = found.password;
    auto answer = co_await open(*found.team, *found.user, secrets->email, session_by(SignInMethod::password), proof,
                                std::move(client), deadline);
    if (answer && verdict->needs_rehash)
        co_await rehash(*found.team, *found.user, *found.password, std::move(entered.password), deadline);
    // A used code is a wrong one.
    bool const is_failure = !answer && answer.error().code() == ErrorCode::unauthenticated;
    co_return Judged(std::move(answer), is_failure);
}

Task<void> SignIn::rehash(TeamId team, UserId user, std::string expected, Secret password, Deadline deadline)
{
    // If it does not work out now, the next sign-in does it.
    auto encoded = co_await parts_.hasher.hash(std::move(password), deadline);
    if (encoded) [[maybe_unused]]
        auto const done = co_await parts_.users.rehash(team, user, std::move(expected), *std::move(encoded), deadline);
}

Task<Result<Opened>> SignIn::open(TeamId team, UserId user, std::string email, NewSession session, Proof proof,
                                  Client client, Deadline deadline)
{
    auto value = crypto::mint_token(parts_.keyring, crypto::TokenKind::session);
    prepare(session, value, client);
    auto begun = co_await parts_.sessions.begin(team, user, std::move(session), proof,
                                                author_of(user, std::move(email), client), deadline);
    if (!begun)
        co_return begun.error().code() == ErrorCode::not_found ? refused() : begun.error();
    co_return opened(*std::move(begun), std::move(value));
}

Task<Result<Opened>> SignIn::with_link(Secret secret, Client client, Deadline deadline)
{
    Redemption redemption;
    redemption.kind = LinkKind::sign_in;
    auto link = co_await look_up(redemption, std::move(secret), deadline);
    if (!link)
        co_return link.error();
    co_return co_await redeem(*std::move(link), std::move(redemption), std::move(client), deadline);
}

Task<Result<Opened>> SignIn::with_identity(TeamId team, UserId user, IdentityProviderId provider, Client client,
                                           Deadline deadline)
{
    auto found = co_await parts_.users.find(team, user, deadline);
    if (!found && found.error().code() != ErrorCode::not_found)
        co_return found.error();
    if (!found || !found->is_active)
        co_return Error{ErrorCode::unauthenticated, "This user is not active. Ask an admin of the team."};
    co_return co_await open(team, user, std::move(found->email), session_by(SignInMethod::oidc, provider), Proof{},
                            std::move(client), deadline);
}

Task<Result<LinkView>> SignIn::show(LinkKind kind, Secret secret, Deadline deadline)
{
    Redemption redemption;
    redemption.kind = kind;
    co_return co_await look_up(redemption, std::move(secret), deadline);
}

Task<Result<Opened>> SignIn::accept_invitation(NewPassword entered, Client client, Deadline deadline)
{
    Redemption redemption;
    redemption.kind = LinkKind::invitation;
    auto link = co_await look_up(redemption, std::move(entered.secret), deadline);
    if (!link)
        co_return link.error();
    if (entered.name && !is_name(*entered.name))
        co_return invalid("name", kNameRule);
    if (auto const checked = check_password(entered.password, link->email, "password"); !checked)
        co_return checked.error();
    auto encoded = co_await parts_.hasher.hash(std::move(entered.password), deadline);
    if (!encoded)
        co_return encoded.error();
    redemption.password = *std::move(encoded);
    redemption.name = std::move(entered.name);
    co_return co_await redeem(*std::move(link), std::move(redemption), std::move(client), deadline);
}

Task<Result<Opened>> SignIn::reset(NewPassword entered, Client client, Deadline deadline)
{
    Redemption redemption;
    redemption.kind = LinkKind::reset;
    auto link = co_await look_up(redemption, std::move(entered.secret), deadline);
    if (!link)
        co_return link.error();
    if (auto const checked = check_password(entered.password, link->email, "password"); !checked)
        co_return checked.error();
    if (link->needs_code) {
        auto const proof = co_await proof_for_reset(*link, std::move(entered.code), deadline);
        if (!proof)
            co_return proof.error();
        redemption.proof = *proof;
    }
    auto encoded = co_await parts_.hasher.hash(std::move(entered.password), deadline);
    if (!encoded)
        co_return encoded.error();
    redemption.password = *std::move(encoded);
    auto answer = co_await redeem(*link, std::move(redemption), client, deadline);
    if (!answer)
        co_return answer;
    // The door is open again. Should this be lost, it opens by itself.
    std::vector<crypto::Digest> keys{strangers_key(parts_.keyring, link->user), codes_key(parts_.keyring, link->user)};
    if (auto const device = device_in(parts_.keyring, client.device); device && device->user == link->user)
        keys.push_back(device->key);
    [[maybe_unused]] auto const forgotten = co_await parts_.attempts.forget(std::move(keys), deadline);
    co_return answer;
}

Task<Result<LinkView>> SignIn::look_up(Redemption& redemption, Secret secret, Deadline deadline)
{
    auto candidates = link_hashes(parts_.keyring, redemption.kind, secret);
    if (!candidates)
        co_return candidates.error();
    redemption.candidates = *std::move(candidates);
    auto link = co_await parts_.links.show(redemption.kind, redemption.candidates, deadline);
    if (!link && link.error().code() == ErrorCode::not_found)
        co_return link_over();
    co_return link;
}

Task<Result<Opened>> SignIn::redeem(LinkView link, Redemption redemption, Client client, Deadline deadline)
{
    auto value = crypto::mint_token(parts_.keyring, crypto::TokenKind::session);
    redemption.session = session_by(redemption.password ? SignInMethod::password : SignInMethod::link);
    prepare(redemption.session, value, client);
    auto begun =
        co_await parts_.links.redeem(std::move(redemption), author_of(link.user, link.email, client), deadline);
    if (!begun)
        co_return begun.error().code() == ErrorCode::not_found ? link_over() : begun.error();
    co_return opened(*std::move(begun), std::move(value));
}

/// The link is the first proof, and the code the second. Only who has the link can close this door.
Task<Result<Proof>> SignIn::proof_for_reset(LinkView const& link, std::optional<Secret> code, Deadline deadline)
{
    if (!code || code->empty())
        co_return code_needed();
    auto const key = codes_key(parts_.keyring, link.user);
    auto const attempts = co_await parts_.attempts.count(key, deadline);
    if (!attempts)
        co_return attempts.error();
    if (*attempts > kFailures)
        co_return code_error(fmt::format("was wrong too often; try again in {} minutes, with a new code",
                                         AttemptRepository::kWindow.count()));
    auto const secrets = co_await parts_.users.secrets(link.team, link.user, deadline);
    if (!secrets)
        co_return secrets.error();
    if (!secrets->second_factor)
        co_return Proof{}; // Removed since.
    auto const proof = proof_in(parts_.keyring, link.user, *secrets->second_factor, *code, parts_.clock.now());
    co_return proof ? Result<Proof>(*proof) : code_refused();
}

Task<Result<void>> SignIn::request_reset(std::string team, std::string email, Client client)
{
    if (auto const may = parts_.gate.admit_sign_in(tenancy::Asker(client.address)); !may)
        co_return may.error();
    if (parts_.mailer == nullptr)
        co_return Result<void>{};
    if (parts_.behind.full())
        co_return Error{ErrorCode::rate_limited, "Too many letters are on their way. Retry in a minute."};
    parts_.behind.spawn(send_reset(std::move(team), std::move(email), std::move(client)));
    co_return Result<void>{};
}

Task<void> SignIn::send_reset(std::string team, std::string email, Client client)
{
    auto const sent = co_await try_to_send_reset(std::move(team), std::move(email), std::move(client));
    if (!sent)
        parts_.log.write(telemetry::Level::warning, "no letter with a reset link was sent", sent.error());
}

Task<Result<void>> SignIn::try_to_send_reset(std::string team, std::string email, Client client)
{
    auto const deadline = Deadline::after(kLetterLimit);
    auto const found =
        co_await parts_.attempts.find(tidy(team, kLongestName), tidy(email, kLongestEmailText), deadline);
    if (!found)
        co_return found.error();
    if (!found->team || !found->user || !found->is_active)
        co_return Result<void>{};
    // Nobody's mailbox is filled by a stranger.
    auto const letters =
        co_await parts_.attempts.count(attempt_key(parts_.keyring, "letter", found->user->str()), deadline);
    if (!letters)
        co_return letters.error();
    if (*letters > kResetLetters)
        co_return Result<void>{};
    auto const value = crypto::mint_token(parts_.keyring, crypto::TokenKind::reset);
    NewLink link{LinkKind::reset, crypto::hash_token(parts_.keyring, value.reveal()),
                 parts_.clock.now() + lifetime_of(LinkKind::reset)};
    auto const expires_at = link.expires_at;
    tenancy::Author author{{}, client.address, client.request_id};
    UserCheck anybody = [](User const&) { return Result<void>{}; };
    auto const user =
        co_await parts_.links.create(*found->team, *found->user, link, std::move(anybody), std::move(author), deadline);
    if (!user)
        co_return user.error();
    Letter letter{
        user->user.email, user->user.name, user->team_name, {}, url_of(config_.public_url, LinkKind::reset, value),
        expires_at};
    co_return co_await parts_.mailer->send_reset(std::move(letter), deadline);
}

void SignIn::prepare(NewSession& session, Secret const& value, Client const& client) const
{
    session.hash = crypto::hash_token(parts_.keyring, value.reveal());
    session.client_address = client.address;
    session.user_agent = tidy(client.user_agent, kLongestAgent);
    session.expires_at = parts_.clock.now() + config_.session_lifetime;
}

Opened SignIn::opened(Begun begun, Secret value) const
{
    parts_.metrics.opened.add();
    auto device = mint_device(parts_.keyring, begun.who.team, begun.who.user);
    return {std::move(value), std::move(device), std::move(begun.who), std::move(begun.user)};
}

} // namespace sluice::identity
