#include "tool_shape.hpp"

#include "schema/schema.hpp"

#include <fmt/format.h>

namespace sluice::catalog {
namespace {

/// A value of `defaults` stands for a whole argument, and must fit it.
void check_value(Mapping& mapping, openapi::Operation const& operation, std::string_view name, json::value const& value)
{
    auto const* rules = name.find('.') == std::string_view::npos ? argument_schema(operation, name) : nullptr;
    if (rules == nullptr)
        return mapping.problem("defaults", fmt::format("{} is no argument", name));
    auto const schema = schema::Schema::compile(*rules);
    auto const failures = schema ? schema->validate(value) : std::vector<FieldFailure>{};
    if (!failures.empty())
        mapping.problem("defaults", fmt::format("{} {}", name, failures.front().message));
}

void read_defaults(Mapping& mapping, openapi::Operation const& operation, ToolShape& shape)
{
    auto const* given = mapping.find("defaults");
    if (given == nullptr)
        return;
    auto const* entries = given->if_array();
    for (auto const& entry : entries != nullptr ? *entries : json::array{}) {
        auto const* members = entry.if_object();
        auto const* set = members != nullptr ? json::object_at(*members, "set") : nullptr;
        auto const* when = members != nullptr ? json::object_at(*members, "when") : nullptr;
        if (set == nullptr || members->size() != (when != nullptr ? 2U : 1U))
            return mapping.problem("defaults", "must be a list of {when: {argument: value}, set: {argument: value}}");
        for (auto const* names : {set, when})
            if (names != nullptr)
                for (auto const& [name, value] : *names)
                    check_value(mapping, operation, name, value);
        shape.defaults.push_back({when != nullptr ? *when : json::object{}, *set});
    }
    if (entries == nullptr)
        mapping.problem("defaults", "must be a list");
}

/// Texts by name.
std::map<std::string, std::string, std::less<>> read_texts(Mapping& mapping, std::string_view key)
{
    std::map<std::string, std::string, std::less<>> texts;
    auto const* given = mapping.find(key);
    auto const* members = given != nullptr ? given->if_object() : nullptr;
    if (given != nullptr && members == nullptr)
        mapping.problem(key, "must be a mapping of names to texts");
    for (auto const& [name, text] : members != nullptr ? *members : json::object{}) {
        if (text.is_string())
            texts.emplace(name, text.get_string());
        else
            mapping.problem(std::string(key) + '.' + std::string(name), "must be text");
    }
    return texts;
}

void read_needs(Mapping& mapping, openapi::Operation const& operation, ToolShape& shape)
{
    auto const* given = mapping.find("needs");
    auto const* entries = given != nullptr ? given->if_array() : nullptr;
    if (given != nullptr && entries == nullptr)
        mapping.problem("needs", "must be a list");
    for (auto const& entry : entries != nullptr ? *entries : json::array{}) {
        auto const* members = entry.if_object();
        auto const* at = members != nullptr ? json::string_at(*members, "at") : nullptr;
        auto const* member = members != nullptr ? json::string_at(*members, "member") : nullptr;
        auto const* is = members != nullptr ? json::array_at(*members, "is") : nullptr;
        auto const* give = members != nullptr ? json::array_at(*members, "give") : nullptr;
        auto const are_names = [](json::array const* names) {
            return names != nullptr && !names->empty() && json::texts_in(*names).size() == names->size();
        };
        if (at == nullptr || member == nullptr || !are_names(is) || !are_names(give))
            return mapping.problem("needs", "must be a list of {at: path, member: name, is: [value], give: [path]}");
        if (argument_schema(operation, *at) == nullptr)
            mapping.problem("needs", std::string(*at) + " is no argument");
        shape.needs.push_back({std::string(*at), std::string(*member), json::texts_in(*is), json::texts_in(*give)});
    }
}

void read_hints(Mapping& mapping, ToolShape& shape)
{
    auto const* given = mapping.find("hints");
    auto const* entries = given != nullptr ? given->if_array() : nullptr;
    if (given != nullptr && entries == nullptr)
        mapping.problem("hints", "must be a list");
    for (auto const& entry : entries != nullptr ? *entries : json::array{}) {
        auto const* members = entry.if_object();
        auto const* names = members != nullptr ? json::array_at(*members, "arguments") : nullptr;
        auto const* text = members != nullptr ? json::string_at(*members, "text") : nullptr;
        if (names == nullptr || text == nullptr || json::texts_in(*names).size() != names->size())
            return mapping.problem("hints", "must be a list of {arguments: [name], text: …}");
        for (auto& name : json::texts_in(*names))
            shape.hints.emplace(std::move(name), *text);
    }
}

} // namespace

json::value const* argument_schema(openapi::Operation const& operation, std::string_view path)
{
    auto const step = [&path] {
        auto const name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        return name;
    };
    auto const first = step();
    json::value const* node = nullptr;
    if (auto const* parameter = operation.find_parameter(first))
        node = &parameter->schema;
    else if (auto const* body = operation.body.schema.if_object())
        if (auto const* members = json::object_at(*body, "properties"))
            node = members->if_contains(first);
    while (node != nullptr && !path.empty()) {
        auto const name = step();
        auto const* rules = node->if_object();
        auto const* members = rules != nullptr ? json::object_at(*rules, "properties") : nullptr;
        node = rules == nullptr     ? nullptr
               : name == "*"        ? rules->if_contains("items")
               : members != nullptr ? members->if_contains(name)
                                    : nullptr;
    }
    return node;
}

ToolShape read_tool_shape(Mapping& mapping, openapi::Operation const& operation)
{
    ToolShape shape;
    read_defaults(mapping, operation, shape);
    shape.unshown = mapping.texts("unshown");
    for (auto const& path : shape.unshown) {
        auto const* parameter = operation.find_parameter(path);
        if (argument_schema(operation, path) == nullptr)
            mapping.problem("unshown", path + " is no argument");
        else if (parameter != nullptr && parameter->required)
            mapping.problem("unshown", path + " is required");
    }
    shape.flat = read_texts(mapping, "flat");
    for (auto const& [name, path] : shape.flat) {
        if (!openapi::is_argument_name(name) || argument_schema(operation, name) != nullptr)
            mapping.problem("flat." + name, "must be a name that no argument has, of letters, digits, _, . and -");
        if (path.find('.') == std::string::npos || path.find('*') != std::string::npos ||
            argument_schema(operation, path) == nullptr)
            mapping.problem("flat." + name, path + " is no member of an object among the arguments");
    }
    read_needs(mapping, operation, shape);
    read_hints(mapping, shape);
    return shape;
}

} // namespace sluice::catalog
