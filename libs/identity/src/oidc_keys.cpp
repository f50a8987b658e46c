#include "identity/oidc_keys.hpp"

#include "base/encoding.hpp"
#include "oidc_json.hpp"

#include <cjose/cjose.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <utility>

namespace sluice::identity {
namespace {

enum class KeyType : std::uint8_t { rsa, ec };

struct Algorithm {
    SigningAlgorithm value;
    std::string_view name;
    KeyType type;
};

constexpr std::array<Algorithm, 3> kAlgorithms{{{SigningAlgorithm::rs256, "RS256", KeyType::rsa},
                                                {SigningAlgorithm::ps256, "PS256", KeyType::rsa},
                                                {SigningAlgorithm::es256, "ES256", KeyType::ec}}};

/// NIST SP 800-131A; a check with a key above the second bound takes half a millisecond.
constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kMostRsaBits = 8192;
constexpr std::size_t kP256Bytes = 32;
constexpr std::size_t kEs256SignatureBytes = 64; // RFC 7518 section 3.4
constexpr std::size_t kLongestKeyId = 1000;

struct CjoseDeleter {
    void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
    void operator()(cjose_jws_t* token) const noexcept { cjose_jws_release(token); }
};
using CjoseKey = std::unique_ptr<cjose_jwk_t, CjoseDeleter>;
using CjoseToken = std::unique_ptr<cjose_jws_t, CjoseDeleter>;

Error refused(std::string_view rule)
{
    return {ErrorCode::unauthenticated, fmt::format("The provider's answer was refused: its ID token {}.", rule)};
}

Error not_a_set()
{
    return {ErrorCode::upstream_failed,
            "The identity provider's keys cannot be read: they are no JWK Set, or too many."};
}

KeyType type_of(SigningAlgorithm algorithm)
{
    return std::ranges::find(kAlgorithms, algorithm, &Algorithm::value)->type;
}

struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
};

/// Nothing unless the token has exactly three parts of base64url without padding.
std::optional<Parts> split(std::string_view token)
{
    auto const first = token.find('.');
    auto const second = first == std::string_view::npos ? first : token.find('.', first + 1);
    bool const is_whole = second != std::string_view::npos && token.find('.', second + 1) == std::string_view::npos &&
                          token.size() <= kLongestIdToken && token.find('=') == std::string_view::npos;
    if (!is_whole)
        return std::nullopt;
    Parts const parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
    bool const has_all = !parts.header.empty() && !parts.payload.empty() && !parts.signature.empty();
    return has_all ? std::optional(parts) : std::nullopt;
}

/// Whether the header may be one of an ID token (RFC 8725 section 3.11): tokens for other purposes have a type of their
/// own, and an encrypted or nested one has `cty`.
bool is_of_id_token(json::object const& header)
{
    auto const* type = header.if_contains("typ");
    bool const is_jwt =
        type == nullptr ||
        (type->is_string() && (iequals(type->get_string(), "JWT") || iequals(type->get_string(), "application/jwt")));
    return is_jwt && !header.contains("cty") && !header.contains("enc");
}

bool has_private_part(json::object const& key)
{
    return std::ranges::any_of(std::array{"d", "p", "q", "dp", "dq", "qi", "oth", "k"},
                               [&key](char const* name) { return key.contains(name); });
}

/// Whether the key is for signatures (RFC 7517 sections 4.2 and 4.3).
bool is_for_signatures(json::object const& key)
{
    auto const* use = key.if_contains("use");
    if (use != nullptr && (!use->is_string() || use->get_string() != "sig"))
        return false;
    auto const* operations = key.if_contains("key_ops");
    if (operations == nullptr)
        return true;
    auto const texts = json::texts_in(*operations);
    return std::ranges::find(texts, "verify") != texts.end();
}

std::optional<Bytes> number_at(json::object const& key, std::string_view name)
{
    auto const* member = json::string_at(key, name);
    if (member == nullptr || member->size() > 2 * kMostRsaBits / 8)
        return std::nullopt;
    auto bytes = base64url_decode(*member);
    if (bytes)
        bytes->erase(bytes->begin(), std::ranges::find_if(*bytes, [](std::uint8_t byte) { return byte != 0; }));
    return bytes;
}

/// The members of a usable RSA key; nothing if it is none.
std::optional<json::object> rsa_members(json::object const& key)
{
    auto const modulus = number_at(key, "n");
    auto const exponent = number_at(key, "e");
    if (!modulus || modulus->empty() || !exponent || exponent->empty() || exponent->size() > 4)
        return std::nullopt;
    auto const bits = modulus->size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus->front()));
    // With an exponent of 1 everything is its own signature; an even one is no RSA.
    bool const is_exponent = exponent->back() % 2 == 1 && (exponent->size() > 1 || exponent->front() >= 3);
    if (bits < kLeastRsaBits || bits > kMostRsaBits || modulus->back() % 2 == 0 || !is_exponent)
        return std::nullopt;
    return json::object{{"kty", "RSA"}, {"n", base64url(*modulus)}, {"e", base64url(*exponent)}};
}

