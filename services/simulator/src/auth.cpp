#include "auth.hpp"

namespace sluice::simulator {
namespace {

/// What follows the scheme; nothing if it is another scheme.
std::optional<std::string_view> credential_of(http::Headers const& headers, std::string_view scheme)
{
    auto const value = headers.find("authorization").value_or("");
    auto const blank = value.find(' ');
    if (blank == std::string_view::npos || !iequals(value.substr(0, blank), scheme))
        return std::nullopt;
    return value.substr(blank + 1);
}

} // namespace

std::optional<BasicCredentials> basic_credentials(http::Headers const& headers)
{
    auto const encoded = credential_of(headers, "basic");
    auto const decoded = encoded ? base64_decode(*encoded) : std::nullopt;
    if (!decoded)
        return std::nullopt;
    auto const text = text_of(*decoded);
    auto const colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    return BasicCredentials{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::optional<Caller> authenticate(Account& account, http::Headers const& headers, Timestamp now)
{
    if (account.faults.reject_credentials)
        return std::nullopt;
    if (auto const basic = basic_credentials(headers); basic) {
        if (!iequals(basic->user, account.config.email) || basic->password != account.config.api_key)
            return std::nullopt;
        return Caller{account.owner, nullptr};
    }
    auto const token = credential_of(headers, "bearer");
    auto const* grant = token ? account.grants.find_access(*token, now) : nullptr;
    if (grant == nullptr)
        return std::nullopt;
    return Caller{grant->user, grant};
}

Bucket& bucket_of(Account& account, http::Headers const& headers)
{
    return credential_of(headers, "bearer") ? account.oauth_bucket : account.key_bucket;
}

} // namespace sluice::simulator
