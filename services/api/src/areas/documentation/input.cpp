#include "input.hpp"

#include "http_api/fields.hpp"

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

Result<DocumentationRow> read_documentation(json::object const& body, EnvironmentId environment)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    auto const entity_type = fields.choice("entity_type", true, {"integration", "environment_integration"});
    DocumentationRow row;
    row.environment = environment;
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
        return checked.error();
    row.entity_type = *entity_type;
    return row;
}

Result<DocumentationPatch> read_documentation_patch(json::object const& body)
{
    http::Fields fields(body);
    DocumentationPatch patch;
    patch.format = fields.choice("format", false, {"text", "markdown", "json"});
    patch.value = fields.document("value", false, kMaxValue);
    fields.refuse_null({"format", "value"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

} // namespace sluice::api
