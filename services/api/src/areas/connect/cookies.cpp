#include "cookies.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::api {
namespace {

constexpr std::size_t kCookieSize = 43; // 32 bytes in base64url
/// The most connections that one browser can have at the same time.
constexpr std::size_t kMostCookies = 4;

/// With https the name begins with `__Host-`: no other host, also none of the same domain, can set such a cookie.
std::string_view cookie_name(Config const& config)
{
    return config.public_url.starts_with("https://") ? "__Host-sluice_connect" : "sluice_connect";
}

bool is_cookie(std::string_view text)
{
    return text.size() == kCookieSize && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

} // namespace

bool may_have_cookies(Config const& config)
{
    auto const url = http::parse_url(config.public_url);
    return url && (url->is_tls || url->host == "localhost" || url->host == "::1" || url->host.starts_with("127."));
}

std::vector<std::string> cookies_in(http::Request const& request, Config const& config)
{
    auto const name = cookie_name(config);
    std::vector<std::string> values;
    std::string_view rest = request.headers.find("cookie").value_or("");
    while (!rest.empty()) {
        auto const end = rest.find(';');
        auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=")
            continue;
        for (auto list = pair.substr(name.size() + 1); !list.empty() && values.size() < kMostCookies;) {
            auto const dot = list.find('.');
            if (is_cookie(list.substr(0, dot)))
                values.emplace_back(list.substr(0, dot));
            list = dot == std::string_view::npos ? std::string_view{} : list.substr(dot + 1);
        }
    }
    return values;
}

std::string new_cookie()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

std::string set_cookie(std::string const& fresh, std::vector<std::string> known, Config const& config)
{
    bool const is_secure = config.public_url.starts_with("https://");
    known.insert(known.begin(), fresh);
    known.resize(std::min(known.size(), kMostCookies));
    return fmt::format("{}={}; Path={}; Max-Age=3600; HttpOnly; SameSite=Lax{}", cookie_name(config),
                       fmt::join(known, "."), is_secure ? "/" : "/connect", is_secure ? "; Secure" : "");
}

} // namespace sluice::api
