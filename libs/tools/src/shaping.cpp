#include "shaping.hpp"

#include <algorithm>

namespace sluice::tools {

json::object* schema_at(json::object& schema, std::string_view path)
{
    auto const name = path.substr(0, path.find('.'));
    auto const rest = path.substr(std::min(path.size(), name.size() + 1));
    auto* members = schema.if_contains("properties");
    auto* below = name == "*"                                  ? schema.if_contains("items")
                  : members != nullptr && members->is_object() ? members->get_object().if_contains(name)
                                                               : nullptr;
    auto* node = below != nullptr ? below->if_object() : nullptr;
    return node == nullptr || rest.empty() ? node : schema_at(*node, rest);
}

void hide(json::object& schema, std::string_view path)
{
    auto const dot = path.rfind('.');
    auto* object = dot == std::string_view::npos ? &schema : schema_at(schema, path.substr(0, dot));
    auto const name = dot == std::string_view::npos ? path : path.substr(dot + 1);
    if (object == nullptr)
        return;
    if (auto* members = object->if_contains("properties"))
        members->as_object().erase(name);
    if (auto* required = object->if_contains("required"); required != nullptr && required->is_array()) {
        json::array kept;
        for (auto const& each : required->get_array())
            if (each != json::value(name))
                kept.push_back(each);
        *required = std::move(kept);
    }
}

void close_listed(json::value& schema)
{
    auto* rules = schema.if_object();
    if (rules == nullptr)
        return;
    if (auto* members = rules->if_contains("properties"); members != nullptr && members->is_object()) {
        // Where there are branches, the object has members of them too, and a branch does not list those beside it.
        bool const is_whole = !rules->contains("anyOf") && !rules->contains("oneOf") && !rules->contains("allOf");
        if (!members->get_object().empty() && is_whole && !rules->contains("additionalProperties"))
            (*rules)["additionalProperties"] = false;
        for (auto& [name, member] : rules->at("properties").get_object())
            close_listed(member);
    }
    if (auto* items = rules->if_contains("items"))
        close_listed(*items);
}

} // namespace sluice::tools
