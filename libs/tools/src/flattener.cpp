#include "flattener.hpp"

#include "schema/portable.hpp"
#include "shaping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::tools {
namespace {

constexpr std::string_view kLimitText =
    "How many items to answer with, at most {}; {} if left out. One vendor call for each {}.";
constexpr std::string_view kDryRunText = "true: nothing is sent; answers with the request and what it would change.";
constexpr std::string_view kClearText = "Members to empty. What is left out stays as it is.";
constexpr std::string_view kFieldsText = "Answer only these members of each record, e.g. id or customer.email.";
constexpr std::string_view kCursorText =
    "Where to go on: next_cursor of the previous answer, exactly as received; do not "
    "decode or change it. Keep the other arguments the same.";

/// The dotted paths at and below an argument that may be null. Below such a path none is listed: it is emptied as a
/// whole.
std::vector<std::string> nullable_at(std::string_view path, json::value const& schema)
{
    // A dot in a name could not be told from the dot of a path.
    auto const is_plain = [](std::string_view name) { return name.find('.') == std::string_view::npos; };
    if (schema::takes_null(schema))
        return {std::string(path)};
    std::vector<std::string> paths;
    auto const* rules = schema.if_object();
    auto const* members = rules != nullptr ? json::object_at(*rules, "properties") : nullptr;
    for (auto const& [name, member] : members != nullptr ? *members : json::object{})
        if (is_plain(name))
            for (auto& below : nullable_at(fmt::format("{}.{}", path, std::string_view(name)), member))
                paths.push_back(std::move(below));
    return paths;
}

} // namespace

Flattener::Flattener(Tool& tool, documents::Problems& problems, documents::Source const& place)
    : tool_(tool)
    , problems_(problems)
    , place_(place)
{
}

void Flattener::for_each_property(json::object const& schema, auto const& each)
{
    auto const* properties = json::object_at(schema, "properties");
    auto const* required = json::array_at(schema, "required");
    if (properties == nullptr)
        return;
    for (auto const& [name, rules] : *properties) {
        bool const is_required =
            required != nullptr && std::ranges::find(*required, json::value(name)) != required->end();
        each(name, rules, is_required);
    }
}

void Flattener::add_parameters(catalog::Method const& method)
{
    auto const of_pages = method.paginated ? method.pagination.own().query : std::vector<std::string>{};
    for (auto const& parameter : method.parameters) {
        if (std::ranges::find(of_pages, parameter.name) != of_pages.end())
            continue;
        auto const where = parameter.in_path ? Argument::Place::path : Argument::Place::query;
        add(parameter.name, {where, parameter.name, parameter.deep_object, parameter.required}, parameter.schema);
    }
}

void Flattener::add_query_schema(json::object const& schema)
{
    for_each_property(schema, [&](std::string_view name, json::value const& rules, bool required) {
        add(std::string(name), {Argument::Place::query, std::string(name), false, required}, rules);
    });
}

void Flattener::add_body(catalog::Method const& method, catalog::BodyShape const& body)
{
    bool const is_vendors = method.paginated && !method.composition;
    auto const of_pages = is_vendors ? method.pagination.own().body : std::vector<std::string>{};
    // A path leads into a member that is about pages as a whole.
    auto const is_of_pages = [&](std::string_view name) {
        return std::ranges::any_of(of_pages,
                                   [&](std::string_view path) { return path.substr(0, path.find('.')) == name; });
    };
    if (body.kind == catalog::BodyShape::Kind::object)
        for_each_property(
            body.schema.get_object(), [&](std::string_view name, json::value const& rules, bool required) {
                if (is_of_pages(name))
                    return;
                add(std::string(name),
                    {Argument::Place::body_member, std::string(name), false, required && body.required}, rules);
            });
    else if (body.kind == catalog::BodyShape::Kind::whole)
        add("body", {Argument::Place::body, "body", false, body.required}, body.schema);
}

void Flattener::add_paging(catalog::Pagination const& pagination)
{
    json::object limit{{"type", "integer"}, {"minimum", 1}, {"maximum", pagination.most()}};
    limit["description"] = fmt::format(kLimitText, pagination.most(), pagination.default_limit, pagination.max_limit);
    add("limit", {Argument::Place::limit, "limit"}, limit);
    add("next_cursor", {Argument::Place::cursor, "next_cursor"},
        json::object{{"type", "string"}, {"maxLength", 8192}, {"description", kCursorText}});
}

