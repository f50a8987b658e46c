#include "identity/oidc_keys.hpp"
#include "support/id_tokens.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {
namespace {

using test::ec_key;
using test::hmac_token;
using test::jwks;
using test::other_key;
using test::provider_key;
using test::SigningKey;
using Padding = SigningKey::Padding;

constexpr std::string_view kHeader = R"({"alg":"RS256","kid":"a","typ":"JWT"})";
constexpr std::string_view kPayload = R"({"sub":"ann"})";

SigningKeys keys_of(std::initializer_list<json::object> keys)
{
    return *SigningKeys::parse(jwks(keys));
}
SigningKeys const& provider_keys()
{
    static SigningKeys const keys = keys_of({provider_key().jwk({{"kid", "a"}, {"use", "sig"}})});
    return keys;
}
std::string unsigned_token(std::string_view header)
{
    return base64url(bytes_of(header)) + '.' + base64url(bytes_of(kPayload)) + '.';
}
void expect_refused(SigningKeys const& keys, std::string const& token)
{
    auto const verified = keys.verify(token);
    ASSERT_FALSE(verified) << token;
    EXPECT_EQ(verified.error().code(), ErrorCode::unauthenticated);
}

TEST(OidcKeysTest, TakesWhatTheProviderSigned)
{
    EXPECT_EQ(provider_keys().verify(provider_key().sign(kHeader, kPayload)).value(), kPayload);
    auto const pss = provider_key().sign(R"({"alg":"PS256","kid":"a"})", kPayload, Padding::pss);
    EXPECT_EQ(provider_keys().verify(pss).value(), kPayload);
}

/// r and s have leading zeroes once in some hundred signatures.
TEST(OidcKeysTest, TakesEverySignatureOnP256)
{
    auto const keys = keys_of({ec_key().jwk({{"kid", "e"}, {"alg", "ES256"}})});
    for (int i = 0; i < 600; ++i)
        ASSERT_TRUE(keys.verify(ec_key().sign(R"({"alg":"ES256","kid":"e"})", kPayload))) << i;
}

TEST(OidcKeysTest, RefusesAnotherKeysSignature)
{
    expect_refused(provider_keys(), other_key().sign(kHeader, kPayload));
}

TEST(OidcKeysTest, RefusesAChangedPayloadOrHeader)
{
    auto const token = provider_key().sign(kHeader, kPayload);
    auto const first = token.find('.');
    auto const last = token.rfind('.');
    expect_refused(provider_keys(),
                   token.substr(0, first + 1) + base64url(bytes_of(R"({"sub":"bob"})")) + token.substr(last));
    expect_refused(provider_keys(), base64url(bytes_of(R"({"alg":"RS256","kid":"a"})")) + token.substr(first));
}

TEST(OidcKeysTest, RefusesAlgorithmNoneInEverySpelling)
{
    for (auto const* name : {"none", "None", "NONE", "nOnE", ""})
        for (auto const* signature : {"", "AA"})
            expect_refused(provider_keys(),
                           unsigned_token(std::string(R"({"kid":"a","alg":")") + name + "\"}") + signature);
    expect_refused(provider_keys(), unsigned_token(R"({"kid":"a"})") + "AA");
    expect_refused(provider_keys(), unsigned_token(R"({"kid":"a","alg":["RS256"]})") + "AA");
}

TEST(OidcKeysTest, RefusesHmacWithThePublicKeyAsSecret)
{
    constexpr std::string_view kHmac = R"({"alg":"HS256","kid":"a","typ":"JWT"})";
    auto const jwk = provider_key().jwk();
    auto const modulus = base64url_decode(std::string_view(jwk.at("n").get_string()));
    for (auto const& secret : {provider_key().pem(), json::to_text(jwk), std::string(jwk.at("n").get_string()),
                               std::string(text_of(*modulus)), std::string()})
        expect_refused(provider_keys(), hmac_token(kHmac, kPayload, secret));
    // A set that has the secret as well: it is no public key, and is not taken.
    auto const keys = SigningKeys::parse(jwks({json::object{{"kty", "oct"}, {"kid", "a"}, {"k", "c2VjcmV0"}}}));
    EXPECT_EQ(keys->size(), 0U);
    expect_refused(*keys, hmac_token(kHmac, kPayload, "secret"));
    // The algorithm of the header must also be that of the signature.
    expect_refused(provider_keys(), hmac_token(kHeader, kPayload, provider_key().pem()));
}

TEST(OidcKeysTest, RefusesAnAlgorithmThatDoesNotFitTheKey)
{
    auto const rsa = keys_of({provider_key().jwk({{"kid", "a"}})});
    expect_refused(rsa, ec_key().sign(R"({"alg":"ES256","kid":"a"})", kPayload));
    expect_refused(rsa, provider_key().sign(R"({"alg":"ES256","kid":"a"})", kPayload));
    auto const ec = keys_of({ec_key().jwk({{"kid", "a"}})});
    expect_refused(ec, provider_key().sign(kHeader, kPayload));
    expect_refused(ec, ec_key().sign(kHeader, kPayload));
    // The key's own algorithm decides, and the paddings are not mixed.
    auto const only_pss = keys_of({provider_key().jwk({{"kid", "a"}, {"alg", "PS256"}})});
    expect_refused(only_pss, provider_key().sign(kHeader, kPayload));
    expect_refused(rsa, provider_key().sign(R"({"alg":"PS256","kid":"a"})", kPayload));
    expect_refused(rsa, provider_key().sign(kHeader, kPayload, Padding::pss));
    expect_refused(rsa, provider_key().sign(R"({"alg":"RS384","kid":"a"})", kPayload));
}

TEST(OidcKeysTest, UsesNoKeyThatTheTokenBrings)
{
    auto const jwk = json::to_text(other_key().jwk({{"kid", "a"}}));
    for (auto const& members : {R"(,"jwk":)" + jwk, std::string(R"(,"jku":"https://evil.example/jwks")"),
                                std::string(R"(,"x5u":"https://evil.example/cert")")})
        expect_refused(provider_keys(), other_key().sign(R"({"alg":"RS256","kid":"a")" + members + "}", kPayload));
    // With the right signature they do no harm, since nobody reads them.
    EXPECT_TRUE(provider_keys().verify(
        provider_key().sign(R"({"alg":"RS256","kid":"a","x5u":"https://evil.example/cert"})", kPayload)));
}

TEST(OidcKeysTest, RefusesHeadersItDoesNotUnderstand)
{
    for (auto const* members : {R"("crit":["exp"],"exp":1)", R"("crit":[])", R"("b64":false)", R"("typ":"at+jwt")",
                                R"("typ":"logout+jwt")", R"("typ":7)", R"("cty":"JWT")", R"("enc":"A256GCM")",
                                R"("kid":7)", R"("alg":"RS256")", R"("x":{"a":1,"a":2})"})
        expect_refused(provider_keys(),
                       provider_key().sign(std::string(R"({"alg":"RS256",)") + members + "}", kPayload));
    for (auto const* header : {"", "[]", "null", "{", R"({"alg":"RS256"} x)", "\xff"})
        expect_refused(provider_keys(), provider_key().sign(header, kPayload));
    EXPECT_TRUE(provider_keys().verify(provider_key().sign(R"({"alg":"RS256","typ":"jwt"})", kPayload)));
}

TEST(OidcKeysTest, ATokenWithoutKeyIdNeedsTheOnlyKey)
{
    auto const token = provider_key().sign(R"({"alg":"RS256"})", kPayload);
    EXPECT_TRUE(provider_keys().verify(token));
    EXPECT_TRUE(keys_of({provider_key().jwk({{"kid", "a"}}), ec_key().jwk({{"kid", "e"}})}).verify(token));
    expect_refused(keys_of({provider_key().jwk({{"kid", "a"}}), other_key().jwk({{"kid", "b"}})}), token);
    // Whichever of them it was.
    expect_refused(keys_of({provider_key().jwk(), other_key().jwk()}), token);
    expect_refused(keys_of({other_key().jwk(), provider_key().jwk()}), token);
    expect_refused(keys_of({}), token);
}

TEST(OidcKeysTest, AnUnknownKeyIdIsTold)
{
    EXPECT_TRUE(provider_keys().has_key_for(*read_token_header(provider_key().sign(kHeader, kPayload))));
    auto const rotated = provider_key().sign(R"({"alg":"RS256","kid":"b"})", kPayload);
    EXPECT_FALSE(provider_keys().has_key_for(*read_token_header(rotated)));
    expect_refused(provider_keys(), rotated);
    // Two keys of one name decide nothing.
    expect_refused(keys_of({provider_key().jwk({{"kid", "a"}}), other_key().jwk({{"kid", "a"}})}),
                   provider_key().sign(kHeader, kPayload));
}

TEST(OidcKeysTest, RefusesTruncatedAndMalformedTokens)
{
    auto const token = provider_key().sign(kHeader, kPayload);
    for (std::size_t size = 0; size < token.size(); size += 7)
        expect_refused(provider_keys(), token.substr(0, size));
    expect_refused(provider_keys(), token.substr(0, token.size() - 1));
    for (auto const& text : {token + "=", token + ".", token + ".AA", "." + token, token + " ", " " + token,
                             "!" + token.substr(1), std::string("a.b.c"), std::string(".."), std::string(),
                             token + "AAAA", std::string(kLongestIdToken + 1, 'A')})
        expect_refused(provider_keys(), text);
    // JWE and the JSON form are no ID tokens here.
    expect_refused(provider_keys(), token.substr(0, token.find('.')) + "....");
    expect_refused(provider_keys(), R"({"payload":"e30","signatures":[]})");
}

TEST(OidcKeysTest, RefusesDerAndZeroSignaturesOnP256)
{
    auto const keys = keys_of({ec_key().jwk({{"kid", "e"}})});
    auto const token = ec_key().sign(R"({"alg":"ES256","kid":"e"})", kPayload);
    auto const input = token.substr(0, token.rfind('.') + 1);
    for (std::size_t size : {0U, 1U, 63U, 64U, 65U, 128U})
        expect_refused(keys, input + base64url(Bytes(size)));
    expect_refused(keys, input + base64url(Bytes(64, 0xff)));
}

struct BadKey {
    char const* name;
    json::object key;
};

TEST(OidcKeysTest, LeavesOutKeysThatCannotHaveSigned)
{
    auto private_part = provider_key().jwk();
    private_part["d"] = "AQAB";
    auto small_exponent = provider_key().jwk();
    small_exponent["e"] = "AQ";
    auto even_exponent = provider_key().jwk();
    even_exponent["e"] = "BA";
    auto huge_exponent = provider_key().jwk();
    huge_exponent["e"] = provider_key().jwk().at("n");
    auto off_curve = ec_key().jwk();
    off_curve["y"] = base64url(Bytes(32, 1));
    auto other_curve = ec_key().jwk();
    other_curve["crv"] = "P-384";
    auto short_point = ec_key().jwk();
    short_point["x"] = "AQ";
    auto huge_modulus = provider_key().jwk();
    huge_modulus["n"] = base64url(Bytes(1025, 0xff));
    BadKey const bad[] = {
        {"for encryption", provider_key().jwk({{"use", "enc"}})},
        {"use is no text", provider_key().jwk({{"use", 1}})},
        {"to sign only", provider_key().jwk({{"key_ops", json::array{"sign"}}})},
        {"key_ops is no list", provider_key().jwk({{"key_ops", "verify"}})},
        {"for HMAC", provider_key().jwk({{"alg", "HS256"}})},
        {"for RSA-OAEP", provider_key().jwk({{"alg", "RSA-OAEP"}})},
        {"for none", provider_key().jwk({{"alg", "none"}})},
        {"1024 bits", SigningKey::rsa(1024).jwk()},
        {"8200 bits", huge_modulus},
        {"published private part", private_part},
        {"exponent 1", small_exponent},
        {"even exponent", even_exponent},
        {"exponent as large as the modulus", huge_exponent},
        {"not on the curve", off_curve},
        {"another curve", other_curve},
        {"short coordinate", short_point},
        {"key id is no text", provider_key().jwk({{"kid", 7}})},
        {"no type", json::object{{"n", "AQAB"}, {"e", "AQAB"}}},
        {"unknown type", json::object{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(Bytes(32, 1))}}},
    };
    for (auto const& [name, key] : bad)
        EXPECT_EQ(keys_of({key}).size(), 0U) << name;
    EXPECT_EQ(keys_of({bad[0].key, provider_key().jwk({{"key_ops", json::array{"verify"}}})}).size(), 1U);
}

TEST(OidcKeysTest, RefusesWhatIsNoKeySet)
{
    for (auto const* text : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[],"keys":[]})",
                             R"({"keys":[{"a":1,"a":2}]})", R"({"keys":[)", R"({"keys":7})"})
        EXPECT_EQ(SigningKeys::parse(text).error().code(), ErrorCode::upstream_failed) << text;
    EXPECT_EQ(SigningKeys::parse(R"({"keys":[1,null,"a",[]]})")->size(), 0U);
    std::string many = R"({"keys":[{})";
    for (std::size_t i = 1; i < SigningKeys::kMost; ++i)
        many += ",{}";
    EXPECT_TRUE(SigningKeys::parse(many + "]}"));
    EXPECT_FALSE(SigningKeys::parse(many + ",{}]}"));
    EXPECT_FALSE(SigningKeys::parse(R"({"keys":[],"x":")" + std::string(SigningKeys::kLargest, 'x') + "\"}"));
}

} // namespace
} // namespace sluice::identity
