#include "grants.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

std::string segment(json::object const& claims)
{
    return base64url(bytes_of(boost::json::serialize(claims)));
}

/// Has the form of the vendor's JWT; the signature is noise, because callers have to treat the token as opaque.
std::string jwt(Grant const& grant, std::string_view issuer, Timestamp now, std::chrono::seconds lifetime,
                json::object claims)
{
    auto const issued_at = std::chrono::system_clock::to_time_t(now);
    claims["iss"] = issuer;
    claims["sub"] = std::to_string(grant.user);
    claims["iat"] = issued_at;
    claims["exp"] = issued_at + lifetime.count();
    return segment({{"alg", "RS256"}, {"typ", "JWT"}}) + '.' + segment(claims) + '.' + random_token();
}

bool has(Grant const& grant, std::string_view scope)
{
    return std::ranges::find(grant.scopes, scope) != grant.scopes.end();
}

} // namespace

std::string Grants::issue_code(Code code)
{
    auto text = random_token();
    codes_.emplace(text, std::move(code));
    return text;
}

std::optional<Code> Grants::take_code(std::string const& code, Timestamp now)
{
    auto const found = codes_.extract(code);
    if (found.empty() || found.mapped().expires <= now)
        return std::nullopt;
    return std::move(found.mapped());
}

IssuedTokens Grants::issue(GrantPtr const& grant, std::string_view issuer, Timestamp now, std::chrono::seconds lifetime,
                           bool with_refresh)
{
    json::object const access{
        {"aud", issuer}, {"azp", grant->client_id}, {"jti", random_uuid(now)}, {"scope", join(grant->scopes, " ")}};
    IssuedTokens tokens{jwt(*grant, issuer, now, lifetime, access), {}, {}, lifetime};
    if (has(*grant, "openid"))
        tokens.identity = jwt(*grant, issuer, now, lifetime, {{"aud", grant->client_id}, {"nonce", grant->nonce}});
    access_.emplace(tokens.access, Access{grant, now + lifetime});
    if (with_refresh) {
        tokens.refresh = random_token();
        refresh_.emplace(tokens.refresh, Refresh{grant});
    }
    ++tokens_issued;
    return tokens;
}

Grant const* Grants::find_access(std::string_view token, Timestamp now)
{
    auto const found = access_.find(std::string(token));
    if (found == access_.end())
        return nullptr;
    if (found->second.expires > now)
        return found->second.grant.get();
    access_.erase(found);
    return nullptr;
}

GrantPtr Grants::use_refresh(std::string const& token, std::string_view client_id)
{
    auto const found = refresh_.find(token);
    if (found == refresh_.end())
        return nullptr;
    auto& refresh = found->second;
    if (refresh.grant->is_revoked || refresh.grant->client_id != client_id)
        return nullptr;
    if (refresh.is_spent) {
        ++reused_refresh_tokens;
        revoke_family(refresh.grant);
        return nullptr;
    }
    refresh.is_spent = rotate_refresh_tokens;
    ++refreshes;
    return refresh.grant;
}

void Grants::revoke(std::string const& token)
{
    if (auto const found = refresh_.find(token); found != refresh_.end())
        found->second.grant->is_revoked = true;
    if (auto const found = access_.find(token); found != access_.end())
        found->second.grant->is_revoked = true;
}

void Grants::revoke_family(GrantPtr const& grant)
{
    grant->is_revoked = true;
    std::erase_if(access_, [&](auto const& entry) { return entry.second.grant == grant; });
}

void Grants::revoke_all()
{
    codes_.clear();
    access_.clear();
    refresh_.clear();
}

} // namespace sluice::simulator