/// The members of a usable key on P-256, the only curve of ES256; nothing if it is none.
std::optional<json::object> ec_members(json::object const& key)
{
    auto const* curve = json::string_at(key, "crv");
    auto const* x = json::string_at(key, "x");
    auto const* y = json::string_at(key, "y");
    if (curve == nullptr || *curve != "P-256" || x == nullptr || y == nullptr)
        return std::nullopt;
    auto const x_bytes = base64url_decode(*x);
    auto const y_bytes = base64url_decode(*y);
    if (!x_bytes || x_bytes->size() != kP256Bytes || !y_bytes || y_bytes->size() != kP256Bytes)
        return std::nullopt;
    return json::object{{"kty", "EC"}, {"crv", "P-256"}, {"x", base64url(*x_bytes)}, {"y", base64url(*y_bytes)}};
}

/// cjose gets only the public members, as they were checked. It refuses a point that is not on the curve.
CjoseKey import_key(json::object const& members)
{
    auto const text = json::to_text(members);
    cjose_err error{};
    return CjoseKey{cjose_jwk_import(text.data(), text.size(), &error)};
}

/// What the signature was made over and what it says, if it is right.
std::optional<std::string> checked_payload(std::string_view token, SigningAlgorithm algorithm, cjose_jwk_t const* key)
{
    cjose_err error{};
    CjoseToken const read{cjose_jws_import(token.data(), token.size(), &error)};
    if (!read)
        return std::nullopt;
    // cjose takes the algorithm from the header itself: it must have read there what was checked here.
    auto const* named = cjose_header_get(cjose_jws_get_protected(read.get()), CJOSE_HDR_ALG, &error);
    if (named == nullptr || named != name_of(algorithm) || !cjose_jws_verify(read.get(), key, &error))
        return std::nullopt;
    std::uint8_t* payload = nullptr; // It belongs to the token.
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(read.get(), &payload, &size, &error))
        return std::nullopt;
    return std::string(text_of({payload, size}));
}

} // namespace

struct SigningKeys::Key {
    KeyType type = KeyType::rsa;
    std::optional<std::string> id;
    std::optional<SigningAlgorithm> algorithm; ///< The only one it may be used with.
    CjoseKey jwk;

    [[nodiscard]] bool fits(SigningAlgorithm wanted) const
    {
        return type == type_of(wanted) && (!algorithm || *algorithm == wanted);
    }
    /// Null if such a key cannot have signed an ID token.
    [[nodiscard]] static std::shared_ptr<Key const> read(json::object const& members);
};

