#include "accounts/vault.hpp"

#include "base/encoding.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::accounts {
namespace {

constexpr std::chrono::seconds kRenewBefore{30};

Error reconnect(CallableAccount const& connected, std::string_view why)
{
    auto const& account = connected.account;
    return {ErrorCode::reauth_needed, fmt::format("The {} account of tenant {} {}. {}", account.integration_name,
                                                  account.tenant_id, why, how_to_reconnect(connected))};
}

/// Renders the credential. Templates read the opened secrets, and the visible context for the rest.
Result<Credential> render(catalog::Authorization const& authorization, json::value const& secret,
                          json::value const& visible)
{
    using Format = catalog::Authorization::Format;
    if (authorization.format == Format::basic) {
        auto const username = authorization.username.render(secret, visible);
        auto const password = authorization.password.render(secret, visible);
        if (!username || !password)
            return username ? password.error() : username.error();
        return Credential{"authorization", {}, Secret{"Basic " + base64(bytes_of(*username + ':' + *password))}};
    }
    auto token = authorization.token.render(secret, visible);
    if (!token)
        return token.error();
    if (authorization.format == Format::bearer)
        return Credential{"authorization", {}, Secret{"Bearer " + *token}};
    if (authorization.format == Format::header)
        return Credential{authorization.name, {}, Secret{std::move(*token)}};
    return Credential{{}, authorization.name, Secret{std::move(*token)}};
}

Result<json::object> open_secret(crypto::DataKey const& key, std::string_view place, ByteView sealed)
{
    auto const opened = key.open(place, sealed);
    if (!opened)
        return opened.error();
    auto parsed = json::parse(opened->reveal());
    if (!parsed || !parsed->is_object())
        return Error{ErrorCode::internal, "A stored credential could not be read.", "sealed context is not an object"};
    return std::move(parsed->get_object());
}

} // namespace

std::string how_to_reconnect(CallableAccount const& account)
{
    if (!account.reconnect_url.empty())
        return fmt::format("Its owner can connect it again at {}", account.reconnect_url);
    return fmt::format("It has to be connected again, or its credentials replaced with PATCH "
                       "/integrated-account/{}/credentials.",
                       account.account.id.str());
}

Result<std::string> render_base_url(catalog::Integration const& integration, json::object const& visible_context)
{
    json::value const values = json::object{{"context", visible_context}};
    auto url = integration.base_url.render_url(values);
    if (!url)
        return url.error();
    if (auto const parsed = http::parse_url(*url); !parsed)
        return invalid("context", fmt::format("gives the address {}, which {}", *url, parsed.error().public_detail()));
    return url;
}

Result<Context> open_context(Account const& account, crypto::DataKey const& key)
{
    auto secret = open_secret(key, sealing_place(account.id), account.sealed);
    if (!secret)
        return secret.error();
    return Context{account.context, *std::move(secret)};
}

Vault::Vault(Clock const& clock)
    : clock_(clock)
{
}

bool Vault::is_renewal_due(CallableAccount const& connected) const
{
    auto const& account = connected.account;
    if (!account.refresh_due_at || account.status != Status::active || !connected.is_enabled)
        return false;
    auto const now = clock_.now();
    if (!account.access_expires_at)
        return false; // After a refusal only the worker tries again.
    return now >= std::max(*account.refresh_due_at, *account.access_expires_at - kRenewBefore) ||
           now >= *account.access_expires_at;
}

Result<Credential> Vault::credential(CallableAccount const& connected) const
{
    auto const& account = connected.account;
    if (account.is_blocked)
        return Error{ErrorCode::unavailable, "The account is blocked by its operator."};
    if (!connected.is_enabled)
        return Error{ErrorCode::forbidden, "The integration is disabled in this environment (is_enabled is false)."};
    if (account.status != Status::active)
        return reconnect(connected, fmt::format("is not usable (status {})", name_of(account.status)));
    auto const* format = connected.installed->integration->find_credentials(account.authentication_method);
    if (format == nullptr)
        return reconnect(connected, "uses an authentication method that its integration no longer offers");
    auto secret = open_secret(connected.key, connected.place, account.sealed);
    if (!secret)
        return secret.error();
    if (format->oauth && account.access_expires_at && *account.access_expires_at <= clock_.now())
        return reconnect(connected, "has an access token that has expired");
    json::object values;
    values["context"] = *std::move(secret);
    auto rendered = render(format->authorization, json::value(std::move(values)), connected.visible);
    if (!rendered)
        return Error{ErrorCode::internal, "A stored credential is incomplete.", rendered.error().public_detail()};
    rendered->tls = connected.tls;
    return rendered;
}

} // namespace sluice::accounts
