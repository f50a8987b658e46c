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
    auto const* given = fields.object("theme", true);
    auto theme = given != nullptr ? read_theme(*given, fields) : json::object{};
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const changed =
        co_await services_.store.tenancy().set_theme(call.environment(), std::move(theme), call.deadline);
    if (!changed)
        co_return changed.error();
    co_return http::json_response(200, json::value(view(*changed)));
}

} // namespace sluice::api
