#include "crypto/mac.hpp"

#include <cstdlib>
#include <memory>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace sluice::crypto {
namespace {

struct Free {
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    void operator()(EVP_KDF_CTX* context) const noexcept { EVP_KDF_CTX_free(context); }
};

void require(int ok)
{
    if (ok != 1)
        std::abort(); // Happens only without memory or without the algorithm.
}

OSSL_PARAM digest_parameter()
{
    static char name[] = "SHA256";
    return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
}

struct KeyedContext {
    Key key;
    std::unique_ptr<EVP_MAC_CTX, Free> context;
};

/// A context that has the key already. Setting it up costs more than hashing a token, and a thread uses few keys.
EVP_MAC_CTX* keyed_context(Key const& key)
{
    static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    constexpr std::size_t kKept = 4;
    thread_local std::vector<KeyedContext> contexts;
    for (auto const& known : contexts)
        if (equal_in_constant_time(known.key.reveal(), key.reveal()))
            return known.context.get();
    if (contexts.size() == kKept)
        contexts.erase(contexts.begin());
    contexts.push_back({key, std::unique_ptr<EVP_MAC_CTX, Free>{EVP_MAC_CTX_new(mac)}});
    OSSL_PARAM const parameters[] = {digest_parameter(), OSSL_PARAM_construct_end()};
    require(EVP_MAC_init(contexts.back().context.get(), key.reveal().data(), key.reveal().size(), parameters));
    return contexts.back().context.get();
}

} // namespace

Digest sha256(std::string_view text)
{
    static EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local std::unique_ptr<EVP_MD_CTX, Free> const context{EVP_MD_CTX_new()};
    Digest digest{};
    require(EVP_DigestInit_ex2(context.get(), md, nullptr));
    require(EVP_DigestUpdate(context.get(), text.data(), text.size()));
    require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
    return digest;
}

Digest hmac_sha256(Key const& key, std::string_view text)
{
    auto* const context = keyed_context(key);
    Digest digest{};
    std::size_t length = 0;
    require(EVP_MAC_init(context, nullptr, 0, nullptr));
    require(EVP_MAC_update(context, bytes_of(text).data(), text.size()));
    require(EVP_MAC_final(context, digest.data(), &length, digest.size()));
    return digest;
}

Digest hmac_sha256(ByteView key, std::string_view text)
{
    Digest digest{};
    unsigned size = digest.size();
    auto const* done = ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                              reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data(), &size);
    require(done != nullptr ? 1 : 0);
    return digest;
}

Key hkdf(Key const& key, std::string_view info)
{
    static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    std::unique_ptr<EVP_KDF_CTX, Free> const context{EVP_KDF_CTX_new(kdf)};
    // OpenSSL's parameter arrays are not const-correct; it only reads them here.
    auto* const secret = const_cast<std::uint8_t*>(key.reveal().data());
    auto* const label = const_cast<char*>(info.data());
    OSSL_PARAM const parameters[] = {
        digest_parameter(),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, Key::kSize),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label, info.size()),
        OSSL_PARAM_construct_end(),
    };
    std::array<std::uint8_t, Key::kSize> out{};
    require(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters));
    Key derived(out);
    OPENSSL_cleanse(out.data(), out.size());
    return derived;
}

bool equal_in_constant_time(ByteView a, ByteView b) noexcept
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace sluice::crypto
