#include "identity/oidc_provider.hpp"

#include "http_api/outgoing_url.hpp"
#include "identity/oidc_keys.hpp"
#include "oidc_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sluice::identity {
namespace {

Error unusable(std::string_view rule)
{
    return {ErrorCode::upstream_failed, fmt::format("The identity provider cannot be used: its document {}.", rule)};
}

/// The texts of a member that is a list; nothing if the document has none.
std::optional<std::vector<std::string>> list_at(json::object const& document, std::string_view name)
{
    auto const* member = document.if_contains(name);
    return member != nullptr && member->is_array() ? std::optional(json::texts_in(*member)) : std::nullopt;
}

bool has(std::vector<std::string> const& texts, std::string_view text)
{
    return std::ranges::find(texts, text) != texts.end();
}

/// What a provider does not offer but is needed; empty if it offers all. A list that is missing says nothing.
std::string_view missing_in(json::object const& document)
{
    if (auto const types = list_at(document, "response_types_supported"); types && !has(*types, "code"))
        return "does not offer the authorization code flow (response_types_supported)";
    if (auto const methods = list_at(document, "code_challenge_methods_supported"); methods && !has(*methods, "S256"))
        return "does not offer PKCE with S256 (code_challenge_methods_supported)";
    auto const algorithms = list_at(document, "id_token_signing_alg_values_supported");
    bool const signs = !algorithms || std::ranges::any_of(*algorithms, [](std::string const& name) {
        return signing_algorithm(name).has_value();
    });
    return signs ? "" : "offers none of RS256, PS256 and ES256 (id_token_signing_alg_values_supported)";
}

/// Nothing if the token endpoint takes no client secret, neither as basic nor as post.
std::optional<OidcProvider::Authentication> authentication_in(json::object const& document)
{
    using enum OidcProvider::Authentication;
    auto const methods = list_at(document, "token_endpoint_auth_methods_supported");
    // The value that holds without a list (OpenID Connect Discovery 1.0 section 3).
    if (!methods || has(*methods, "client_secret_basic"))
        return basic;
    // A provider for public clients alone has "none".
    return has(*methods, "client_secret_post") || has(*methods, "none") ? std::optional(post) : std::nullopt;
}

} // namespace

std::optional<std::string> fault_of_issuer(std::string_view issuer, http::EgressPolicy const& egress)
{
    if (issuer.find_first_of("?#") != std::string_view::npos)
        return "must have neither query nor fragment";
    return http::fault_of_outgoing_url(issuer, egress);
}

std::string oidc_document_url(std::string_view issuer)
{
    if (issuer.ends_with('/'))
        issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<OidcProvider> read_oidc_document(std::string_view issuer, std::string_view document,
                                        http::EgressPolicy const& egress)
{
    auto const read = read_unambiguously(document, kLargestOidcDocument);
    if (!read)
        return unusable("is no JSON object, is too large, or has a member twice");
    auto const* named = json::string_at(*read, "issuer");
    if (named == nullptr || std::string_view(*named) != issuer)
        return unusable("names another issuer than the one that is set up");
    OidcProvider provider;
    provider.issuer = issuer;
    for (auto const& [name, url] :
         {std::pair("authorization_endpoint", &provider.authorization_endpoint),
          std::pair("token_endpoint", &provider.token_endpoint), std::pair("jwks_uri", &provider.jwks_uri)}) {
        auto const* member = json::string_at(*read, name);
        if (member == nullptr)
            return unusable(fmt::format("has no {}", name));
        *url = std::string_view(*member);
        if (auto const fault = http::fault_of_outgoing_url(*url, egress))
            return unusable(fmt::format("has a {} that {}", name, *fault));
    }
    if (auto const missing = missing_in(*read); !missing.empty())
        return unusable(missing);
    auto const authentication = authentication_in(*read);
    if (!authentication)
        return unusable("takes no client secret (token_endpoint_auth_methods_supported)");
    provider.authentication = *authentication;
    auto const* names_itself = read->if_contains("authorization_response_iss_parameter_supported");
    provider.names_itself = names_itself != nullptr && names_itself->is_bool() && names_itself->get_bool();
    return provider;
}

} // namespace sluice::identity
