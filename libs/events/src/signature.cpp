#include "events/signature.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <array>

namespace sluice::events {
namespace {

constexpr std::string_view kPrefix = "whsec_";

} // namespace

Secret mint_signing_secret()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return Secret{std::string(kPrefix) + base64(bytes)};
}

std::string body_signature(Secret const& secret, std::string_view body)
{
    return "format=sha256,v=" + hex(crypto::hmac_sha256(bytes_of(secret.reveal()), body));
}

std::string standard_signature(std::vector<Secret> const& secrets, std::string_view id, std::int64_t timestamp,
                               std::string_view body)
{
    auto const signed_text = fmt::format("{}.{}.{}", id, timestamp, body);
    std::string signatures;
    for (auto const& secret : secrets) {
        std::string_view text = secret.reveal();
        if (text.starts_with(kPrefix))
            text.remove_prefix(kPrefix.size());
        auto const key = base64_decode(text).value_or(Bytes{});
        signatures += (signatures.empty() ? "v1," : " v1,") + base64(crypto::hmac_sha256(key, signed_text));
    }
    return signatures;
}

} // namespace sluice::events
