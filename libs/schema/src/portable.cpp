#include "schema/portable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace sluice::schema {
namespace {

constexpr std::size_t kMaxEnum = 100;
constexpr std::size_t kMaxBytes = 8 * 1024;
constexpr int kMaxDepth = 5;

/// Keywords that are kept unchanged: those that JSON Schema, OpenAI, Anthropic and Gemini have in common.
constexpr std::array<std::string_view, 9> kKept{"title",     "description", "minimum",  "maximum", "minLength",
                                                "maxLength", "minItems",    "maxItems", "required"};

/// How much detail stays. It is lowered until the schema fits.
struct Budget {
    int depth = kMaxDepth;
    int described_depth = kMaxDepth; ///< Below this depth descriptions are dropped.
};

std::string type_of_values(json::array const& values)
{
    bool all_text = true;
    bool all_integers = true;
    bool all_flags = true;
    bool all_numbers = true;
    for (auto const& value : values) {
        if (value.is_null())
            continue;
        all_text = all_text && value.is_string();
        all_flags = all_flags && value.is_bool();
        all_integers = all_integers && (value.is_int64() || value.is_uint64());
        all_numbers = all_numbers && value.is_number();
    }
    if (all_text)
        return "string";
    if (all_flags)
        return "boolean";
    if (all_integers)
        return "integer";
    return all_numbers ? "number" : "";
}

class Simplifier {
public:
    explicit Simplifier(Budget budget)
        : budget_(budget)
    {
    }

    json::object simplified(json::value const& schema, int depth) const
    {
        auto const* rules = schema.if_object();
        if (rules == nullptr)
            return json::object{{"type", "string"}};
        if (auto const* branches = branches_of(*rules))
            return merged_branches(*rules, *branches, depth);
        json::object out;
        auto const type = type_of(*rules);
        if (!type.empty())
            out["type"] = type;
        copy_kept(*rules, type, depth, out);
        copy_values(*rules, out);
        if (type == "object")
            copy_properties(*rules, depth, out);
        if (type == "array")
            copy_items(*rules, depth, out);
        if (type.empty()) {
            // Clients refuse a schema without a type. A schema without one is mostly an object's.
            out["type"] = "object";
            out["properties"] = json::object{};
            note(out, "Any JSON value.");
        }
        return out;
    }

private:
    static json::array const* branches_of(json::object const& rules)
    {
        for (std::string_view const key : {"anyOf", "oneOf", "allOf"})
            if (auto const* branches = json::array_at(rules, key); branches != nullptr && !branches->empty())
                return branches;
        return nullptr;
    }

    /// Branches of one type become that type, without their rules. An enum beside a plain type is only a list of known
    /// values, so the description names them. That a value may also be null is left out, as it is of types.
    json::object merged_branches(json::object const& rules, json::array const& branches, int depth) const
    {
        json::value const* chosen = nullptr;
        std::string type;
        bool one_type = true;
        std::size_t count = 0;
        for (auto const& branch : branches) {
            auto const* object = branch.if_object();
            auto const branch_type = object != nullptr ? type_of(*object) : std::string();
            if (branch_type == "null")
                continue;
            ++count;
            if (branch_type.empty())
                continue;
            if (chosen == nullptr || (!object->contains("enum") && chosen->get_object().contains("enum")))
                chosen = &branch;
            one_type = one_type && (type.empty() || type == branch_type);
            type = branch_type;
        }
        auto const* described = json::string_at(rules, "description");
        if (chosen == nullptr || !one_type) {
            json::object any;
            if (described != nullptr && depth <= budget_.described_depth)
                any["description"] = *described;
            // Clients refuse a schema without a type. A string can hold any value that a model writes.
            any["type"] = chosen != nullptr ? type_of(chosen->get_object()) : "string";
            if (any["type"] == "object")
                any["properties"] = json::object{};
            if (any["type"] == "array")
                any["items"] = json::object{{"type", "string"}};
            return any;
        }
        auto merged = chosen->get_object();
        if (count > 1)
            merged.erase("enum");
        if (described != nullptr)
            merged["description"] = *described;
        return simplified(merged, depth);
    }

    static std::string type_of(json::object const& rules)
    {
        if (auto const* type = rules.if_contains("type")) {
            if (auto const* one = type->if_string())
                return std::string(*one);
            if (auto const* several = type->if_array())
                for (auto const& each : *several)
                    if (each.is_string() && each.get_string() != "null")
                        return std::string(each.get_string());
        }
        if (auto const* values = json::array_at(rules, "enum"))
            return type_of_values(*values);
        if (auto const* only = rules.if_contains("const"))
            return type_of_values(json::array{*only});
        if (rules.contains("properties"))
            return "object";
        return rules.contains("items") ? "array" : "";
    }

