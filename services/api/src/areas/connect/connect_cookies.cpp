#include "connect_cookies.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "cookies.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::api {
namespace {

constexpr std::string_view kCookie = "connect";
constexpr std::size_t kCookieSize = 43; // 32 bytes in base64url
/// The most connections that one browser can have at the same time.
constexpr std::size_t kMostCookies = 4;

bool is_cookie(std::string_view text)
{
    return text.size() == kCookieSize && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

} // namespace

std::vector<std::string> connect_cookies_in(http::Request const& request, Config const& config)
{
    std::vector<std::string> values;
    for (auto list : cookie_values(request, cookie_name(config, kCookie)))
        while (!list.empty() && values.size() < kMostCookies) {
            auto const dot = list.find('.');
            if (is_cookie(list.substr(0, dot)))
                values.emplace_back(list.substr(0, dot));
            list = dot == std::string_view::npos ? std::string_view{} : list.substr(dot + 1);
        }
    return values;
}

std::string new_connect_cookie()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

std::string set_connect_cookie(std::string const& fresh, std::vector<std::string> known, Config const& config)
{
    constexpr std::chrono::hours kLifetime{1};
    known.insert(known.begin(), fresh);
    known.resize(std::min(known.size(), kMostCookies));
    return set_cookie(config, kCookie, fmt::format("{}", fmt::join(known, ".")), kLifetime, "/connect");
}

} // namespace sluice::api
