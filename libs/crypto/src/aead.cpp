#include "crypto/aead.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace sluice::crypto {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// Aborts if a call failed. That happens only without memory or without the algorithm, and then nothing can go on.
void require(int ok)
{
    if (ok != 1)
        std::abort();
}

EVP_CIPHER const* cipher()
{
    static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return fetched;
}

/// Each thread keeps a context for each direction, with the algorithm set once. Setting it on each call costs more than
/// the cipher itself.
EVP_CIPHER_CTX* encryption()
{
    thread_local Context const mine = [] {
        Context context{EVP_CIPHER_CTX_new()};
        require(EVP_EncryptInit_ex2(context.get(), cipher(), nullptr, nullptr, nullptr));
        return context;
    }();
    return mine.get();
}

EVP_CIPHER_CTX* decryption()
{
    thread_local Context const mine = [] {
        Context context{EVP_CIPHER_CTX_new()};
        require(EVP_DecryptInit_ex2(context.get(), cipher(), nullptr, nullptr, nullptr));
        return context;
    }();
    return mine.get();
}

int as_int(std::size_t size)
{
    return static_cast<int>(size);
}

} // namespace

Key::Key(std::span<std::uint8_t const, kSize> bytes)
{
    std::ranges::copy(bytes, bytes_.begin());
}
Key::~Key()
{
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Key Key::random()
{
    Key key;
    random_bytes(key.bytes_);
    return key;
}

Bytes seal(Key const& key, std::string_view plaintext, std::string_view associated_data)
{
    Bytes out(kNonce + plaintext.size() + kTag);
    public_random_bytes(std::span(out).first(kNonce));
    auto* const ctx = encryption();
    int length = 0;
    require(EVP_EncryptInit_ex2(ctx, nullptr, key.reveal().data(), out.data(), nullptr));
    require(EVP_EncryptUpdate(ctx, nullptr, &length, bytes_of(associated_data).data(), as_int(associated_data.size())));
    require(EVP_EncryptUpdate(ctx, out.data() + kNonce, &length, bytes_of(plaintext).data(), as_int(plaintext.size())));
    require(EVP_EncryptFinal_ex(ctx, out.data() + kNonce + length, &length));
    require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, as_int(kTag), out.data() + kNonce + plaintext.size()));
    return out;
}

std::optional<Secret> open(Key const& key, ByteView sealed, std::string_view associated_data)
{
    if (sealed.size() < kNonce + kTag)
        return std::nullopt;
    auto const ciphertext = sealed.subspan(kNonce, sealed.size() - kNonce - kTag);
    Bytes tag(sealed.end() - kTag, sealed.end());
    std::string plaintext(ciphertext.size(), '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(plaintext.data());
    auto* const ctx = decryption();
    int length = 0;
    require(EVP_DecryptInit_ex2(ctx, nullptr, key.reveal().data(), sealed.data(), nullptr));
    require(EVP_DecryptUpdate(ctx, nullptr, &length, bytes_of(associated_data).data(), as_int(associated_data.size())));
    require(EVP_DecryptUpdate(ctx, out, &length, ciphertext.data(), as_int(ciphertext.size())));
    require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, as_int(kTag), tag.data()));
    Secret opened(std::move(plaintext));
    if (EVP_DecryptFinal_ex(ctx, tag.data(), &length) != 1)
        return std::nullopt;
    return opened;
}

} // namespace sluice::crypto
