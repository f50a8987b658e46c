#include "alternatives.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::schema {
namespace {

/// A bound on the value, and whether the wider of two is the lower one.
constexpr std::array<std::pair<std::string_view, bool>, 8> kBounds{{{"minimum", true},
                                                                    {"maximum", false},
                                                                    {"exclusiveMinimum", true},
                                                                    {"exclusiveMaximum", false},
                                                                    {"minLength", true},
                                                                    {"maxLength", false},
                                                                    {"minItems", true},
                                                                    {"maxItems", false}}};

std::string_view type_word(json::value const& value)
{
    return value.is_null()                           ? "null"
           : value.is_string()                       ? "string"
           : value.is_bool()                         ? "boolean"
           : value.is_array()                        ? "array"
           : value.is_object()                       ? "object"
           : (value.is_int64() || value.is_uint64()) ? "integer"
                                                     : "number";
}

void add_type(std::vector<std::string>& types, std::string_view type)
{
    if (type != "null" && std::ranges::find(types, type) == types.end())
        types.emplace_back(type);
}

/// The types that the schema names, or that its values or members show. Null is left out.
std::vector<std::string> types_of(json::object const& rules)
{
    std::vector<std::string> types;
    if (auto const* type = rules.if_contains("type")) {
        if (auto const* one = type->if_string())
            add_type(types, *one);
        for (auto const& each : json::texts_in(*type))
            add_type(types, each);
        return types;
    }
    if (auto const* values = json::array_at(rules, "enum"))
        for (auto const& value : *values)
            add_type(types, type_word(value));
    else if (auto const* only = rules.if_contains("const"))
        add_type(types, type_word(*only));
    else if (rules.contains("properties"))
        add_type(types, "object");
    else if (rules.contains("items"))
        add_type(types, "array");
    return types;
}

/// Puts `const` and `enum` into one list, with the values of this type only.
void narrow_values(json::object& form, std::string_view type)
{
    json::array values;
    if (auto const* only = form.if_contains("const"))
        values.push_back(*only);
    else if (auto const* listed = json::array_at(form, "enum"))
        values = *listed;
    else
        return;
    json::array fitting;
    for (auto const& value : values)
        if (type_word(value) == type || (type == "number" && value.is_number()))
            fitting.push_back(value);
    form.erase("const");
    form.erase("enum");
    if (!fitting.empty())
        form["enum"] = std::move(fitting);
}

void add_once(json::array& list, json::value const& value)
{
    if (std::ranges::find(list, value) == list.end())
        list.push_back(value);
}

/// The most forms of one member. With more, any value is as good a description.
constexpr std::size_t kMostForms = 50;
/// The most branches that are looked at in one schema, however they are combined.
constexpr int kMostBranches = 5'000;

/// The list of an `anyOf` that `either` made; null for any other schema.
json::array* forms_in(json::value& schema)
{
    auto* rules = schema.if_object();
    auto* forms = rules != nullptr ? rules->if_contains("anyOf") : nullptr;
    return forms != nullptr && forms->is_array() && rules->size() == (rules->contains("description") ? 2U : 1U)
               ? &forms->get_array()
               : nullptr;
}

/// A schema for what either takes.
json::value either(json::value one, json::value const& other)
{
    if (one == other)
        return one;
    if (auto* forms = forms_in(one)) {
        if (forms->size() >= kMostForms)
            return json::object{};
        add_once(*forms, other);
        return one;
    }
    json::object both;
    auto const* rules = one.if_object();
    if (auto const* described = rules != nullptr ? json::string_at(*rules, "description") : nullptr)
        both["description"] = *described;
    both["anyOf"] = json::array{std::move(one), other};
    return both;
}

void merge_members(json::object& into, json::object const& other)
{
    json::array required;
    auto const* theirs = json::array_at(other, "required");
    if (auto const* ours = json::array_at(into, "required"); ours != nullptr && theirs != nullptr)
        for (auto const& name : *ours)
            if (std::ranges::find(*theirs, name) != theirs->end())
                required.push_back(name);
    into.erase("required");
    if (!required.empty())
        into["required"] = std::move(required);
    auto const* closed = into.if_contains("additionalProperties");
    auto const* closed_there = other.if_contains("additionalProperties");
    if (closed == nullptr || closed_there == nullptr || *closed != *closed_there)
        into.erase("additionalProperties");
    auto const* members = json::object_at(other, "properties");
    if (members == nullptr)
        return;
    auto& known = into["properties"];
    if (!known.is_object())
        known = json::object{};
    for (auto const& [name, rules] : *members) {
        auto& member = known.get_object()[name];
        member = member.is_null() ? rules : either(std::move(member), rules);
    }
}

/// Widens `into` so that it also takes what `other` takes. Both have the same type.
void widen(json::object& into, json::object const& other)
{
    for (auto const& [key, lower_is_wider] : kBounds) {
        auto* ours = into.if_contains(key);
        auto const* theirs = other.if_contains(key);
        if (ours == nullptr)
            continue;
        if (theirs == nullptr || !ours->is_number() || !theirs->is_number())
            into.erase(key);
        else if ((theirs->to_number<double>() < ours->to_number<double>()) == lower_is_wider)
            *ours = *theirs;
    }
    auto* values = into.if_contains("enum");
    auto const* their_values = json::array_at(other, "enum");
    if (values != nullptr && their_values != nullptr)
        for (auto const& value : *their_values)
            add_once(values->get_array(), value);
    else
        into.erase("enum");
    for (std::string_view const key : {"format", "pattern", "default", "title", "description"})
        if (auto const* theirs = other.if_contains(key);
            theirs == nullptr || !into.contains(key) || into[key] != *theirs)
            into.erase(key);
    if (into.at("type") == "object")
        merge_members(into, other);
    if (into.at("type") == "array") {
        auto* items = into.if_contains("items");
        auto const* their_items = other.if_contains("items");
        if (items != nullptr && their_items != nullptr)
            *items = either(std::move(*items), *their_items);
        else
            into.erase("items");
    }
}

/// One schema for a value that must fit several: the members of all, what any requires. Of any other keyword the later
/// one holds, since a narrower advertised schema is only a hint.
json::object of_all(json::object const& rules, json::array const& branches)
{
    json::object all = rules;
    all.erase("allOf");
    for (auto const& branch : branches) {
        auto const* each = branch.if_object();
        if (each == nullptr)
            continue; // `true`
        for (auto const& [key, value] : *each) {
            auto& ours = all[key];
            if (key == "properties" && ours.is_object() && value.is_object())
                for (auto const& [name, member] : value.get_object())
                    ours.get_object()[name] = member;
            else if (key == "required" && ours.is_array() && value.is_array())
                for (auto const& name : value.get_array())
                    add_once(ours.get_array(), name);
            else if (key != "description" || ours.is_null())
                ours = value;
        }
    }
    return all;
}

void add_form(std::vector<json::object>& forms, json::object form)
{
    auto const& type = form.at("type");
    auto const is_number = [](json::value const& word) { return word == "integer" || word == "number"; };
    auto const same = std::ranges::find_if(forms, [&](json::object const& other) {
        return other.at("type") == type || (is_number(other.at("type")) && is_number(type));
    });
    if (same == forms.end())
        return forms.push_back(std::move(form));
    if (same->at("type") != type)
        same->at("type") = "number";
    widen(*same, form);
}

using Forms = std::vector<json::object>;

/// Nothing for a schema that takes any value, or that has too many branches; empty if it takes only null.
std::optional<Forms> forms_of(json::value const& schema, int& branches_left)
{
    auto const* given = schema.if_object();
    if (given == nullptr)
        return std::nullopt;
    auto rules = *given;
    while (auto const* all = json::array_at(rules, "allOf"))
        rules = of_all(rules, json::array(*all));
    Forms forms;
    for (std::string_view const key : {"anyOf", "oneOf"}) {
        auto const* found = json::array_at(rules, key);
        if (found == nullptr || found->empty())
            continue;
        auto const branches = *found;
        rules.erase(key);
        for (auto const& branch : branches) {
            // What stands beside the branches holds for each of them.
            auto inner = --branches_left < 0 ? std::nullopt : forms_of(of_all(rules, {branch}), branches_left);
            if (!inner)
                return std::nullopt;
            for (auto& form : *inner)
                add_form(forms, std::move(form));
        }
        return forms;
    }
    auto const types = types_of(rules);
    if (types.empty() && !rules.contains("type") && !rules.contains("enum") && !rules.contains("const"))
        return std::nullopt;
    for (auto const& type : types) {
        auto form = rules;
        form["type"] = type;
        narrow_values(form, type);
        add_form(forms, std::move(form));
    }
    return forms;
}

} // namespace

std::vector<json::object> alternatives_of(json::value const& schema)
{
    int branches_left = kMostBranches;
    return forms_of(schema, branches_left).value_or(Forms{});
}

} // namespace sluice::schema
