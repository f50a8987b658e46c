#include "identity/sessions.hpp"

#include "snapshots/shared.hpp"

#include <utility>

namespace sluice::identity {
namespace {

using snapshots::Change;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kNoteLimit{10};

Error refused()
{
    return {ErrorCode::unauthenticated, "You are not signed in, or the session is over. Sign in again."};
}

} // namespace

void add_settings(SettingsTable& table, SessionConfig& config)
{
    table.duration("sessions.idle_limit", config.idle_limit, 10min, 24h * 90,
                   "how long a session lives on without being used");
    table.duration("sessions.lifetime", config.lifetime, 10min, 24h * 90,
                   "how long after the sign-in a session ends, however much it is used");
}

snapshots::Dependencies dependencies_of(SignedIn const& who)
{
    return {{Change::Kind::user, {}, who.user.uuid()}, {Change::Kind::team, {}, who.team.uuid()}};
}

std::size_t weight_of(SignedIn const& who)
{
    auto bytes = sizeof who + who.team_name.size() + who.email.size() + who.name.size();
    for (auto const& each : who.environments)
        bytes += sizeof each + each.name.size();
    return bytes;
}

Sessions::Sessions(SessionRepository& repository, crypto::Keyring const& keyring, Clock const& clock, TaskGroup& behind,
                   SessionConfig config, snapshots::CacheConfig cache)
    : repository_(repository)
    , keyring_(keyring)
    , clock_(clock)
    , behind_(behind)
    , config_(config)
    , cache_(cache)
{
}

Sessions::~Sessions() = default;

void Sessions::apply(Change const& change)
{
    cache_.drop(change);
}

void Sessions::set_listening(bool listening)
{
    cache_.set_listening(listening);
}

std::optional<Result<Sessions::Pointer>> Sessions::authenticate_warm(std::string_view secret)
{
    if (secret.size() > crypto::kLongestToken)
        return refused(); // Longer than any.
    // A cached value is well formed, so the look-up comes first.
    if (auto const* warm = cache_.find(crypto::hash_token(keyring_, secret).digest)) {
        if (is_over(**warm))
            return refused();
        if (is_idle(**warm))
            return std::nullopt; // Perhaps it was used elsewhere.
        return used(*warm);
    }
    // Every session has a MAC, so an invented one costs no query.
    if (crypto::form_of(keyring_, crypto::TokenKind::session, secret) != crypto::TokenForm::keyed)
        return refused();
    return std::nullopt;
}

Task<Result<Sessions::Pointer>> Sessions::authenticate(std::string_view secret, Deadline deadline)
{
    if (auto warm = authenticate_warm(secret))
        co_return *std::move(warm);
    auto candidates = crypto::candidate_hashes(keyring_, secret);
    auto const key = candidates.front().digest;
    if (auto const* idle = cache_.find(key))
        cache_.drop({Change::Kind::user, {}, (*idle)->who->user.uuid()});
    auto fetch = [&](crypto::Digest const&, Deadline limit) { return snapshots::shared(read(candidates, limit)); };
    auto const entry = co_await cache_.get(key, deadline, fetch);
    if (!entry)
        co_return entry.error().code() == ErrorCode::not_found ? refused() : entry.error();
    if (is_over(**entry) || is_idle(**entry))
        co_return refused();
    co_return used(*entry);
}

Task<Result<Sessions::Known>> Sessions::read(std::vector<crypto::TokenHash> candidates, Deadline deadline)
{
    auto found = co_await repository_.resolve(std::move(candidates), deadline);
    if (!found)
        co_return found.error();
    Known known;
    known.seen_at = found->seen_at;
    known.who = std::make_shared<SignedIn const>(*std::move(found));
    co_return known;
}

bool Sessions::is_over(Known const& known) const
{
    return known.who->expires_at <= clock_.now();
}

bool Sessions::is_idle(Known const& known) const
{
    return clock_.now() - known.seen_at > config_.idle_limit;
}

Sessions::Pointer Sessions::used(std::shared_ptr<Known const> const& known)
{
    // Without room now, the next request tries again.
    if (clock_.now() - known->seen_at >= kSeenEvery && !behind_.full()) {
        known->seen_at = clock_.now();
        behind_.spawn(note_use(known->who->team, known->who->session));
    }
    return known->who;
}

Task<void> Sessions::note_use(TeamId team, SessionId session)
{
    // What is lost is written by a later request, long before the session counts as idle.
    [[maybe_unused]] auto const noted = co_await repository_.note_use(team, session, Deadline::after(kNoteLimit));
}

} // namespace sluice::identity
