#include "cookies.hpp"

#include "http_api/url.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

bool is_secure(Config const& config)
{
    return config.public_url.starts_with("https://");
}

} // namespace

bool may_have_cookies(Config const& config)
{
    auto const url = http::parse_url(config.public_url);
    return url && (url->is_tls || url->host == "localhost" || url->host == "::1" || url->host.starts_with("127."));
}

std::string cookie_name(Config const& config, std::string_view base)
{
    return fmt::format("{}sluice_{}", is_secure(config) ? "__Host-" : "", base);
}

std::vector<std::string_view> cookie_values(http::Request const& request, std::string_view name)
{
    std::vector<std::string_view> values;
    std::string_view rest = request.headers.find("cookie").value_or("");
    while (!rest.empty()) {
        auto const end = rest.find(';');
        auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        if (pair.starts_with(name) && pair.substr(name.size(), 1) == "=")
            values.push_back(pair.substr(name.size() + 1));
    }
    return values;
}

std::optional<std::string_view> cookie_value(http::Request const& request, std::string_view name)
{
    auto const values = cookie_values(request, name);
    return values.size() == 1 ? std::optional(values.front()) : std::nullopt;
}

std::string set_cookie(Config const& config, std::string_view base, std::string_view value,
                       std::chrono::seconds max_age, std::string_view plain_path)
{
    return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{}", cookie_name(config, base), value,
                       is_secure(config) ? "/" : plain_path, max_age.count(), is_secure(config) ? "; Secure" : "");
}

} // namespace sluice::api
