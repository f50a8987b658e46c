#include "proofs.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "crypto/totp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace sluice::identity {
namespace {

constexpr std::string_view kDevicePrefix = "slx_dev_";
constexpr std::size_t kNonceSize = 16;
constexpr std::size_t kDeviceBody = 3 * 16;
constexpr std::size_t kRecoverySize = 8; ///< In letters, of 5 bits each.

crypto::Digest keyed(crypto::Keyring const& keyring, std::string_view purpose, std::string_view text)
{
    return crypto::hmac_sha256(crypto::hkdf(keyring.token_key(), fmt::format("sluice identity|{}", purpose)), text);
}

} // namespace

Secret mint_device(crypto::Keyring const& keyring, TeamId team, UserId user)
{
    std::array<std::uint8_t, kNonceSize> nonce{};
    random_bytes(nonce);
    std::string body;
    for (auto const& part : {ByteView(team.uuid()), ByteView(user.uuid()), ByteView(nonce)})
        body += text_of(part);
    auto const mac = keyed(keyring, "device", body);
    body += text_of(mac);
    return Secret{std::string(kDevicePrefix) + base64url(bytes_of(body))};
}

std::optional<Device> device_in(crypto::Keyring const& keyring, Secret const& value)
{
    std::string_view text = value.reveal();
    if (!text.starts_with(kDevicePrefix) || text.size() > crypto::kLongestToken)
        return std::nullopt;
    auto const bytes = base64url_decode(text.substr(kDevicePrefix.size()));
    if (!bytes || bytes->size() != kDeviceBody + sizeof(crypto::Digest))
        return std::nullopt;
    auto const all = ByteView(*bytes);
    auto const body = all.first(kDeviceBody);
    if (!crypto::equal_in_constant_time(keyed(keyring, "device", text_of(body)), all.subspan(kDeviceBody)))
        return std::nullopt;
    Uuid team{};
    Uuid user{};
    std::memcpy(team.data(), body.data(), team.size());
    std::memcpy(user.data(), body.data() + team.size(), user.size());
    return Device{TeamId{team}, UserId{user}, attempt_key(keyring, "device", text_of(body))};
}

crypto::Digest attempt_key(crypto::Keyring const& keyring, std::string_view purpose, std::string_view whom)
{
    return keyed(keyring, "attempts", fmt::format("{}|{}", purpose, whom));
}

std::string normalised_code(Secret const& code)
{
    std::string text;
    for (char const c : code.reveal())
        if (c != ' ' && c != '-')
            text += ascii_lower(c);
    return text;
}

Secret mint_recovery_code()
{
    std::array<std::uint8_t, kRecoverySize * 5 / 8> bytes{};
    random_bytes(bytes);
    auto const letters = to_lower(crypto::base32(bytes));
    return Secret{fmt::format("{}-{}", letters.substr(0, kRecoverySize / 2), letters.substr(kRecoverySize / 2))};
}

crypto::Digest digest_of_recovery_code(crypto::Keyring const& keyring, UserId user, std::string_view normalised)
{
    return keyed(keyring, "recovery code", fmt::format("{}|{}", user.str(), normalised));
}

std::optional<std::int64_t> step_in(SecondFactor const& factor, Secret const& code, Timestamp now)
{
    auto const step = crypto::matching_totp_step(factor.secret, normalised_code(code), now);
    return step && *step > factor.last_step ? step : std::nullopt;
}

std::optional<Proof> proof_in(crypto::Keyring const& keyring, UserId user, SecondFactor const& factor,
                              Secret const& code, Timestamp now)
{
    auto const text = normalised_code(code);
    if (text.size() == kRecoverySize)
        return Proof{.recovery_code = digest_of_recovery_code(keyring, user, text)};
    auto const step = step_in(factor, code, now);
    return step ? std::optional(Proof{.step = step}) : std::nullopt;
}

crypto::TokenKind token_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::invitation:
        return crypto::TokenKind::invitation;
    case LinkKind::reset:
        return crypto::TokenKind::reset;
    case LinkKind::sign_in:
        return crypto::TokenKind::sign_in;
    }
    return crypto::TokenKind::invitation;
}

Result<std::vector<crypto::TokenHash>> link_hashes(crypto::Keyring const& keyring, LinkKind kind, Secret const& secret)
{
    if (secret.reveal().size() > crypto::kLongestToken ||
        crypto::form_of(keyring, token_of(kind), secret.reveal()) != crypto::TokenForm::keyed)
        return link_over();
    return crypto::candidate_hashes(keyring, secret.reveal());
}

Error link_over()
{
    return {ErrorCode::not_found, "This link was used already, or its time is over. Ask for a new one."};
}

Error code_error(std::string_view message)
{
    return Error::at(ErrorCode::unauthenticated, "code", std::string(message));
}

Error code_refused()
{
    return code_error("is wrong or was used");
}

} // namespace sluice::identity
