#include "identity/oidc_claims.hpp"

#include "base/encoding.hpp"
#include "crypto/mac.hpp"
#include "identity/oidc_keys.hpp"
#include "oidc_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::identity {
namespace {

constexpr std::size_t kMostAudiences = 100;
constexpr std::size_t kLongestSubject = 255; // OpenID Connect Core 1.0 section 2
/// The end of the year 9999: no claim names a later time.
constexpr double kLastSecond = 253402300799.0;

Error refused(std::string_view rule)
{
    return {ErrorCode::unauthenticated, fmt::format("The provider's answer was refused: its ID token {}.", rule)};
}

bool is_text(json::object const& claims, std::string_view name, std::string_view wanted)
{
    auto const* claim = json::string_at(claims, name);
    return claim != nullptr && crypto::equal_in_constant_time(bytes_of(*claim), bytes_of(wanted));
}

/// Whether the token is for this client, and was asked for by it (OpenID Connect Core 1.0 section 3.1.3.7, 3 to 5).
bool is_for(json::object const& claims, std::string_view client_id)
{
    bool const names_asker = claims.contains("azp");
    if (names_asker && !is_text(claims, "azp", client_id))
        return false;
    if (is_text(claims, "aud", client_id))
        return true;
    auto const* audiences = json::array_at(claims, "aud");
    if (audiences == nullptr || audiences->size() > kMostAudiences || (audiences->size() > 1 && !names_asker))
        return false;
    bool const are_texts = std::ranges::all_of(*audiences, [](json::value const& each) { return each.is_string(); });
    return are_texts && std::ranges::any_of(*audiences, [client_id](json::value const& each) {
               return std::string_view(each.get_string()) == client_id;
           });
}

/// A time (NumericDate, RFC 7519 section 2): seconds since 1970, perhaps with a fraction. Nothing for anything else.
std::optional<double> seconds_at(json::object const& claims, std::string_view name)
{
    auto const* claim = claims.if_contains(name);
    if (claim == nullptr || !claim->is_number())
        return std::nullopt;
    auto const seconds = claim->to_number<double>();
    return std::isfinite(seconds) && seconds >= 0 && seconds <= kLastSecond ? std::optional(seconds) : std::nullopt;
}

/// The broken rule; empty if the token holds now.
std::string_view fault_of_times(json::object const& claims, Timestamp at)
{
    using Seconds = std::chrono::duration<double>;
    double const now = Seconds(at.time_since_epoch()).count();
    double const leeway = Seconds(kClockLeeway).count();
    auto const ends = seconds_at(claims, "exp");
    if (!ends || *ends + leeway <= now)
        return "has expired, or does not say when it does";
    auto const made = seconds_at(claims, "iat");
    if (!made || *made - leeway > now)
        return "is of the future, or does not say when it was made";
    if (!claims.contains("nbf"))
        return "";
    auto const begins = seconds_at(claims, "nbf");
    return begins && *begins - leeway <= now ? "" : "does not hold yet";
}

/// `text` must be UTF-8.
bool is_subject(std::string_view text)
{
    auto const characters = std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
    bool const has_control = std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
    return characters >= 1 && static_cast<std::size_t>(characters) <= kLongestSubject && !has_control;
}

} // namespace

Result<std::string> subject_of(std::string_view claims, ExpectedClaims const& expected)
{
    auto const read = read_unambiguously(claims, kLongestIdToken);
    if (!read)
        return refused("is no JSON object, or has a claim twice");
    if (!is_text(*read, "iss", expected.issuer))
        return refused("is of another issuer");
    if (!is_for(*read, expected.client_id))
        return refused("is for another client (aud, azp)");
    if (auto const fault = fault_of_times(*read, expected.now); !fault.empty())
        return refused(fault);
    if (expected.nonce.empty() || !is_text(*read, "nonce", expected.nonce))
        return refused("is of another sign-in (nonce)");
    auto const* subject = json::string_at(*read, "sub");
    if (subject == nullptr || !is_subject(*subject))
        return refused("has no subject of 1 to 255 characters");
    return std::string(*subject);
}

} // namespace sluice::identity
