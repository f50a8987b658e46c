#include "crypto/token.hpp"

#include "base/random.hpp"

#include <array>
#include <string>

namespace sluice::crypto {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kBodySize = 43; // ceil(256 / log2(62))
constexpr std::size_t kCheckSize = 6; // ceil(32 / log2(62))
constexpr std::size_t kMacSize = 8;   // 47 bits: one of 2^47 made-up tokens costs a query

/// `number` is big-endian and consumed.
std::string base62(std::span<std::uint8_t> number, std::size_t digits)
{
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0;) {
        unsigned remainder = 0;
        for (auto& byte : number) {
            auto const current = remainder << 8 | byte;
            byte = static_cast<std::uint8_t>(current / 62);
            remainder = current % 62;
        }
        text[i] = kBase62[remainder];
    }
    return text;
}

std::string check_of(std::string_view text)
{
    auto const sum = crc32(text);
    std::array<std::uint8_t, 4> number{
        static_cast<std::uint8_t>(sum >> 24),
        static_cast<std::uint8_t>(sum >> 16 & 0xff),
        static_cast<std::uint8_t>(sum >> 8 & 0xff),
        static_cast<std::uint8_t>(sum & 0xff),
    };
    return base62(number, kCheckSize);
}

std::string mac_of(Keyring const& keyring, std::string_view text)
{
    auto digest = hmac_sha256(keyring.token_key(), text);
    return base62(std::span(digest).first<8>(), kMacSize);
}

} // namespace

std::string_view prefix_of(TokenKind kind) noexcept
{
    switch (kind) {
    case TokenKind::api:
        return "slx_api_";
    case TokenKind::mcp:
        return "slx_mcp_";
    case TokenKind::link:
        return "slx_link_";
    case TokenKind::account:
        return "slx_acct_";
    case TokenKind::state:
        return "slx_state_";
    case TokenKind::session:
        return "slx_sess_";
    case TokenKind::invitation:
        return "slx_invite_";
    case TokenKind::reset:
        return "slx_reset_";
    case TokenKind::sign_in:
        return "slx_signin_";
    }
    return {};
}

Secret mint_token(Keyring const& keyring, TokenKind kind)
{
    std::array<std::uint8_t, 32> number{};
    random_bytes(number);
    std::string text(prefix_of(kind));
    text += base62(number, kBodySize);
    text += check_of(text);
    text += mac_of(keyring, text);
    return Secret{std::move(text)};
}

bool is_well_formed(TokenKind kind, std::string_view text) noexcept
{
    auto const prefix = prefix_of(kind);
    auto const size = prefix.size() + kBodySize + kCheckSize;
    if ((text.size() != size && text.size() != size + kMacSize) || !text.starts_with(prefix))
        return false;
    return check_of(text.substr(0, size - kCheckSize)) == text.substr(size - kCheckSize, kCheckSize);
}

TokenForm form_of(Keyring const& keyring, TokenKind kind, std::string_view text)
{
    if (!is_well_formed(kind, text))
        return TokenForm::malformed;
    auto const size = prefix_of(kind).size() + kBodySize + kCheckSize;
    if (text.size() == size)
        return TokenForm::unkeyed;
    auto const mac = mac_of(keyring, text.substr(0, size));
    return equal_in_constant_time(bytes_of(mac), bytes_of(text.substr(size))) ? TokenForm::keyed : TokenForm::malformed;
}

TokenHash hash_token(Keyring const& keyring, std::string_view token)
{
    auto const id = keyring.active();
    return {id, hmac_sha256(keyring.derived(Keyring::Purpose::token_hash).at(id), token)};
}

std::vector<TokenHash> candidate_hashes(Keyring const& keyring, std::string_view token)
{
    std::vector<TokenHash> hashes;
    hashes.push_back(hash_token(keyring, token));
    for (auto const& [id, key] : keyring.derived(Keyring::Purpose::token_hash))
        if (id != keyring.active())
            hashes.push_back({id, hmac_sha256(key, token)});
    return hashes;
}

} // namespace sluice::crypto
