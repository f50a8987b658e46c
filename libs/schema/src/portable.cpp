#include "schema/portable.hpp"

#include "alternatives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sluice::schema {
namespace {

constexpr std::size_t kMaxEnum = 100;
constexpr std::size_t kMaxBytes = 8 * 1024;
constexpr int kMaxDepth = 5;

/// Keywords that are kept unchanged, and the type for which they say something: those that JSON Schema, OpenAI,
/// Anthropic and Gemini have in common.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kKept{{{"title", ""},
                                                                              {"description", ""},
                                                                              {"minimum", "number"},
                                                                              {"maximum", "number"},
                                                                              {"minLength", "string"},
                                                                              {"maxLength", "string"},
                                                                              {"minItems", "array"},
                                                                              {"maxItems", "array"}}};

/// How much detail stays. It is lowered until the schema fits.
struct Budget {
    int depth = kMaxDepth;
    int described_depth = kMaxDepth; ///< Below this depth descriptions are dropped.
};

class Simplifier {
public:
    explicit Simplifier(Budget budget)
        : budget_(budget)
    {
    }

    /// A value of several types becomes an `anyOf` of them: a list of types is what many clients refuse.
    json::object simplified(json::value const& schema, int depth) const
    {
        auto const forms = alternatives_of(schema);
        if (forms.size() == 1)
            return of_one_type(forms.front(), depth);
        json::object out;
        auto const* rules = schema.if_object();
        auto const* described = rules != nullptr ? json::string_at(*rules, "description") : nullptr;
        if (described != nullptr && depth <= budget_.described_depth)
            out["description"] = *described;
        if (forms.empty() && described == nullptr)
            out["description"] = "Any JSON value.";
        json::array branches;
        for (auto form : forms.empty() ? any_value() : forms) {
            if (described != nullptr && form.contains("description") && form.at("description") == *described)
                form.erase("description");
            branches.push_back(of_one_type(form, depth));
        }
        out["anyOf"] = std::move(branches);
        return out;
    }

private:
    static std::vector<json::object> any_value()
    {
        return {{{"type", "string"}},
                {{"type", "number"}},
                {{"type", "boolean"}},
                {{"type", "object"}},
                {{"type", "array"}}};
    }

    json::object of_one_type(json::object const& rules, int depth) const
    {
        std::string_view const type = rules.at("type").get_string();
        json::object out{{"type", type}};
        copy_kept(rules, type, depth, out);
        copy_values(rules, out);
        if (type == "object")
            copy_properties(rules, depth, out);
        if (type == "array")
            copy_items(rules, depth, out);
        return out;
    }

    void copy_kept(json::object const& rules, std::string_view type, int depth, json::object& out) const
    {
        std::string_view const of_numbers = type == "integer" ? "number" : type;
        for (auto const& [key, of] : kKept) {
            auto const* value = rules.if_contains(key);
            if (value != nullptr && (of.empty() ? depth <= budget_.described_depth : of == of_numbers))
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
        auto const* listed = json::array_at(rules, "enum");
        if (listed == nullptr || listed->size() > kMaxEnum)
            return;
        // Gemini takes only enums of strings. Other enums are written into the description.
        if (std::ranges::all_of(*listed, [](json::value const& value) { return value.is_string(); }))
            out["enum"] = *listed;
        else
            note(out, "One of " + listing(*listed) + ".");
    }

    static std::string listing(json::array const& values)
    {
        std::string text;
        for (auto const& value : values)
            text += (text.empty() ? "" : ", ") + json::to_text(value);
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
        // Some clients close an object that lists no members, unless it says that it is open.
        bool const lists_members = !properties.empty();
        auto const* others = rules.if_contains("additionalProperties");
        bool const is_closed =
            others != nullptr && others->is_bool() && !others->get_bool() && (members == nullptr || members->empty());
        out["properties"] = std::move(properties);
        if (!required.empty())
            out["required"] = std::move(required);
        if (!lists_members && !is_closed)
            out["additionalProperties"] = true;
    }

    void copy_items(json::object const& rules, int depth, json::object& out) const
    {
        auto const* items = rules.if_contains("items");
        if (items == nullptr || depth >= budget_.depth) {
            auto const forms = items != nullptr ? alternatives_of(*items) : std::vector<json::object>{};
            bool const is_plain = forms.size() == 1 && forms.front().at("type") != "array";
            out["items"] =
                of_one_type({{"type", is_plain ? forms.front().at("type") : json::value("string")}}, budget_.depth);
            return;
        }
        out["items"] = simplified(*items, depth + 1);
    }

    Budget budget_;
};

} // namespace

json::value portable_schema(json::value const& full)
{
    constexpr std::array<Budget, 5> kBudgets{Budget{5, 5}, Budget{5, 3}, Budget{4, 2}, Budget{3, 2}, Budget{2, 1}};
    auto const forms = alternatives_of(full);
    auto const object =
        std::ranges::find_if(forms, [](json::object const& form) { return form.at("type") == "object"; });
    json::value const root = object != forms.end() ? *object : json::object{{"type", "object"}};
    json::value schema;
    for (auto const& budget : kBudgets) {
        schema = Simplifier(budget).simplified(root, 0);
        schema.get_object().erase("additionalProperties"); // The root's members are the arguments; a call closes it.
        if (boost::json::serialize(schema).size() <= kMaxBytes)
            break;
    }
    return schema;
}

bool takes_null(json::value const& schema)
{
    auto const* rules = schema.if_object();
    if (rules == nullptr)
        return true;
    auto const has = [](json::value const& list, json::value const& value) {
        return list == value ||
               (list.is_array() && std::ranges::find(list.get_array(), value) != list.get_array().end());
    };
    auto const* type = rules->if_contains("type");
    auto const* values = rules->if_contains("enum");
    if ((type != nullptr && !has(*type, "null")) || (values != nullptr && !has(*values, nullptr)))
        return false;
    for (std::string_view const key : {"anyOf", "oneOf"})
        if (auto const* branches = json::array_at(*rules, key))
            return std::ranges::any_of(*branches, takes_null);
    return !rules->contains("const") && !rules->contains("allOf");
}

} // namespace sluice::schema
