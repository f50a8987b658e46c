#include "tenancy/api_tokens.hpp"

#include "snapshots/shared.hpp"

#include <boost/asio/ip/address.hpp>

namespace sluice::tenancy {
namespace {

Error refused()
{
    return {ErrorCode::unauthenticated, "The API token is missing, unknown or expired. Send a valid one as "
                                        "`Authorization: Bearer slx_api_…`."};
}

} // namespace

ApiTokens::ApiTokens(ApiTokenRepository& repository, crypto::Keyring const& keyring, SecretGate& gate,
                     Clock const& clock, snapshots::CacheConfig config)
    : repository_(repository)
    , keyring_(keyring)
    , gate_(gate)
    , clock_(clock)
    , cache_(config)
{
}

ApiTokens::~ApiTokens() = default;

void ApiTokens::apply(snapshots::Change const& change)
{
    cache_.drop(change);
}

void ApiTokens::set_listening(bool listening)
{
    cache_.set_listening(listening);
}

std::optional<Result<ApiTokens::Pointer>> ApiTokens::authenticate_warm(std::string_view token,
                                                                       std::string_view address) const
{
    if (token.size() > crypto::kLongestToken)
        return refused(); // Longer than any token.
    // A cached token is well formed, so the look-up comes first.
    if (auto const* warm = cache_.find(crypto::hash_token(keyring_, token).digest))
        return usable(*warm, address);
    if (!crypto::is_well_formed(crypto::TokenKind::api, token))
        return refused();
    return std::nullopt;
}

EnvironmentId ApiTokens::known_environment(std::string_view token) const
{
    if (!crypto::is_well_formed(crypto::TokenKind::api, token))
        return {};
    auto const* known = cache_.peek(crypto::hash_token(keyring_, token).digest);
    return known != nullptr ? known->environment : EnvironmentId{};
}

Result<ApiTokens::Pointer> ApiTokens::usable(Pointer token, std::string_view address) const
{
    if (token->expires_at && *token->expires_at <= clock_.now())
        return refused();
    if (!token->addresses.empty()) {
        boost::system::error_code failed;
        auto const parsed = boost::asio::ip::make_address(std::string(address), failed);
        if (failed || !token->networks.contains(http::as_v6(parsed)))
            return Error{ErrorCode::forbidden,
                         "This API token is not taken from your address. It has a list of addresses: "
                         "`addresses` of the token."};
    }
    return token;
}

Task<Result<ApiTokens::Pointer>> ApiTokens::authenticate(std::string_view token, std::string_view address,
                                                         Deadline deadline)
{
    if (auto warm = authenticate_warm(token, address))
        co_return *std::move(warm);
    auto candidates = crypto::candidate_hashes(keyring_, token);
    auto const key = candidates.front().digest;
    if (!cache_.knows(key))
        if (auto const may = gate_.admit(crypto::TokenKind::api, token, Asker(address)); !may)
            co_return may.error().code() == ErrorCode::not_found ? refused() : may.error();
    auto fetch = [&](crypto::Digest const&, Deadline limit) {
        return snapshots::shared(repository_.resolve(candidates, limit));
    };
    auto const entry = co_await cache_.get(key, deadline, fetch);
    if (!entry)
        co_return entry.error().code() == ErrorCode::not_found ? refused() : entry.error();
    co_return usable(*entry, address);
}

snapshots::Dependencies dependencies_of(ApiToken const& token)
{
    using Kind = snapshots::Change::Kind;
    return {{Kind::api_token, token.environment, token.id.uuid()}, {Kind::environment, token.environment, {}}};
}

std::size_t weight_of(ApiToken const& token)
{
    auto bytes = sizeof token + token.name.size() + token.created_by.size();
    for (auto const& text : token.scopes)
        bytes += sizeof text + text.size();
    for (auto const& text : token.addresses)
        bytes += sizeof text + text.size() + sizeof(boost::asio::ip::network_v6);
    return bytes;
}

} // namespace sluice::tenancy
