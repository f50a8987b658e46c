#include "tenancy/token_mint.hpp"

#include "crypto/token.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace sluice::tenancy {
namespace {

/// Every mistake of what is given, with its place.
class Mistakes {
public:
    void check_scopes(std::vector<std::string> const& scopes, Permissions allowed)
    {
        auto const wanted = permissions_of_scopes(scopes);
        if (!wanted)
            add(wanted.error());
        else if (auto const more = wanted->without(allowed); !more.empty())
            failures_.push_back({"scopes", fmt::format("may not allow what you may not do yourself: {}",
                                                       fmt::join(more.names(), ", "))});
    }
    void check_addresses(std::vector<std::string> const& addresses)
    {
        constexpr std::size_t kMost = 100;
        if (addresses.size() > kMost)
            failures_.push_back({"addresses", fmt::format("may have at most {} entries", kMost)});
        for (std::size_t i = 0; i < addresses.size(); ++i)
            if (!http::parse_network(addresses[i]))
                failures_.push_back({fmt::format("addresses[{}]", i), "must be an address or a network such as "
                                                                      "198.51.100.0/24 or 2001:db8::/32"});
    }
    void check_end(std::optional<Timestamp> end, Timestamp now)
    {
        if (end && *end <= now)
            failures_.push_back({"expires_at", "must be in the future"});
    }
    void add(Error const& error)
    {
        for (auto const& failure : error.failures())
            failures_.push_back(failure);
    }
    void add(std::string path, std::string message) { failures_.push_back({std::move(path), std::move(message)}); }
    [[nodiscard]] Result<void> result()
    {
        return failures_.empty() ? Result<void>{} : Result<void>(Error(std::move(failures_)));
    }

private:
    std::vector<FieldFailure> failures_;
};

} // namespace

TokenMint::TokenMint(ApiTokenRepository& tokens, crypto::Keyring const& keyring, Clock const& clock)
    : tokens_(tokens)
    , keyring_(keyring)
    , clock_(clock)
{
}

Task<Result<MintedApiToken>> TokenMint::create(EnvironmentId environment, NewApiToken token, Permissions allowed,
                                               Author author, Deadline deadline)
{
    Mistakes mistakes;
    if (token.is_mcp_only && token.scopes != NewApiToken{}.scopes)
        mistakes.add("scopes", "are not for a token with mcp_only, which can do nothing else");
    else if (!token.is_mcp_only)
        mistakes.check_scopes(token.scopes, allowed);
    mistakes.check_addresses(token.addresses);
    mistakes.check_end(token.expires_at, clock_.now());
    if (auto const checked = mistakes.result(); !checked)
        co_return checked.error();
    auto secret = crypto::mint_token(keyring_, crypto::TokenKind::api);
    auto made = co_await tokens_.create(environment, std::move(token), crypto::hash_token(keyring_, secret.reveal()),
                                        std::move(author), deadline);
    if (!made)
        co_return made.error();
    co_return MintedApiToken{*std::move(made), std::move(secret)};
}

Task<Result<ApiToken>> TokenMint::change(EnvironmentId environment, ApiTokenId id, ApiTokenChange change,
                                         Permissions allowed, Author author, Deadline deadline)
{
    Mistakes mistakes;
    if (change.scopes)
        mistakes.check_scopes(*change.scopes, allowed);
    if (change.addresses)
        mistakes.check_addresses(*change.addresses);
    if (change.expires_at)
        mistakes.check_end(*change.expires_at, clock_.now());
    if (auto const checked = mistakes.result(); !checked)
        co_return checked.error();
    co_return co_await tokens_.update(environment, id, std::move(change), std::move(author), deadline);
}

} // namespace sluice::tenancy
