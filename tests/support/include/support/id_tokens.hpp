#pragma once

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace sluice::test {

/// A provider's key, which signs as OpenSSL does and not as what is tested.
class SigningKey {
public:
    enum class Padding { pkcs1, pss };

    static SigningKey rsa(unsigned bits = 2048) { return SigningKey(EVP_RSA_gen(bits)); }
    static SigningKey ec(char const* curve = "P-256") { return SigningKey(EVP_EC_gen(curve)); }

    /// The key as a JWK with these other members.
    [[nodiscard]] json::object jwk(json::object others = {}) const
    {
        if (is_rsa()) {
            others["kty"] = "RSA";
            others["n"] = base64url(number(OSSL_PKEY_PARAM_RSA_N));
            others["e"] = base64url(number(OSSL_PKEY_PARAM_RSA_E));
        } else {
            others["kty"] = "EC";
            others["crv"] = "P-256";
            others["x"] = base64url(padded(number(OSSL_PKEY_PARAM_EC_PUB_X)));
            others["y"] = base64url(padded(number(OSSL_PKEY_PARAM_EC_PUB_Y)));
        }
        return others;
    }

    /// The public key in PEM, which an attacker uses as the shared secret of HMAC.
    [[nodiscard]] std::string pem() const;

    /// `header.payload` with the signature that the key and the padding make, whatever the header says.
    [[nodiscard]] std::string sign(std::string_view header, std::string_view payload,
                                   Padding padding = Padding::pkcs1) const
    {
        auto const input = base64url(bytes_of(header)) + '.' + base64url(bytes_of(payload));
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        EVP_PKEY_CTX* settings = nullptr;
        EVP_DigestSignInit(context.get(), &settings, EVP_sha256(), nullptr, key_.get());
        if (is_rsa() && padding == Padding::pss) {
            EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
        }
        std::size_t size = 0;
        auto const* bytes = reinterpret_cast<unsigned char const*>(input.data());
        EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size());
        Bytes signature(size);
        if (EVP_DigestSign(context.get(), signature.data(), &size, bytes, input.size()) != 1)
            throw std::runtime_error("OpenSSL does not sign");
        signature.resize(size);
        return input + '.' + base64url(is_rsa() ? signature : raw(signature));
    }

private:
    explicit SigningKey(EVP_PKEY* key)
        : key_(key, EVP_PKEY_free)
    {
    }
    [[nodiscard]] bool is_rsa() const { return EVP_PKEY_is_a(key_.get(), "RSA") == 1; }
    [[nodiscard]] Bytes number(char const* name) const
    {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &value);
        std::unique_ptr<BIGNUM, decltype(&BN_free)> const owned(value, BN_free);
        Bytes bytes(static_cast<std::size_t>(BN_num_bytes(value)));
        BN_bn2bin(value, bytes.data());
        return bytes;
    }
    static Bytes padded(Bytes bytes)
    {
        bytes.insert(bytes.begin(), 32 - bytes.size(), 0);
        return bytes;
    }
    /// The form of RFC 7518 section 3.4 instead of DER.
    static Bytes raw(Bytes const& der)
    {
        auto const* at = der.data();
        std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> const parts(
            d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
        Bytes both(64);
        BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), both.data(), 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), both.data() + 32, 32);
        return both;
    }

    std::shared_ptr<EVP_PKEY> key_;
};

inline std::string SigningKey::pem() const
{
    std::size_t size = 0;
    unsigned char* der = nullptr;
    size = static_cast<std::size_t>(i2d_PUBKEY(key_.get(), &der));
    std::string const text = base64(ByteView(der, size));
    OPENSSL_free(der);
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    for (std::size_t at = 0; at < text.size(); at += 64)
        pem += text.substr(at, 64) + '\n';
    return pem + "-----END PUBLIC KEY-----\n";
}

/// A token with HMAC-SHA-256 under any text.
inline std::string hmac_token(std::string_view header, std::string_view payload, std::string_view secret)
{
    auto const input = base64url(bytes_of(header)) + '.' + base64url(bytes_of(payload));
    Bytes mac(32);
    unsigned size = 32;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<unsigned char const*>(input.data()), input.size(), mac.data(), &size);
    return input + '.' + base64url(mac);
}

inline std::string jwks(std::initializer_list<json::object> keys)
{
    json::array array;
    for (auto const& key : keys)
        array.push_back(key);
    return json::to_text(json::object{{"keys", array}});
}

/// One key for all tests: making it takes a tenth of a second.
inline SigningKey const& provider_key()
{
    static SigningKey const key = SigningKey::rsa();
    return key;
}
inline SigningKey const& other_key()
{
    static SigningKey const key = SigningKey::rsa();
    return key;
}
inline SigningKey const& ec_key()
{
    static SigningKey const key = SigningKey::ec();
    return key;
}

} // namespace sluice::test
