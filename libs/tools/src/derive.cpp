#include "base/encoding.hpp"
#include "catalog/naming.hpp"
#include "flattener.hpp"
#include "schema/portable.hpp"
#include "shaping.hpp"
#include "tools/tool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::tools {
namespace {

/// The text of the last row of one type of documentation; null if there is no row.
std::string const* find_row(std::span<Documentation const> rows, catalog::Method const& method, std::string_view type)
{
    std::string const* found = nullptr;
    for (auto const& row : rows)
        if (row.resource == method.resource && row.method == method.name && row.type == type)
            found = &row.value;
    return found;
}

/// Reads the schema in a row of documentation. It must be an object schema and use only keywords that are enforced.
std::optional<json::value> read_schema_row(std::string const& text, documents::Source const& place,
                                           documents::Problems& problems)
{
    auto parsed = json::parse(text, {.max_bytes = 256 * 1024, .max_depth = 32});
    if (!parsed) {
        problems.add(place, "", parsed.error().public_detail());
        return std::nullopt;
    }
    auto const before = problems.size();
    schema::check_keywords(*parsed, place, "", problems);
    auto const* rules = parsed->if_object();
    auto const* type = rules != nullptr ? json::string_at(*rules, "type") : nullptr;
    if (type == nullptr || *type != "object")
        problems.add(place, "type", "must be \"object\"");
    if (problems.size() != before)
        return std::nullopt;
    return *std::move(parsed);
}

json::value query_part(Tool const& tool, json::object const& properties)
{
    json::object part;
    json::array required;
    for (auto const& [name, argument] : tool.arguments) {
        bool const is_body =
            argument.place == Argument::Place::body || argument.place == Argument::Place::body_member ||
            argument.place == Argument::Place::dry_run || argument.place == Argument::Place::fields || // Tools only.
            argument.place == Argument::Place::clear || argument.place == Argument::Place::flat;
        if (is_body)
            continue;
        part[name] = properties.at(name);
        if (argument.required)
            required.emplace_back(name);
    }
    if (part.empty())
        return nullptr;
    json::object schema{{"type", "object"}, {"properties", std::move(part)}};
    if (!required.empty())
        schema["required"] = std::move(required);
    return schema;
}

json::object annotations_of(Tool const& tool)
{
    auto const& method = *tool.method;
    bool const reads = method.access == catalog::Access::read;
    return {{"title", tool.title},
            {"readOnlyHint", reads},
            {"destructiveHint", !reads && method.destructive},
            {"idempotentHint", method.idempotent},
            {"openWorldHint", true}};
}

constexpr std::string_view kHeaderKey = "x-mcp-header";

/// Reads which arguments are also sent as headers (MCP 2026-07-28, "Custom headers").
void read_header_arguments(json::object const& full, documents::Source const& place, Tool& tool,
                           documents::Problems& problems)
{
    auto const* properties = json::object_at(full, "properties");
    if (properties == nullptr)
        return;
    std::set<std::string> seen;
    for (auto const& [name, rules] : *properties) {
        auto const* header = rules.is_object() ? json::string_at(rules.get_object(), kHeaderKey) : nullptr;
        if (header == nullptr)
            continue;
        auto const* type = json::string_at(rules.get_object(), "type");
        bool const is_scalar = type != nullptr && (*type == "string" || *type == "integer" || *type == "boolean");
        auto const lower = to_lower(*header);
        bool const is_token = !lower.empty() && std::ranges::all_of(lower, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
        if (!is_scalar || !is_token || !seen.insert(lower).second)
            problems.add(place, documents::join_path(documents::join_path("properties", name), kHeaderKey),
                         "must be a header name that no other argument has, and the argument must be a string, an "
                         "integer or a boolean");
        tool.header_arguments.emplace(name, lower);
    }
}

/// Whether an object, at any depth, has a member of several types that may be left out.
bool has_optional_union(json::value const& schema)
{
    auto const* rules = schema.if_object();
    if (rules == nullptr)
        return false;
    auto const* required = json::array_at(*rules, "required");
    auto const* members = json::object_at(*rules, "properties");
    for (auto const& [name, member] : members != nullptr ? *members : json::object{}) {
        bool const is_required =
            required != nullptr && std::ranges::find(*required, json::value(name)) != required->end();
        bool const is_union = member.is_object() && member.get_object().contains("anyOf");
        if ((is_union && !is_required) || has_optional_union(member))
            return true;
    }
    auto const* items = rules->if_contains("items");
    return items != nullptr && has_optional_union(*items);
}

void finish(Tool& tool, json::object const& full)
{
    auto shown = full;
    for (auto const& name : tool.unshown)
        hide(shown, name);
    auto portable = tool.method->raw_schema ? json::value(full) : schema::portable_schema(shown);
    for (auto const& [name, header] : tool.header_arguments)
        portable.at("properties").at(name).as_object()[kHeaderKey] = full.at("properties").at(name).at(kHeaderKey);
    tool.input_schema = boost::json::serialize(portable);
    json::object entry;
    entry["name"] = tool.name;
    entry["title"] = tool.title;
    entry["description"] = tool.description;
    entry["inputSchema"] = portable;
    entry["annotations"] = annotations_of(tool);
    // Mastra makes such a member required for its model, which then sets what nobody asked for; this leaves the schema
    // as it is.
    if (has_optional_union(portable))
        entry["_meta"] = json::object{{"mastra", json::object{{"strict", false}}}};
    tool.list_entry = boost::json::serialize(entry);
}

std::vector<Documentation> without_names(std::span<Documentation const> rows)
{
    std::vector<Documentation> others(rows.begin(), rows.end());
    std::erase_if(others, [](Documentation const& row) { return row.type == "name"; });
    return others;
}

/// The vendor's methods and the composed ones.
std::vector<catalog::Method const*> methods_of(catalog::Integration const& integration)
{
    std::vector<catalog::Method const*> all;
    for (auto const* methods : {&integration.methods, &integration.composed})
        for (auto const& method : *methods)
            all.push_back(&method);
    return all;
}

std::string title_of(catalog::Method const& method)
{
    return method.title.empty() ? fmt::format("{} {}", method.name, method.resource) : method.title;
}

} // namespace

ToolList::ToolList(std::vector<ToolPtr> tools, std::map<std::string, std::string, std::less<>> without_tool,
                   std::map<std::string, std::string, std::less<>> other_names)
    : tools_(std::move(tools))
    , without_tool_(std::move(without_tool))
    , other_names_(std::move(other_names))
{
    std::ranges::sort(tools_, {}, [](ToolPtr const& tool) -> std::string const& { return tool->name; });
    for (std::size_t i = 0; i < tools_.size(); ++i)
        by_name_.emplace(tools_[i]->name, i);
    // A name now in use always means the tool that has it now. A former name of two tools is ambiguous, so it finds
    // neither.
    std::unordered_map<std::string_view, std::size_t> formerly;
    auto const add = [&](std::string_view former, std::size_t tool) {
        if (auto const [known, is_new] = formerly.emplace(former, tool); !is_new && known->second != tool)
            known->second = tools_.size();
    };
    for (std::size_t i = 0; i < tools_.size(); ++i) {
        auto const& method = *tools_[i]->method;
        add(method.tool_name, i);
        for (auto const& former : method.former_names)
            add(former, i);
    }
    for (auto const& [other, name] : other_names_)
        if (auto const known = by_name_.find(name); known != by_name_.end())
            add(other, known->second);
    by_name_.insert(formerly.begin(), formerly.end());
}

std::shared_ptr<ToolList const> ToolList::with(std::function<ToolPtr(ToolPtr const&)> const& change) const
{
    std::vector<ToolPtr> changed;
    changed.reserve(tools_.size());
    for (auto const& tool : tools_)
        changed.push_back(change(tool));
    return std::make_shared<ToolList const>(std::move(changed), without_tool_, other_names_);
}

std::string_view ToolList::why_without(std::string_view name) const
{
    auto const found = without_tool_.find(name);
    return found == without_tool_.end() ? std::string_view{} : std::string_view(found->second);
}

std::size_t ToolList::find(std::string_view name) const
{
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? tools_.size() : found->second;
}

Result<ToolPtr> derive_tool(catalog::IntegrationPtr integration, catalog::Method const& method,
                            std::span<Documentation const> rows)
{
    documents::Problems problems;
    auto const row_source = [](std::string_view type) { return documents::source_of(std::string(type), nullptr); };
    auto const place = documents::source_of(fmt::format("{}.{}", method.resource, method.name), nullptr);

    auto tool = std::make_shared<Tool>();
    tool->method = &method;
    auto const* name = find_row(rows, method, "name");
    tool->name = name != nullptr ? *name : method.tool_name;
    if (!catalog::is_tool_name(tool->name))
        problems.add(place, "name", "must match ^[a-zA-Z][a-zA-Z0-9_-]{0,63}$");
    auto const* description = find_row(rows, method, "description");
    tool->description = description != nullptr ? *description : method.description;
    tool->title = title_of(method);

    Flattener flattener(*tool, problems, place);
    if (auto const* text = find_row(rows, method, "query_schema")) {
        auto own_path = method;
        std::erase_if(own_path.parameters, [](catalog::Parameter const& parameter) { return !parameter.in_path; });
        flattener.add_parameters(own_path);
        if (auto const schema = read_schema_row(*text, row_source("query_schema"), problems))
            flattener.add_query_schema(schema->get_object());
    } else {
        flattener.add_parameters(method);
    }
    auto body = method.body;
    if (auto const* text = find_row(rows, method, "body_schema")) {
        if (auto schema = read_schema_row(*text, row_source("body_schema"), problems))
            body = {catalog::BodyShape::Kind::object, true, *std::move(schema)};
    }
    if (!method.raw_schema)
        flattener.add_body(method, body);
    if (method.paginated)
        flattener.add_paging(method.pagination);
    bool const replaces = method.access == catalog::Access::write && (method.verb == "PUT" || method.verb == "PATCH");
    if (!method.raw_schema)
        flattener.shape(method.shape, replaces);
    if (method.access == catalog::Access::write && !method.raw_schema)
        flattener.add_dry_run();
    if (method.access == catalog::Access::read && !method.raw_schema && !method.content)
        flattener.add_fields();
    if (!problems.empty())
        return Error{problems.take()};

    // A raw schema may have keywords that the validator does not know, so the vendor checks the body.
    auto const full = method.raw_schema ? method.body.schema.get_object() : flattener.schema();
    read_header_arguments(full, place, *tool, problems);
    if (!problems.empty())
        return Error{problems.take()};
    auto compiled = schema::Schema::compile(method.raw_schema ? json::value(json::object{}) : json::value(full));
    if (!compiled)
        return compiled.error();
    tool->schema = std::make_shared<schema::Schema const>(*std::move(compiled));
    if (!method.raw_schema)
        tool->query_schema = query_part(*tool, full.at("properties").get_object());
    if (body.kind == catalog::BodyShape::Kind::object || body.kind == catalog::BodyShape::Kind::whole)
        tool->body_schema = body.schema;
    finish(*tool, full);
    // The tool points into the integration, so it must keep the integration alive.
    return ToolPtr(tool.get(), [tool, integration](Tool const*) {});
}

ToolPtr shown_otherwise(ToolPtr const& base, std::string name, OuterArgument const* argument)
{
    auto entry = json::parse(base->list_entry);
    if (!entry)
        return base; // Cannot happen: the entry was written by this file.
    entry->get_object()["name"] = name;
    auto tool = std::make_shared<Tool>(*base);
    tool->name = std::move(name);
    if (argument != nullptr) {
        auto& schema = entry->at("inputSchema").as_object();
        schema.emplace("properties", json::object{});
        schema.emplace("required", json::array{});
        schema.at("properties").as_object()[argument->name] = argument->schema;
        schema.at("required").as_array().emplace_back(argument->name);
        tool->input_schema = boost::json::serialize(schema);
    }
    tool->list_entry = boost::json::serialize(*entry);
    return ToolPtr(tool.get(), [tool, base](Tool const*) {}); // The base keeps the integration.
}

Derived derive_tools(catalog::IntegrationPtr integration, std::span<Documentation const> documentation)
{
    Derived derived;
    std::vector<ToolPtr> tools;
    std::set<std::string> names;
    std::map<std::string, std::string, std::less<>> without_tool;
    for (auto const* each : methods_of(*integration)) {
        auto const& method = *each;
        bool const described = !method.description.empty() || find_row(documentation, method, "description") != nullptr;
        if (method.deprecated || !method.tool_allowed || !described) {
            without_tool[method.tool_name] =
                method.deprecated ? "the vendor has deprecated the method"
                                  : (!described ? "the method has no description; add one with POST /documentation"
                                                : "the definition offers the method through the REST proxy only");
            continue;
        }
        auto tool = derive_tool(integration, method, documentation);
        if (!tool) {
            for (auto const& failure : tool.error().failures())
                derived.ignored.push_back(
                    {fmt::format("{}.{} {}", method.resource, method.name, failure.path), failure.message});
            tool = derive_tool(integration, method, {});
        }
        // A row must not take the name of another tool, since clients refuse a list with a name twice.
        if (tool && !names.insert((*tool)->name).second) {
            derived.ignored.push_back({fmt::format("{}.{} name", method.resource, method.name), "is taken"});
            tool = derive_tool(integration, method, without_names(documentation));
            if (tool && !names.insert((*tool)->name).second)
                continue;
        }
        if (tool)
            tools.push_back(*std::move(tool));
    }
    derived.tools = std::make_shared<ToolList const>(std::move(tools), std::move(without_tool));
    return derived;
}

Result<void> check_documentation(catalog::IntegrationPtr integration, Documentation const& row)
{
    auto const* method = integration->find_callable(row.resource, row.method);
    if (method == nullptr && !integration->has_resource(row.resource))
        return invalid("resource", fmt::format("is not a resource of {}", integration->name));
    if (method == nullptr)
        return invalid("method", fmt::format("is not a method of {}.{}", integration->name, row.resource));
    for (auto const* other : methods_of(*integration))
        if (row.type == "name" && other != method && other->tool_name == row.value)
            return invalid("value", fmt::format("is the name of {}.{} already", other->resource, other->name));
    auto const tool = derive_tool(integration, *method, std::span(&row, 1));
    if (tool)
        return {};
    std::vector<FieldFailure> failures;
    for (auto const& failure : tool.error().failures())
        failures.push_back({documents::join_path("value", failure.path), failure.message});
    return Error{std::move(failures)};
}

} // namespace sluice::tools
