#include "view.hpp"

namespace sluice::api {
namespace {

json::object own_tool_view(tools::Tool const& tool)
{
    json::array required;
    for (auto const& name : tool.required)
        required.emplace_back(name);
    return {{"resource", tool.method->resource},
            {"method", tool.method->name},
            {"name", tool.name},
            {"description", tool.description},
            {"query_schema", tool.query_schema},
            {"body_schema", tool.body_schema},
            {"required", std::move(required)},
            {"tags", json::array_of(tool.method->tags)},
            {"access", tool.method->access == catalog::Access::read ? "read" : "write"},
            {"destructive", tool.method->access == catalog::Access::write && tool.method->destructive},
            {"shown_bytes", tool.list_entry.size()}};
}

} // namespace

json::object account_view(accounts::Account const& account)
{
    return {{"id", account.id.str()},
            {"tenant_id", account.tenant_id},
            {"environment_id", account.environment.str()},
            {"environment_integration_id", account.environment_integration.str()},
            {"status", accounts::name_of(account.status)},
            {"authentication_method", account.authentication_method},
            {"region", account.region ? json::value(*account.region) : json::value(nullptr)},
            {"is_sandbox", account.is_sandbox},
            {"is_blocked", account.is_blocked},
            {"context", account.context},
            {"integration", json::object{{"id", account.integration.str()},
                                         {"name", account.integration_name},
                                         {"category", account.integration_category}}},
            {"last_error", account.last_error},
            {"last_forbidden_error", account.last_forbidden_error},
            {"unified_model_override", nullptr},
            {"integration_override", nullptr},
            {"created_at", to_rfc3339(account.created_at)},
            {"updated_at", to_rfc3339(account.updated_at)}};
}

Result<json::object> tool_view(tools::Tool const& tool, std::string_view format)
{
    auto schema = *json::parse(tool.input_schema);
    if (format.empty())
        return own_tool_view(tool);
    if (format == "mcp")
        return json::parse(tool.list_entry)->get_object();
    if (format == "anthropic")
        return json::object{
            {"name", tool.name}, {"description", tool.description}, {"input_schema", std::move(schema)}};
    json::object function{{"name", tool.name}, {"description", tool.description}, {"parameters", std::move(schema)}};
    if (format == "gemini")
        return function;
    if (format == "openai")
        return json::object{{"type", "function"}, {"function", std::move(function)}};
    return invalid("format", "must be openai, anthropic, gemini or mcp");
}

} // namespace sluice::api
