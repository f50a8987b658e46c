#include "input.hpp"

#include "http_api/fields.hpp"
#include "http_api/url.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

constexpr std::int64_t kMostBodyHours = 168;

bool is_color(std::string_view text)
{
    return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

/// The theme of the Link UI. A member that is null or left out is the default.
json::object read_theme(json::object const& given, http::Fields& fields)
{
    http::Fields theme(given, "theme");
    json::object read;
    if (auto const name = theme.text("name", false, 60))
        read["name"] = *name;
    if (auto const logo = theme.text("logo_url", false, 1000)) {
        auto const url = http::parse_url(*logo);
        if (!url || !url->is_tls)
            theme.fail("logo_url", "must be an https URL");
        read["logo_url"] = *logo;
    }
    if (auto const color = theme.text("color", false, 7)) {
        if (!is_color(*color))
            theme.fail("color", "must be a colour such as #3451d1");
        read["color"] = *color;
    }
    fields.merge(theme.failures());
    return read;
}

/// Reads the origins of sites that may show the Link UI in a frame, in the form of browsers (RFC 6454 section 6.2).
std::optional<std::vector<std::string>> read_origins(http::Fields& fields)
{
    auto origins = fields.texts("link_origins", 20);
    if (!origins)
        return origins;
    for (std::size_t i = 0; i < origins->size(); ++i) {
        auto const& origin = (*origins)[i];
        auto const url = http::parse_url(origin);
        if (!url || origin != (url->is_tls ? "https://" : "http://") + url->authority())
            fields.fail("link_origins[" + std::to_string(i) + "]", "must be an origin such as https://app.example.com");
    }
    return origins;
}

/// Reads the page for reconnecting. An empty text removes it.
std::optional<std::string> read_reconnect_url(http::Fields& fields)
{
    if (fields.is_null("reconnect_url"))
        return fields.text("reconnect_url", false, 1000), std::string();
    auto given = fields.text("reconnect_url", false, 1000);
    auto const url = given ? http::parse_url(*given) : Result<http::Url>(http::Url{});
    // Clients refuse to open anything else (MCP, "URL mode elicitation").
    if (!url || (given && !url->is_tls && url->host != "localhost" && url->host != "127.0.0.1"))
        fields.fail("reconnect_url", "must be an https URL");
    return given;
}

constexpr std::string_view kStandardHeaders = "standard";
constexpr std::string_view kBothHeaders = "both";

std::optional<bool> read_limit_headers(http::Fields& fields)
{
    auto const given = fields.text("rate_limit_headers", false, 20);
    if (given && *given != kStandardHeaders && *given != kBothHeaders)
        fields.fail("rate_limit_headers", "must be standard or both");
    return given ? std::optional(*given == kBothHeaders) : std::nullopt;
}

} // namespace

Result<std::string> read_new_environment(json::object const& body)
{
    http::Fields fields(body);
    auto const name = fields.text("name", true, 200);
    if (name && EnvironmentId::parse(*name))
        fields.fail("name", "must be a name that does not read like an id");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *name;
}

Result<tenancy::EnvironmentChange> read_environment_patch(json::object const& body)
{
    http::Fields fields(body);
    tenancy::EnvironmentChange change;
    if (auto const* given = fields.object("theme", false))
        change.theme = read_theme(*given, fields);
    fields.refuse_null({"theme", "link_origins", "log_bodies_hours", "rate_limit_headers"});
    if (auto const hours = fields.integer("log_bodies_hours", 0, kMostBodyHours))
        change.log_bodies_for = std::chrono::hours(*hours);
    change.structured_limits = read_limit_headers(fields);
    change.link_origins = read_origins(fields);
    change.reconnect_url = read_reconnect_url(fields);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return change;
}

} // namespace sluice::api
