#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"

namespace sluice::api {
namespace {

using accounts::DocumentationRow;

constexpr std::size_t kMaxValue = 100'000;

bool is_schema(std::string_view type)
{
    return type.ends_with("_schema");
}

std::string format_of(std::optional<std::string> const& given, std::string_view type)
{
    return given.value_or(is_schema(type) ? "json" : "markdown");
}

} // namespace

DocumentationHandlers::DocumentationHandlers(Services const& services)
    : services_(services)
{
}

Task<void> DocumentationHandlers::announce(Call& call)
{
    co_await services_.announcer.announce({snapshots::Change::Kind::environment, call.environment(), {}});
}

Task<Result<void>> DocumentationHandlers::check(Call& call, DocumentationRow row)
{
    IntegrationId integration{row.entity_id};
    int version = 0;
    if (row.entity_type == "environment_integration") {
        EnvironmentIntegrationId const id{row.entity_id};
        auto const installation = co_await services_.store.installations().find(call.environment(), id, call.deadline);
        if (!installation)
            co_return installation.error().code() == ErrorCode::not_found
                ? invalid("entity_id", "is no environment integration of this environment")
                : installation.error();
        integration = installation->integration;
    }
    auto const stored = co_await services_.store.integrations().find(call.environment(), integration, call.deadline);
    if (!stored)
        co_return stored.error().code() == ErrorCode::not_found
            ? invalid("entity_id", "is no integration this environment may use")
            : stored.error();
    version = stored->version;
    auto const installed = co_await services_.integrations.install(integration, version, json::object{},
                                                                   std::vector<DocumentationRow>{}, call.deadline);
    if (!installed)
        co_return installed.error();
    tools::Documentation const documentation{row.resource, row.method, row.type, row.value};
    co_return tools::check_documentation((*installed)->integration, documentation);
}

HandlerResult DocumentationHandlers::create(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    fields.own_environment(call.environment());
    auto const entity_type = fields.choice("entity_type", true, {"integration", "environment_integration"});
    DocumentationRow row;
    row.environment = call.environment();
    if (entity_type == "integration") {
        if (auto const id = fields.id<IntegrationId>("entity_id", true))
            row.entity_id = id->uuid();
    } else if (auto const id = fields.id<EnvironmentIntegrationId>("entity_id", true)) {
        row.entity_id = id->uuid();
    }
    row.resource = fields.text("resource", true).value_or("");
    row.method = fields.text("method", true).value_or("");
    row.type = fields
                   .choice("type", true,
                           {"description", "name", "query_schema", "body_schema", "response_schema", "readme", "note",
                            "end_user_guide"})
                   .value_or("");
    row.format = format_of(fields.choice("format", false, {"text", "markdown", "json"}), row.type);
    row.value = fields.document("value", true, kMaxValue).value_or("");
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    row.entity_type = *entity_type;
    auto const fits = co_await check(call, row);
    if (!fits)
        co_return fits.error();
    auto const created = co_await services_.store.documentation().create(std::move(row), call.deadline);
    if (!created)
        co_return created.error();
    co_await announce(call);
    co_return http::json_response(201, json::value(view(*created)));
}

HandlerResult DocumentationHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.documentation().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult DocumentationHandlers::get(Call& call)
{
    return answer_get<DocumentationId>(call, "documentation", [this, &call](DocumentationId id) {
        return services_.store.documentation().find(call.environment(), id, call.deadline);
    });
}

HandlerResult DocumentationHandlers::patch(Call& call)
{
    auto const id = call.id<DocumentationId>("id", "documentation");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const format = fields.choice("format", false, {"text", "markdown", "json"});
    auto const value = fields.document("value", false, kMaxValue);
    fields.refuse_null({"format", "value"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto row = co_await services_.store.documentation().find(call.environment(), *id, call.deadline);
    if (!row)
        co_return row.error();
    row->format = format.value_or(row->format);
    row->value = value.value_or(row->value);
    auto const fits = co_await check(call, *row);
    if (!fits)
        co_return fits.error();
    auto const updated = co_await services_.store.documentation().update(*std::move(row), call.deadline);
    if (!updated)
        co_return updated.error();
    co_await announce(call);
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult DocumentationHandlers::remove(Call& call)
{
    return answer_remove<DocumentationId>(call, "documentation", services_.announcer,
                                          snapshots::Change::Kind::environment, [this, &call](DocumentationId id) {
                                              return services_.store.documentation().remove(call.environment(), id,
                                                                                            call.deadline);
                                          });
}

} // namespace sluice::api
