#include "tools/formats.hpp"

#include "base/encoding.hpp"
#include "schema/portable.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::tools {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 5> kFormats{{{"mcp", Format::mcp},
                                                                       {"openai", Format::openai},
                                                                       {"openai_responses", Format::openai_responses},
                                                                       {"anthropic", Format::anthropic},
                                                                       {"gemini", Format::gemini}}};
constexpr std::size_t kOpenAiDescription = 1024;
constexpr std::string_view kEllipsis = "…";
/// What Gemini's `Schema` has, of what a portable schema may have; its other members are worked out below.
constexpr std::array<std::string_view, 11> kGeminiKeywords{"type",      "title",    "description", "format",
                                                           "default",   "minimum",  "maximum",     "minLength",
                                                           "maxLength", "minItems", "maxItems"};

std::string joined(std::string_view first, std::string_view second)
{
    std::string text(first);
    text += first.empty() || second.empty() ? "" : " ";
    return text += second;
}

std::string_view text_at(json::object const& object, std::string_view name)
{
    auto const* text = json::string_at(object, name);
    return text == nullptr ? std::string_view{} : std::string_view(*text);
}

/// Gemini refuses an object without members ("should be non-empty for OBJECT type").
json::object text_with_json(json::object const& schema)
{
    return {{"type", "string"},
            {"description", joined(text_at(schema, "description"), "A JSON object, written as text.")}};
}

json::object gemini_schema(json::object const& schema);

bool is_open_object(json::object const& schema)
{
    auto const* members = json::object_at(schema, "properties");
    return text_at(schema, "type") == "object" && (members == nullptr || members->empty());
}

/// Vertex refuses an `anyOf` with members beside it, so the description goes into the first branch.
json::object gemini_union(json::object const& schema, json::array const& branches)
{
    bool const has_text = std::ranges::any_of(
        branches, [](json::value const& branch) { return text_at(branch.as_object(), "type") == "string"; });
    json::array converted;
    for (auto const& branch : branches) // A text that writes an object could not be told from a text.
        if (!has_text || !is_open_object(branch.as_object()))
            converted.push_back(gemini_schema(branch.as_object()));
    auto& first = converted.front().get_object();
    if (auto const text = joined(text_at(schema, "description"), text_at(first, "description")); !text.empty())
        first["description"] = text;
    if (converted.size() == 1)
        return first;
    json::object made;
    made["anyOf"] = std::move(converted);
    return made;
}

json::object gemini_schema(json::object const& schema)
{
    if (auto const* branches = json::array_at(schema, "anyOf"); branches != nullptr && !branches->empty())
        return gemini_union(schema, *branches);
    json::object made;
    for (auto const key : kGeminiKeywords)
        if (auto const* value = schema.if_contains(key))
            made[key] = *value;
    if (auto const* listed = json::array_at(schema, "enum")) {
        auto values = *listed;
        values.erase(std::remove(values.begin(), values.end(), json::value("")), values.end());
        if (!values.empty())
            made["enum"] = std::move(values); // Empty texts are refused in an enum.
    }
    if (auto const* items = json::object_at(schema, "items"))
        made["items"] = gemini_schema(*items);
    if (text_at(schema, "type") != "object")
        return made;
    if (is_open_object(schema))
        return text_with_json(schema);
    json::object properties;
    for (auto const& [name, member] : schema.at("properties").as_object())
        properties[name] = gemini_schema(member.as_object());
    made["properties"] = std::move(properties);
    if (auto const* required = json::array_at(schema, "required"))
        made["required"] = *required;
    return made;
}

json::object gemini_tool(json::object const& entry)
{
    json::object made{{"name", entry.at("name")}, {"description", entry.at("description")}};
    // A raw schema stands in the entry as the vendor wrote it.
    auto const portable = schema::portable_schema(entry.at("inputSchema"));
    if (auto const* members = json::object_at(portable.get_object(), "properties");
        members != nullptr && !members->empty())
        made["parameters"] = gemini_schema(portable.get_object());
    return made;
}

std::string openai_description(std::string_view whole)
{
    if (whole.size() <= kOpenAiDescription)
        return std::string(whole);
    return std::string(utf8_prefix(whole, kOpenAiDescription - kEllipsis.size())).append(kEllipsis);
}

json::object openai_function(json::object const& entry)
{
    return {{"name", entry.at("name")},
            {"description", openai_description(text_at(entry, "description"))},
            {"parameters", entry.at("inputSchema")}};
}

} // namespace

std::optional<Format> format_of(std::string_view name)
{
    auto const* const found = std::ranges::find(kFormats, name, [](auto const& pair) { return pair.first; });
    return found == kFormats.end() ? std::nullopt : std::optional(found->second);
}

std::string format_names()
{
    std::string names;
    for (auto const& [name, format] : kFormats)
        names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

json::object in_format(std::string_view list_entry, Format format)
{
    auto entry = json::parse(list_entry)->get_object();
    switch (format) {
    case Format::mcp:
        return entry;
    case Format::anthropic:
        return {{"name", entry.at("name")},
                {"description", entry.at("description")},
                {"input_schema", entry.at("inputSchema")}};
    case Format::gemini:
        return gemini_tool(entry);
    case Format::openai:
        return {{"type", "function"}, {"function", openai_function(entry)}};
    case Format::openai_responses:
        break;
    }
    auto flat = openai_function(entry);
    flat["type"] = "function";
    flat["strict"] = false;
    return flat;
}

} // namespace sluice::tools
