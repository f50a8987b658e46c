#include "accounts/account_tokens.hpp"

#include "snapshots/shared.hpp"

namespace sluice::accounts {
namespace {

Error refused()
{
    return {ErrorCode::unauthenticated, "The integrated-account token is unknown or has expired. Make a new one with "
                                        "POST /integrated-account/token."};
}

} // namespace

AccountTokens::AccountTokens(AccountTokenRepository& repository, crypto::Keyring const& keyring,
                             tenancy::SecretGate& gate, Clock const& clock, snapshots::CacheConfig config)
    : repository_(repository)
    , keyring_(keyring)
    , gate_(gate)
    , clock_(clock)
    , cache_(config)
{
}

AccountTokens::~AccountTokens() = default;

void AccountTokens::apply(snapshots::Change const& change)
{
    cache_.drop(change);
}

void AccountTokens::set_listening(bool listening)
{
    cache_.set_listening(listening);
}

EnvironmentId AccountTokens::known_environment(std::string_view token) const
{
    if (!crypto::is_well_formed(crypto::TokenKind::account, token))
        return {};
    auto const* known = cache_.peek(crypto::hash_token(keyring_, token).digest);
    return known != nullptr ? known->environment : EnvironmentId{};
}

Task<Result<AccountToken>> AccountTokens::authenticate(std::string_view token, tenancy::Asker asker, Deadline deadline)
{
    if (!crypto::is_well_formed(crypto::TokenKind::account, token))
        co_return refused();
    auto candidates = crypto::candidate_hashes(keyring_, token);
    auto const key = candidates.front().digest;
    if (!cache_.knows(key))
        if (auto const may = gate_.admit(crypto::TokenKind::account, token, asker); !may)
            co_return may.error().code() == ErrorCode::not_found ? refused() : may.error();
    auto fetch = [&](crypto::Digest const&, Deadline limit) {
        return snapshots::shared(repository_.resolve(candidates, limit));
    };
    auto const entry = co_await cache_.get(key, deadline, fetch);
    if (!entry)
        co_return entry.error().code() == ErrorCode::not_found ? refused() : entry.error();
    if ((*entry)->expires_at <= clock_.now())
        co_return refused();
    co_return **entry;
}

snapshots::Dependencies dependencies_of(AccountToken const& token)
{
    using Kind = snapshots::Change::Kind;
    // Only deleting the account ends its tokens early. Other changes of it drop them too, which is rare enough.
    return {{Kind::account, token.environment, token.account.uuid()}, {Kind::environment, token.environment, {}}};
}

} // namespace sluice::accounts
