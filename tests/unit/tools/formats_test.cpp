// Tools in the forms of the model providers' APIs.
#include "tools/formats.hpp"

#include "catalog/integration.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace sluice::tools {
namespace {

std::string entry_of(std::string_view schema)
{
    return std::string(R"({"name":"get_it","title":"Get it","description":"Gets it.","inputSchema":)")
        .append(schema)
        .append(R"(,"annotations":{"title":"Get it"}})");
}

std::string shown(std::string_view schema, Format format)
{
    return json::to_text(in_format(entry_of(schema), format));
}

/// The schema of one argument `x` for Gemini.
std::string gemini(std::string_view schema)
{
    auto const tool = in_format(
        entry_of(std::string(R"({"type":"object","properties":{"x":)").append(schema).append("}}")), Format::gemini);
    return json::to_text(tool.at("parameters").at("properties").at("x"));
}

constexpr auto kSchema = R"({"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]})";

TEST(Formats, AreThoseOfTheApis)
{
    EXPECT_EQ(shown(kSchema, Format::mcp), json::to_text(*json::parse(entry_of(kSchema))));
    EXPECT_EQ(shown(kSchema, Format::openai),
              std::string(R"({"type":"function","function":{"name":"get_it","description":"Gets it.","parameters":)") +
                  kSchema + "}}");
    EXPECT_EQ(shown(kSchema, Format::openai_responses),
              std::string(R"({"name":"get_it","description":"Gets it.","parameters":)") + kSchema +
                  R"(,"type":"function","strict":false})");
    EXPECT_EQ(shown(kSchema, Format::anthropic),
              std::string(R"({"name":"get_it","description":"Gets it.","input_schema":)") + kSchema + "}");
    EXPECT_EQ(shown(kSchema, Format::gemini),
              R"({"name":"get_it","description":"Gets it.","parameters":{"type":"object","properties":)"
              R"({"id":{"type":"integer"}},"required":["id"]}})");
}

TEST(Formats, HaveNames)
{
    EXPECT_EQ(format_of("openai_responses"), Format::openai_responses);
    EXPECT_FALSE(format_of("xml"));
    EXPECT_FALSE(format_of(""));
    EXPECT_EQ(format_names(), "mcp, openai, openai_responses, anthropic, gemini");
}

TEST(Formats, CutADescriptionThatOpenAiRefuses)
{
    for (std::size_t const size : {1024U, 1025U}) {
        auto entry = json::parse(entry_of(kSchema))->get_object();
        entry["description"] = std::string(size, 'a');
        auto const tool = in_format(json::to_text(entry), Format::openai);
        auto const text = std::string_view(tool.at("function").at("description").get_string());
        EXPECT_EQ(text.size(), 1024U);
        EXPECT_EQ(text.ends_with("…"), size > 1024);
        EXPECT_EQ(in_format(json::to_text(entry), Format::anthropic).at("description").get_string().size(), size);
    }
}

TEST(GeminiTool, WithoutArgumentsHasNoParameters)
{
    EXPECT_EQ(shown(R"({"type":"object","properties":{}})", Format::gemini),
              R"({"name":"get_it","description":"Gets it."})");
}

TEST(GeminiTool, HasAnObjectWithoutMembersAsText)
{
    EXPECT_EQ(gemini(R"({"type":"object","description":"Free.","properties":{},"additionalProperties":true})"),
              R"({"type":"string","description":"Free. A JSON object, written as text."})");
    EXPECT_EQ(gemini(R"({"type":"array","items":{"type":"object"}})"),
              R"({"type":"array","items":{"type":"string","description":"A JSON object, written as text."}})");
}

TEST(GeminiTool, HasAUnionAlone)
{
    EXPECT_EQ(gemini(R"({"description":"Either.","anyOf":[{"type":"string"},{"type":"integer"}]})"),
              R"({"anyOf":[{"type":"string","description":"Either."},{"type":"integer"}]})");
    EXPECT_EQ(gemini(R"({"description":"Any.","anyOf":[{"type":"string"},{"type":"object"}]})"),
              R"({"type":"string","description":"Any."})")
        << "a text that writes an object could not be told from a text";
    EXPECT_EQ(gemini(R"({"anyOf":[{"type":"integer"},{"type":"object"}]})"),
              R"({"anyOf":[{"type":"integer"},{"type":"string","description":"A JSON object, written as text."}]})");
}

TEST(GeminiTool, HasNoEmptyTextInAnEnum)
{
    EXPECT_EQ(gemini(R"({"type":"string","enum":["","a"]})"), R"({"type":"string","enum":["a"]})");
    EXPECT_EQ(gemini(R"({"type":"string","enum":[""]})"), R"({"type":"string"})");
}

TEST(GeminiTool, IsMadePortableFirst)
{
    EXPECT_EQ(gemini(R"({"type":["string","null"],"pattern":"a","additionalProperties":false})"),
              R"({"type":"string"})");
    EXPECT_EQ(gemini(R"({"const":"a"})"), R"({"type":"string","enum":["a"]})");
}

/// What Gemini and Vertex take: their documents, and what they were seen to refuse.
void expect_taken(json::object const& schema, std::string const& path)
{
    static std::set<std::string_view> const kKnown{
        "type",      "title",    "description", "format", "default",    "minimum",  "maximum", "minLength",
        "maxLength", "minItems", "maxItems",    "enum",   "properties", "required", "items",   "anyOf"};
    for (auto const& [key, value] : schema)
        EXPECT_TRUE(kKnown.contains(std::string_view(key))) << path << ": " << key;
    if (auto const* branches = json::array_at(schema, "anyOf")) {
        EXPECT_EQ(schema.size(), 1U) << path;
        for (auto const& branch : *branches)
            expect_taken(branch.as_object(), path + "|");
        return;
    }
    ASSERT_TRUE(json::string_at(schema, "type")) << path;
    if (auto const* values = json::array_at(schema, "enum"))
        for (auto const& value : *values)
            EXPECT_FALSE(value.as_string().empty()) << path;
    auto const type = std::string_view(schema.at("type").get_string());
    EXPECT_EQ(type == "array", schema.contains("items")) << path;
    EXPECT_EQ(type == "object", schema.contains("properties")) << path;
    if (auto const* items = json::object_at(schema, "items"))
        expect_taken(*items, path + "[]");
    if (auto const* members = json::object_at(schema, "properties")) {
        EXPECT_FALSE(members->empty()) << path;
        for (auto const& [name, member] : *members)
            expect_taken(member.as_object(), path + '.' + std::string(name));
    }
}

TEST(GeminiTool, OfEveryToolOfGorgiasIsTaken)
{
    auto const integration = *compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias"));
    auto const tools = derive_tools(integration, {}).tools;
    ASSERT_GT(tools->size(), 90U);
    for (std::size_t i = 0; i < tools->size(); ++i) {
        auto const tool = in_format((*tools)[i].list_entry, Format::gemini);
        if (auto const* parameters = json::object_at(tool, "parameters"))
            expect_taken(*parameters, (*tools)[i].name);
    }
}

} // namespace
} // namespace sluice::tools
