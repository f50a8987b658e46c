#include "identity/oidc_flow.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "crypto/mac.hpp"
#include "crypto/sealed_text.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::identity {
namespace {

constexpr std::string_view kBinding = "oidc flow";
/// Longer than any sealed flow.
constexpr std::size_t kLongestValue = 2000;
/// Browsers keep no cookie above 4096 bytes, its name and attributes among them (RFC 6265 section 6.1).
constexpr std::size_t kLongestCookie = 3900;

std::string random_text()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

std::string text_in(json::object const& object, std::string_view name)
{
    auto const* text = json::string_at(object, name);
    return text != nullptr ? std::string(*text) : std::string();
}

json::object to_json(OidcFlow const& flow)
{
    json::object object{{"s", flow.state},
                        {"n", flow.nonce},
                        {"v", flow.verifier},
                        {"t", to_base32(flow.team.uuid())},
                        {"p", to_base32(flow.provider.uuid())},
                        {"r", flow.return_path}};
    if (auto const* link = std::get_if<LinkPurpose>(&flow.purpose))
        object["user"] = to_base32(link->user.uuid());
    else if (auto const* invitation = std::get_if<InvitationPurpose>(&flow.purpose))
        object["invitation"] = invitation->secret.reveal();
    return object;
}

/// What `to_json` made: it was sealed, so nothing else can come.
OidcFlow flow_in(json::object const& object)
{
    OidcFlow flow;
    flow.state = text_in(object, "s");
    flow.nonce = text_in(object, "n");
    flow.verifier = text_in(object, "v");
    flow.team = TeamId{uuid_from_base32(text_in(object, "t")).value_or(Uuid{})};
    flow.provider = IdentityProviderId{uuid_from_base32(text_in(object, "p")).value_or(Uuid{})};
    flow.return_path = return_path_of(text_in(object, "r"));
    if (object.contains("user"))
        flow.purpose = LinkPurpose{UserId{uuid_from_base32(text_in(object, "user")).value_or(Uuid{})}};
    else if (object.contains("invitation"))
        flow.purpose = InvitationPurpose{Secret{text_in(object, "invitation")}};
    return flow;
}

bool is_sealed(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestValue && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::string_view cookie_name(bool is_tls)
{
    return is_tls ? "__Host-sluice_oidc" : "sluice_oidc";
}

} // namespace

OidcFlow begin_flow(TeamId team, IdentityProviderId provider, OidcPurpose purpose, std::string_view return_path)
{
    return {
        random_text(), random_text(), random_text(), team, provider, std::move(purpose), return_path_of(return_path)};
}

std::string return_path_of(std::string_view wanted)
{
    bool const is_path = wanted.starts_with('/') && !wanted.starts_with("//") && wanted.size() <= kLongestReturnPath &&
                         std::ranges::all_of(wanted, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    return is_path ? std::string(wanted) : "/";
}

OidcCookies::OidcCookies(crypto::Keyring const& keyring, Clock const& clock, std::string_view public_url)
    : keyring_(keyring)
    , clock_(clock)
{
    auto const url = http::parse_url(public_url);
    is_tls_ = url && url->is_tls;
    are_safe_ = is_tls_ || (url && (url->host == "localhost" || url->host == "::1" || url->host.starts_with("127.")));
}

std::vector<std::string> OidcCookies::values_in(std::string_view cookies) const
{
    auto const name = cookie_name(is_tls_);
    std::vector<std::string> values;
    while (!cookies.empty()) {
        auto const end = cookies.find(';');
        auto pair = cookies.substr(0, end);
        cookies = end == std::string_view::npos ? std::string_view{} : cookies.substr(end + 1);
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=")
            continue;
        for (auto list = pair.substr(name.size() + 1); !list.empty() && values.size() < kMost;) {
            auto const dot = list.find('.');
            if (is_sealed(list.substr(0, dot)))
                values.emplace_back(list.substr(0, dot));
            list = dot == std::string_view::npos ? std::string_view{} : list.substr(dot + 1);
        }
    }
    return values;
}

std::string OidcCookies::set_cookie(std::vector<std::string> const& values) const
{
    auto const lifetime = values.empty() ? std::chrono::seconds{0} : std::chrono::seconds{kLifetime};
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", cookie_name(is_tls_),
                       fmt::join(values, "."), lifetime.count(), is_tls_ ? "; Secure" : "");
}

std::optional<OidcFlow> OidcCookies::open(std::string_view value) const
{
    auto const opened = crypto::open_text(keyring_, crypto::Keyring::Purpose::cookie, kBinding, value, clock_.now());
    auto const parsed = opened ? json::parse(*opened) : Result<json::value>(json::value{});
    return parsed && parsed->is_object() ? std::optional(flow_in(parsed->get_object())) : std::nullopt;
}

std::string OidcCookies::add(OidcFlow const& flow, std::string_view cookies) const
{
    auto values = values_in(cookies);
    // Those that have ended, or were sealed elsewhere, would only take places.
    std::erase_if(values, [this](std::string const& value) { return !open(value); });
    values.insert(values.begin(), crypto::seal_text(keyring_, crypto::Keyring::Purpose::cookie, kBinding,
                                                    json::to_text(to_json(flow)), clock_.now() + kLifetime));
    values.resize(std::min(values.size(), kMost));
    while (values.size() > 1 && set_cookie(values).size() > kLongestCookie)
        values.pop_back();
    return set_cookie(values);
}

OidcCookies::Taken OidcCookies::take(std::string_view state, std::string_view cookies) const
{
    Taken taken;
    std::vector<std::string> others;
    for (auto& value : values_in(cookies)) {
        auto flow = open(value);
        bool const is_wanted =
            flow && !state.empty() && crypto::equal_in_constant_time(bytes_of(flow->state), bytes_of(state));
        if (is_wanted)
            taken.flow = std::move(flow);
        else if (flow)
            others.push_back(std::move(value));
    }
    taken.set_cookie = set_cookie(others);
    return taken;
}

} // namespace sluice::identity
