#include "identity/oidc.hpp"

#include "base/encoding.hpp"
#include "crypto/mac.hpp"
#include "identity/oidc_claims.hpp"
#include "oidc_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::identity {
namespace {

constexpr std::size_t kLongestCode = 4096;
constexpr std::size_t kLargestTokenAnswer = 128 * 1024;

Error unknown_flow()
{
    return {ErrorCode::conflict, "This sign-in was begun in another browser, took too long, or is over. Start again."};
}

Error refused(std::string_view rule)
{
    return {ErrorCode::unauthenticated, fmt::format("The provider's answer was refused: it {}.", rule)};
}

/// An error code of a provider (RFC 6749 section 4.1.2.1), if it can be shown: short and of harmless characters.
std::string shown(std::string_view code)
{
    bool const is_code = !code.empty() && code.size() <= 60 && std::ranges::all_of(code, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    return is_code ? fmt::format(" ({})", code) : std::string();
}

/// The value of a parameter that is there once; empty if it is not there. Nothing if it is repeated (RFC 6749 section
/// 3.1): each reader could take another.
std::optional<std::string> only(http::Query const& query, std::string_view name)
{
    std::string value;
    int times = 0;
    for (auto const& [key, each] : query.pairs())
        if (key == name && ++times == 1)
            value = each;
    return times <= 1 ? std::optional(std::move(value)) : std::nullopt;
}

/// What the provider sent with the browser (RFC 6749 section 4.1.2, RFC 9207 section 2).
struct Response {
    std::string code;
    std::string error;
    std::string issuer;
};

/// Nothing if a parameter is repeated.
std::optional<Response> response_in(http::Query const& query)
{
    auto code = only(query, "code");
    auto error = only(query, "error");
    auto issuer = only(query, "iss");
    if (!code || !error || !issuer)
        return std::nullopt;
    return Response{*std::move(code), *std::move(error), *std::move(issuer)};
}

/// Errors: unauthenticated if the response is of another provider than the flow (RFC 9207 section 2.4), or broken;
/// forbidden if it is an error.
Result<void> check_response(std::optional<Response> const& response, OidcProvider const& provider)
{
    if (!response)
        return refused("has a parameter twice");
    bool const is_named = !response->issuer.empty();
    if (is_named ? response->issuer != provider.issuer : provider.names_itself)
        return refused("is of another issuer (iss)");
    if (!response->error.empty())
        return Error{ErrorCode::forbidden,
                     fmt::format("The identity provider did not grant the sign-in{}.", shown(response->error))};
    bool const is_code = !response->code.empty() && response->code.size() <= kLongestCode &&
                         std::ranges::all_of(response->code, [](char c) { return c >= 0x20 && c < 0x7f; });
    return is_code ? Result<void>{} : Result<void>(refused("has no code"));
}

std::string authorization_url(std::string const& endpoint, http::Query const& query)
{
    return fmt::format("{}{}{}", endpoint, endpoint.find('?') == std::string::npos ? '?' : '&', query.str());
}

/// The request for tokens (OpenID Connect Core 1.0 section 3.1.3.1), with the client's authentication.
http::OutgoingRequest token_request(OidcClient const& client, OidcProvider const& provider, http::Query form)
{
    http::OutgoingRequest request;
    request.method = http::Method::post;
    request.url = provider.token_endpoint;
    request.headers.add("accept", "application/json");
    request.headers.add("content-type", "application/x-www-form-urlencoded");
    bool const is_basic = provider.authentication == OidcProvider::Authentication::basic && !client.secret.empty();
    if (is_basic) {
        // Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).
        Secret const pair{percent_encode(client.provider.client_id) + ':' + percent_encode(client.secret.reveal())};
        request.headers.add("authorization", "Basic " + base64(bytes_of(pair.reveal())));
    } else {
        form.add("client_id", client.provider.client_id);
        if (!client.secret.empty())
            form.add("client_secret", client.secret.reveal());
    }
    request.body = form.str();
    return request;
}

/// The ID token of an answer (OpenID Connect Core 1.0 section 3.1.3.3). What else it has is dropped.
Result<Secret> id_token_in(http::IncomingResponse const& answer)
{
    auto const read = read_unambiguously(answer.body, kLargestTokenAnswer);
    auto const* token = read ? json::string_at(*read, "id_token") : nullptr;
    if (answer.status == 200 && token != nullptr)
        return Secret{std::string(*token)};
    auto const* code = read ? json::string_at(*read, "error") : nullptr;
    return Error{ErrorCode::upstream_failed,
                 fmt::format("The identity provider's token endpoint answered {}{}, without an ID token.",
                             answer.status, code != nullptr ? shown(*code) : std::string())};
}

} // namespace

std::string_view name_of(OidcFault fault) noexcept
{
    switch (fault) {
    case OidcFault::unknown_flow:
        return "unknown_flow";
    case OidcFault::not_granted:
        return "not_granted";
    case OidcFault::refused:
        return "refused";
    case OidcFault::provider_off:
        return "provider_off";
    case OidcFault::provider_failed:
        return "provider_failed";
    case OidcFault::not_invited:
        return "not_invited";
    case OidcFault::not_signed_in:
        return "not_signed_in";
    case OidcFault::conflict:
        return "conflict";
    case OidcFault::invitation_over:
        return "invitation_over";
    case OidcFault::unavailable:
        return "unavailable";
    }
    return "unavailable";
}

OidcFault fault_of_flow(Error const& error) noexcept
{
    switch (error.code()) {
    case ErrorCode::conflict:
        return OidcFault::unknown_flow;
    case ErrorCode::forbidden:
        return OidcFault::not_granted;
    case ErrorCode::unauthenticated:
        return OidcFault::refused;
    case ErrorCode::not_found:
        return OidcFault::provider_off;
    case ErrorCode::upstream_failed:
    case ErrorCode::upstream_unreachable:
    case ErrorCode::upstream_timeout:
        return OidcFault::provider_failed;
    default:
        return OidcFault::unavailable;
    }
}

OidcFault fault_of_subject(Error const& error) noexcept
{
    switch (error.code()) {
    case ErrorCode::conflict:
        return OidcFault::conflict;
    case ErrorCode::forbidden:
        return OidcFault::not_invited;
    case ErrorCode::not_found:
        return OidcFault::invitation_over;
    default:
        return OidcFault::unavailable;
    }
}

Oidc::Oidc(IdentityProviderRepository& providers, http::Client& client, http::EgressPolicy const& egress,
           crypto::Keyring const& keyring, Clock const& clock, std::string_view public_url)
    : providers_(providers)
    , client_(client)
    , clock_(clock)
    , cookies_(keyring, clock, public_url)
    , issuers_(client, egress, clock)
    , callback_url_(std::string(public_url) + std::string(kCallbackPath))
{
}

std::string Oidc::redirect_url(TeamId team) const
{
    return fmt::format("{}/{}", callback_url_, team.str());
}

Task<Result<Oidc::Begun>> Oidc::begin(Wish wish, Deadline deadline)
{
    if (!cookies_.are_safe())
        co_return Error{ErrorCode::forbidden, "Signing in needs https: public_url is http, and not on this machine."};
    auto const row = co_await providers_.find(wish.team, wish.provider, deadline);
    if (!row)
        co_return row.error();
    if (!row->is_enabled)
        co_return Error{ErrorCode::not_found, "This identity provider is not enabled."};
    auto const provider = co_await issuers_.provider(row->issuer, deadline);
    if (!provider)
        co_return provider.error();
    auto const flow = begin_flow(wish.team, wish.provider, std::move(wish.purpose), wish.return_path);
    http::Query query;
    query.add("response_type", "code");
    query.add("client_id", row->client_id);
    query.add("redirect_uri", redirect_url(flow.team));
    query.add("scope", "openid");
    query.add("state", flow.state);
    query.add("nonce", flow.nonce);
    query.add("code_challenge", base64url(crypto::sha256(flow.verifier)));
    query.add("code_challenge_method", "S256");
    co_return Begun{authorization_url((*provider)->authorization_endpoint, query), cookies_.add(flow, wish.cookies)};
}

Task<Oidc::Finished> Oidc::finish(TeamId team, http::Query query, std::string cookies, Deadline deadline)
{
    auto taken = cookies_.take(only(query, "state").value_or(""), cookies);
    Finished finished;
    finished.set_cookie = std::move(taken.set_cookie);
    if (taken.flow && taken.flow->team == team)
        finished.proven = co_await prove(*std::move(taken.flow), std::move(query), deadline);
    else
        finished.proven = unknown_flow();
    co_return finished;
}

Task<Result<Oidc::Proven>> Oidc::prove(OidcFlow flow, http::Query query, Deadline deadline)
{
    auto const client = co_await providers_.client(flow.team, flow.provider, deadline);
    if (!client)
        co_return client.error();
    auto const provider = co_await issuers_.provider(client->provider.issuer, deadline);
    if (!provider)
        co_return provider.error();
    auto response = response_in(query);
    if (auto const checked = check_response(response, **provider); !checked)
        co_return checked.error();
    auto const token = co_await exchange(*client, *provider, std::move(response->code), flow.verifier, deadline);
    if (!token)
        co_return token.error();
    auto const header = read_token_header(token->reveal());
    if (!header)
        co_return header.error();
    auto const keys = co_await issuers_.keys(*provider, *header, deadline);
    if (!keys)
        co_return keys.error();
    auto const claims = (*keys)->verify(token->reveal());
    if (!claims)
        co_return claims.error();
    ExpectedClaims const expected{client->provider.issuer, client->provider.client_id, flow.nonce, clock_.now()};
    auto subject = subject_of(*claims, expected);
    if (!subject)
        co_return subject.error();
    Subject proven{flow.team, flow.provider, *std::move(subject)};
    co_return Proven{std::move(proven), std::move(flow.purpose), std::move(flow.return_path)};
}

Task<Result<Secret>> Oidc::exchange(OidcClient const& client, OidcIssuers::Provider provider, std::string code,
                                    std::string verifier, Deadline deadline)
{
    http::Query form;
    form.add("grant_type", "authorization_code");
    form.add("code", std::move(code));
    form.add("redirect_uri", redirect_url(client.provider.team));
    form.add("code_verifier", std::move(verifier));
    auto request = token_request(client, *provider, std::move(form));
    auto const answer = co_await client_.send(std::move(request), deadline.at_most(kTokenLimit));
    if (!answer)
        co_return Error{answer.error().code(), "The identity provider's token endpoint did not answer.",
                        answer.error().log_message()};
    co_return id_token_in(*answer);
}

} // namespace sluice::identity