void Flattener::add_dry_run()
{
    constexpr std::string_view kName = "dry_run";
    if (tool_.arguments.find(kName) == tool_.arguments.end())
        add(std::string(kName), {Argument::Place::dry_run, std::string(kName)},
            json::object{{"type", "boolean"}, {"description", kDryRunText}});
}

void Flattener::add_fields()
{
    constexpr std::string_view kName = "fields";
    if (tool_.arguments.find(kName) == tool_.arguments.end())
        add(std::string(kName), {Argument::Place::fields, std::string(kName)},
            json::object{{"type", "array"},
                         {"items", json::object{{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}},
                         {"maxItems", 50},
                         {"description", kFieldsText}});
}

void Flattener::shape(catalog::ToolShape const& shape, bool replaces)
{

    tool_.unshown = shape.unshown;
    for (auto const& [name, path] : shape.flat)
        add_flat(name, path);
    if (replaces)
        add_clear();
    for (auto& [name, schema] : properties_)
        close_listed(schema);
}

json::object Flattener::schema() const
{
    json::object schema{{"type", "object"}};
    schema["properties"] = properties_;
    json::array required;
    for (auto const& name : tool_.required)
        required.emplace_back(name);
    if (!required.empty())
        schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    return schema;
}

void Flattener::add(std::string name, Argument argument, json::value const& schema)
{
    if (!openapi::is_argument_name(name))
        return problems_.add(place_, documents::join_path("properties", name), "must match ^[a-zA-Z0-9_.-]{1,64}$");
    if (auto const clash = tool_.arguments.find(name); clash != tool_.arguments.end()) {
        if (clash->second.place != Argument::Place::query || argument.place != Argument::Place::body_member)
            return problems_.add(place_, documents::join_path("properties", name), "stands twice");
        // The member of the body keeps the name; the query parameter gets another.
        auto moved = clash->second;
        auto moved_schema = properties_[name];
        remove(name);
        add("query_" + name, std::move(moved), moved_schema);
    }
    if (argument.required)
        tool_.required.push_back(name);
    properties_[name] = schema;
    tool_.arguments.emplace(std::move(name), std::move(argument));
}

void Flattener::remove(std::string const& name)
{
    tool_.arguments.erase(name);
    properties_.erase(name);
    std::erase(tool_.required, name);
}

void Flattener::add_flat(std::string const& name, std::string const& path)
{
    auto const dot = path.find('.');
    auto const parent = path.substr(0, dot);
    auto* object = properties_.if_contains(parent);
    auto const* member =
        object != nullptr && object->is_object() ? schema_at(object->get_object(), path.substr(dot + 1)) : nullptr;
    if (member == nullptr)
        return; // Documentation of the environment has replaced the schema.
    auto own = *member;
    // An object of which this is the only member is shown only by the flat argument.
    auto const* members = json::object_at(object->get_object(), "properties");
    if (members != nullptr && members->size() == 1) {
        tool_.unshown.push_back(parent);
        if (auto const* text = json::string_at(object->get_object(), "description"))
            own["description"] = *text;
    }
    add(name, {Argument::Place::flat, path}, own);
}

void Flattener::add_clear()
{
    std::vector<std::string> names;
    for (auto const& [name, argument] : tool_.arguments) {
        if (argument.place != Argument::Place::body_member || name.find('.') != std::string::npos)
            continue;
        if (std::ranges::find(tool_.unshown, name) == tool_.unshown.end()) {
            for (auto& path : nullable_at(name, properties_[name]))
                names.push_back(std::move(path));
            continue;
        }
        for (auto const& [flat, of] : tool_.arguments)
            if (of.place == Argument::Place::flat && of.wire_name.starts_with(name + '.') &&
                schema::takes_null(properties_[name]))
                names.push_back(flat);
    }
    if (names.empty())
        return;
    std::string const name = tool_.arguments.contains("clear") ? "clear_fields" : "clear";
    json::object const of_names{{"type", "string"}, {"enum", json::array_of(names)}};
    add(name, {Argument::Place::clear, name},
        json::object{{"type", "array"}, {"items", of_names}, {"uniqueItems", true}, {"description", kClearText}});
}

} // namespace sluice::tools
