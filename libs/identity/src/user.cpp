#include "identity/user.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace sluice::identity {
namespace {

constexpr std::size_t kLongestEmail = 254; // RFC 5321 section 4.5.3.1.3, without the brackets.
constexpr std::size_t kLongestLocalPart = 64;

/// A host as mail has it: labels of letters, digits and `-`, or beyond ASCII, with dots between them.
bool is_host(std::string_view host)
{
    char previous = '.';
    for (char const c : host) {
        bool const is_letter = static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
                               (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c == '-' && previous != '.');
        if (!is_letter && (c != '.' || previous == '.' || previous == '-'))
            return false;
        previous = c;
    }
    return previous != '.' && previous != '-';
}

} // namespace

std::string_view name_of(SignInMethod method) noexcept
{
    switch (method) {
    case SignInMethod::password:
        return "password";
    case SignInMethod::oidc:
        return "oidc";
    case SignInMethod::link:
        return "link";
    }
    return {};
}

std::string_view name_of(LinkKind kind) noexcept
{
    switch (kind) {
    case LinkKind::invitation:
        return "invitation";
    case LinkKind::reset:
        return "reset";
    case LinkKind::sign_in:
        return "sign_in";
    }
    return {};
}

std::chrono::seconds lifetime_of(LinkKind kind) noexcept
{
    using namespace std::chrono_literals;
    return kind == LinkKind::invitation ? std::chrono::seconds(24h * 7) : std::chrono::seconds(1h);
}

bool SignedIn::may_enter(EnvironmentId environment) const noexcept
{
    return std::ranges::any_of(environments, [&](Entrance const& each) { return each.id == environment; });
}

tenancy::Caller SignedIn::caller(EnvironmentId environment) const
{
    tenancy::Caller made;
    made.environment = environment;
    made.team = team;
    made.permissions = permissions;
    made.name = email;
    made.user = user;
    made.session = session;
    return made;
}

std::string email_key(std::string_view email)
{
    return to_lower(email);
}

bool is_email(std::string_view text) noexcept
{
    auto const at = text.find('@');
    if (text.size() > kLongestEmail || at == std::string_view::npos || at == 0 || at > kLongestLocalPart ||
        !is_utf8(text))
        return false;
    auto const local = text.substr(0, at);
    bool const is_plain = std::ranges::all_of(local, [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
               std::string_view("\"(),:;<>@[\\]").find(c) == std::string_view::npos;
    });
    return is_plain && !local.starts_with('.') && !local.ends_with('.') && is_host(text.substr(at + 1));
}

} // namespace sluice::identity
