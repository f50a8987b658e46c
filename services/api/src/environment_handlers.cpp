#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "http_api/url.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

/// An API token knows one environment: every other is not there.
Result<void> check_own(Call const& call)
{
    auto const id = call.id<EnvironmentId>("id", "environment");
    if (!id)
        return id.error();
    if (*id != call.environment())
        return Error{ErrorCode::not_found, "An API token sees the environment it belongs to only."};
    return {};
}

bool is_color(std::string_view text)
{
    return text.size() == 7 && text.front() == '#' && std::ranges::all_of(text.substr(1), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

/// The theme of the Link UI. A member that is null or left out is the default.
json::object read_theme(json::object const& given, Fields& fields)
{
    Fields theme(given, "theme");
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

/// Scheme, host and port of the sites that may frame the Link UI, as browsers write an origin (RFC 6454 section 6.2).
std::optional<std::vector<std::string>> read_origins(Fields& fields)
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

/// Empty if it is taken away.
std::optional<std::string> read_reconnect_url(Fields& fields)
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

} // namespace

EnvironmentHandlers::EnvironmentHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult EnvironmentHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors,
                       [this, &call](tenancy::ListQuery query) -> Task<Result<tenancy::Page<tenancy::Environment>>> {
                           if (!query.conditions.empty())
                               co_return invalid(query.conditions.front().field,
                                                 "is not a filter here: there is only the token's own environment");
                           auto own =
                               co_await services_.store.tenancy().load_environment(call.environment(), call.deadline);
                           if (!own)
                               co_return own.error();
                           tenancy::Page<tenancy::Environment> page;
                           page.items.push_back(*std::move(own));
                           co_return page;
                       });
}

HandlerResult EnvironmentHandlers::get(Call& call)
{
    if (auto const own = check_own(call); !own)
        co_return own.error();
    co_return co_await answer_get<EnvironmentId>(call, "environment", [this, &call](EnvironmentId id) {
        return services_.store.tenancy().load_environment(id, call.deadline);
    });
}

HandlerResult EnvironmentHandlers::patch(Call& call)
{
    if (auto const own = check_own(call); !own)
        co_return own.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    tenancy::EnvironmentChange change;
    if (auto const* given = fields.object("theme", false))
        change.theme = read_theme(*given, fields);
    fields.refuse_null({"theme", "link_origins"});
    change.link_origins = read_origins(fields);
    change.reconnect_url = read_reconnect_url(fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const changed =
        co_await services_.store.tenancy().update_environment(call.environment(), std::move(change), call.deadline);
    if (!changed)
        co_return changed.error();
    co_await services_.announcer.announce({snapshots::Change::Kind::environment, call.environment(), {}});
    co_return http::json_response(200, json::value(view(*changed)));
}

} // namespace sluice::api