    void copy_kept(json::object const& rules, std::string_view type, int depth, json::object& out) const
    {
        for (auto const key : kKept) {
            auto const* value = rules.if_contains(key);
            bool const is_text = key == "title" || key == "description";
            if (value == nullptr || (is_text && depth > budget_.described_depth) || key == "required")
                continue;
            out[key] = *value;
        }
        // Gemini knows only inclusive bounds. For integers they can say the same.
        if (auto const* above = rules.if_contains("exclusiveMinimum");
            above != nullptr && above->is_int64() && type == "integer")
            out["minimum"] = above->get_int64() + 1;
        if (auto const* below = rules.if_contains("exclusiveMaximum");
            below != nullptr && below->is_int64() && type == "integer")
            out["maximum"] = below->get_int64() - 1;
        if (auto const* format = json::string_at(rules, "format"); format != nullptr && *format == "date-time")
            out["format"] = "date-time";
        if (auto const* fallback = rules.if_contains("default");
            fallback != nullptr && !fallback->is_null() && depth <= 1)
            out["default"] = *fallback;
    }

    static void copy_values(json::object const& rules, json::object& out)
    {
        json::array values;
        if (auto const* only = rules.if_contains("const"))
            values.push_back(*only);
        if (auto const* listed = json::array_at(rules, "enum"))
            for (auto const& value : *listed)
                if (!value.is_null())
                    values.push_back(value);
        if (values.empty())
            return;
        // Gemini takes only enums of strings. Other enums are written into the description.
        bool const all_text = std::ranges::all_of(values, [](json::value const& value) { return value.is_string(); });
        if (all_text && values.size() <= kMaxEnum)
            out["enum"] = std::move(values);
        else if (!all_text && values.size() <= kMaxEnum)
            note(out, "One of " + listing(values) + ".");
    }

    static std::string listing(json::array const& values)
    {
        std::string text;
        for (auto const& value : values)
            text += (text.empty() ? "" : ", ") + boost::json::serialize(value);
        return text;
    }

    static void note(json::object& out, std::string_view text)
    {
        auto& description = out["description"];
        description = description.is_string() ? fmt::format("{} {}", std::string_view(description.get_string()), text)
                                              : std::string(text);
    }

    void copy_properties(json::object const& rules, int depth, json::object& out) const
    {
        json::object properties;
        json::array required;
        auto const* members = json::object_at(rules, "properties");
        if (members != nullptr && depth < budget_.depth)
            for (auto const& [name, member] : *members)
                properties.emplace(name, simplified(member, depth + 1));
        if (auto const* names = json::array_at(rules, "required"))
            for (auto const& name : *names)
                if (name.is_string() && properties.contains(name.get_string()))
                    required.push_back(name);
        out["properties"] = std::move(properties);
        if (!required.empty())
            out["required"] = std::move(required);
    }

    void copy_items(json::object const& rules, int depth, json::object& out) const
    {
        auto const* items = rules.if_contains("items");
        out["items"] = items != nullptr && depth < budget_.depth ? simplified(*items, depth + 1)
                                                                 : json::object{{"type", type_of_items(items)}};
        if (out["items"].get_object()["type"] == "object" && !out["items"].get_object().contains("properties"))
            out["items"].get_object()["properties"] = json::object{};
        if (!out["items"].get_object().contains("type"))
            out["items"].get_object()["type"] = "string";
    }

    static std::string type_of_items(json::value const* items)
    {
        auto const* rules = items != nullptr ? items->if_object() : nullptr;
        auto type = rules != nullptr ? type_of(*rules) : std::string();
        return type.empty() || type == "array" ? "string" : type;
    }

    Budget budget_;
};

} // namespace

json::value portable_schema(json::value const& full)
{
    constexpr std::array<Budget, 5> kBudgets{Budget{5, 5}, Budget{5, 3}, Budget{4, 2}, Budget{3, 2}, Budget{2, 1}};
    json::value schema;
    for (auto const& budget : kBudgets) {
        auto simple = Simplifier(budget).simplified(full, 0);
        simple["type"] = "object";
        if (!simple.contains("properties"))
            simple["properties"] = json::object{};
        schema = std::move(simple);
        if (boost::json::serialize(schema).size() <= kMaxBytes)
            break;
    }
    return schema;
}

} // namespace sluice::schema