std::shared_ptr<SigningKeys::Key const> SigningKeys::Key::read(json::object const& members)
{
    auto const* type = json::string_at(members, "kty");
    if (type == nullptr || has_private_part(members) || !is_for_signatures(members))
        return nullptr;
    auto key = std::make_shared<Key>();
    if (members.contains("alg")) {
        auto const* name = json::string_at(members, "alg");
        key->algorithm = name != nullptr ? signing_algorithm(*name) : std::nullopt;
        if (!key->algorithm)
            return nullptr;
    }
    if (members.contains("kid")) {
        auto const* id = json::string_at(members, "kid");
        if (id == nullptr || id->size() > kLongestKeyId)
            return nullptr;
        key->id = std::string(*id);
    }
    key->type = *type == "EC" ? KeyType::ec : KeyType::rsa;
    auto const usable = *type == "RSA" ? rsa_members(members) : *type == "EC" ? ec_members(members) : std::nullopt;
    if (usable)
        key->jwk = import_key(*usable);
    return key->jwk ? key : nullptr;
}

std::string_view name_of(SigningAlgorithm algorithm) noexcept
{
    return std::ranges::find(kAlgorithms, algorithm, &Algorithm::value)->name;
}

std::optional<SigningAlgorithm> signing_algorithm(std::string_view name) noexcept
{
    auto const found = std::ranges::find(kAlgorithms, name, &Algorithm::name);
    return found != kAlgorithms.end() ? std::optional(found->value) : std::nullopt;
}

Result<TokenHeader> read_token_header(std::string_view token)
{
    auto const parts = split(token);
    auto const decoded = parts ? base64url_decode(parts->header) : std::nullopt;
    if (!decoded || !base64url_decode(parts->payload) || !base64url_decode(parts->signature))
        return refused("is no signed token");
    auto const header = read_unambiguously(text_of(*decoded), kLongestIdToken);
    if (!header)
        return refused("has no header that can be read");
    auto const* name = json::string_at(*header, "alg");
    auto const algorithm = name != nullptr ? signing_algorithm(*name) : std::nullopt;
    if (!algorithm)
        return refused("is not signed with RS256, PS256 or ES256");
    if (header->contains("crit") || header->contains("b64"))
        return refused("needs an extension that is not understood");
    if (!is_of_id_token(*header))
        return refused("is a token of another type");
    TokenHeader result{*algorithm, std::nullopt};
    if (header->contains("kid")) {
        auto const* id = json::string_at(*header, "kid");
        if (id == nullptr || id->size() > kLongestKeyId)
            return refused("names its key in an unknown way");
        result.key_id = std::string(*id);
    }
    return result;
}

Result<SigningKeys> SigningKeys::parse(std::string_view text)
{
    auto const set = read_unambiguously(text, kLargest);
    auto const* keys = set ? json::array_at(*set, "keys") : nullptr;
    if (keys == nullptr || keys->size() > kMost)
        return not_a_set();
    SigningKeys result;
    for (auto const& each : *keys)
        if (auto const* members = each.if_object())
            if (auto key = Key::read(*members))
                result.keys_.push_back(std::move(key));
    return result;
}

SigningKeys::Key const* SigningKeys::find(TokenHeader const& header) const
{
    Key const* found = nullptr;
    for (auto const& key : keys_) {
        if (!key->fits(header.algorithm) || (header.key_id && key->id != header.key_id))
            continue;
        if (found != nullptr)
            return nullptr; // Without a `kid` that decides, none is tried (OpenID Connect Core 1.0 section 10.1).
        found = key.get();
    }
    return found;
}

Result<std::string> SigningKeys::verify(std::string_view token) const
{
    auto const header = read_token_header(token);
    if (!header)
        return header.error();
    auto const* key = find(*header);
    if (key == nullptr)
        return refused("is signed with a key that the provider does not publish, or does not say with which");
    auto const signature = base64url_decode(token.substr(token.rfind('.') + 1));
    if (key->type == KeyType::ec && signature && signature->size() != kEs256SignatureBytes)
        return refused("has a wrong signature");
    auto payload = checked_payload(token, header->algorithm, key->jwk.get());
    if (!payload)
        return refused("has a wrong signature");
    return *std::move(payload);
}

} // namespace sluice::identity
