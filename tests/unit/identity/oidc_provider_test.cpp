#include "base/json.hpp"
#include "identity/oidc_provider.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {
namespace {

constexpr std::string_view kIssuer = "https://idp.example/tenant";

json::object document()
{
    return {{"issuer", kIssuer},
            {"authorization_endpoint", "https://idp.example/authorize"},
            {"token_endpoint", "https://idp.example/token"},
            {"jwks_uri", "https://keys.example/jwks"},
            {"response_types_supported", json::array{"code", "id_token"}},
            {"id_token_signing_alg_values_supported", json::array{"HS256", "RS256"}}};
}

Result<OidcProvider> read(json::object const& changes, http::EgressPolicy const& egress = {})
{
    auto whole = document();
    for (auto const& [name, value] : changes) {
        if (value.is_null())
            whole.erase(name);
        else
            whole[name] = value;
    }
    return read_oidc_document(kIssuer, json::to_text(whole), egress);
}

TEST(OidcProviderTest, ReadsWhatIsNeeded)
{
    auto const provider = read({});
    ASSERT_TRUE(provider) << provider.error().public_detail();
    EXPECT_EQ(provider->token_endpoint, "https://idp.example/token");
    EXPECT_EQ(provider->authentication, OidcProvider::Authentication::basic);
    EXPECT_FALSE(provider->names_itself);
    EXPECT_TRUE(read({{"authorization_response_iss_parameter_supported", true}})->names_itself);
}

TEST(OidcProviderTest, ChoosesHowTheClientShowsItself)
{
    using enum OidcProvider::Authentication;
    auto const chosen = [](json::array methods) {
        return read({{"token_endpoint_auth_methods_supported", std::move(methods)}})->authentication;
    };
    EXPECT_EQ(chosen({"client_secret_post", "client_secret_basic"}), basic);
    EXPECT_EQ(chosen({"client_secret_post", "private_key_jwt"}), post);
    EXPECT_FALSE(read({{"token_endpoint_auth_methods_supported", json::array{"private_key_jwt"}}}));
}

TEST(OidcProviderTest, TheDocumentIsBelowTheIssuer)
{
    EXPECT_EQ(oidc_document_url(kIssuer), "https://idp.example/tenant/.well-known/openid-configuration");
    EXPECT_EQ(oidc_document_url("https://idp.example/"), "https://idp.example/.well-known/openid-configuration");
}

struct BadDocument {
    char const* name;
    json::object changes;
};

TEST(OidcProviderTest, RefusesADocument)
{
    BadDocument const bad[] = {
        {"of another issuer", {{"issuer", "https://evil.example"}}},
        {"with a slash more", {{"issuer", "https://idp.example/tenant/"}}},
        {"with a placeholder", {{"issuer", "https://idp.example/{tenantid}"}}},
        {"without an issuer", {{"issuer", nullptr}}},
        {"without keys", {{"jwks_uri", nullptr}}},
        {"without a token endpoint", {{"token_endpoint", nullptr}}},
        {"without a page", {{"authorization_endpoint", nullptr}}},
        {"with a page that is a script", {{"authorization_endpoint", "javascript:alert(1)"}}},
        {"with a token endpoint in the network", {{"token_endpoint", "https://169.254.169.254/token"}}},
        {"with keys on this machine", {{"jwks_uri", "https://127.0.0.1/jwks"}}},
        {"with keys in the clear", {{"jwks_uri", "http://keys.example/jwks"}}},
        {"with keys in a file", {{"jwks_uri", "file:///etc/passwd"}}},
        {"with a password in a URL", {{"token_endpoint", "https://a:b@idp.example/token"}}},
        {"without the code flow", {{"response_types_supported", json::array{"id_token"}}}},
        {"without S256", {{"code_challenge_methods_supported", json::array{"plain"}}}},
        {"with HMAC alone", {{"id_token_signing_alg_values_supported", json::array{"HS256", "none"}}}},
    };
    for (auto const& [name, changes] : bad) {
        auto const provider = read(changes);
        ASSERT_FALSE(provider) << name;
        EXPECT_EQ(provider.error().code(), ErrorCode::upstream_failed) << name;
    }
}

TEST(OidcProviderTest, RefusesAmbiguousAndLargeDocuments)
{
    auto text = json::to_text(document());
    text.pop_back();
    EXPECT_FALSE(read_oidc_document(kIssuer, text + R"(,"issuer":")" + std::string(kIssuer) + "\"}", {}));
    EXPECT_FALSE(read_oidc_document(kIssuer, text + R"(,"x":")" + std::string(kLargestOidcDocument, 'x') + "\"}", {}));
    EXPECT_TRUE(read_oidc_document(kIssuer, text + "}", {}));
    for (auto const* other : {"", "[]", "<html>", "null"})
        EXPECT_FALSE(read_oidc_document(kIssuer, other, {}));
}

TEST(OidcProviderTest, AnIssuerIsAnHttpsUrlThatMayBeCalled)
{
    auto const local = *http::EgressPolicy::allowing({"127.0.0.1:9000"});
    EXPECT_FALSE(fault_of_issuer("https://accounts.google.com", {}));
    EXPECT_FALSE(fault_of_issuer("https://login.microsoftonline.com/8f2e/v2.0", {}));
    EXPECT_FALSE(fault_of_issuer("http://127.0.0.1:9000", local));
    for (auto const* bad :
         {"", "accounts.google.com", "http://idp.example", "https://10.0.0.1", "https://idp.example?a=b",
          "https://idp.example#a", "https://user@idp.example", "ftp://idp.example", "https://[::1]",
          "http://127.0.0.1:9001", "https://127.0.0.1:9001", "https://idp.example\n"})
        EXPECT_TRUE(fault_of_issuer(bad, local)) << bad;
}

} // namespace
} // namespace sluice::identity
