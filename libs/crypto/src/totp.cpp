#include "crypto/totp.hpp"

#include "base/random.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace sluice::crypto {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::uint32_t kModulus = 1'000'000; ///< Ten to the power of `kTotpDigits`.

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, ByteView text)
{
    std::array<std::uint8_t, 20> digest{};
    unsigned size = 0;
    if (::HMAC(::EVP_sha1(), key.data(), static_cast<int>(key.size()), text.data(), text.size(), digest.data(),
               &size) == nullptr ||
        size != digest.size())
        throw std::runtime_error("HMAC-SHA-1 failed");
    return digest;
}

} // namespace

Secret new_totp_secret()
{
    std::string bytes(kTotpSecretSize, '\0');
    random_bytes({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return Secret{std::move(bytes)};
}

std::int64_t totp_step(Clock::time_point at) noexcept
{
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()) / kTotpStep;
}

std::string totp_code(Secret const& secret, std::int64_t step)
{
    std::array<std::uint8_t, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (56 - 8 * i) & 0xff);
    auto const digest = hmac_sha1(secret.reveal(), counter);
    std::size_t const offset = digest.back() & 0xfU;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | digest[offset + i];
    return fmt::format("{:06}", (number & 0x7fffffff) % kModulus);
}

std::optional<std::int64_t> matching_totp_step(Secret const& secret, std::string_view code, Clock::time_point now)
{
    std::optional<std::int64_t> matching;
    for (std::int64_t drift = -1; drift <= 1; ++drift) {
        auto const step = totp_step(now) + drift;
        auto const right = totp_code(secret, step);
        if (equal_in_constant_time(bytes_of(right), bytes_of(code)))
            matching = step;
    }
    return matching;
}

std::string base32(ByteView bytes)
{
    std::string text;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (auto const byte : bytes) {
        bits = bits << 8 | byte;
        for (held += 8; held >= 5; held -= 5)
            text += kBase32[bits >> (held - 5) & 0x1f];
        bits &= (1U << held) - 1;
    }
    if (held > 0)
        text += kBase32[bits << (5 - held) & 0x1f];
    return text;
}

Secret totp_uri(Secret const& secret, std::string_view issuer, std::string_view account)
{
    return Secret{fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits=6&period=30",
                              percent_encode(issuer), percent_encode(account), base32(bytes_of(secret.reveal())))};
}

} // namespace sluice::crypto
