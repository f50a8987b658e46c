// A lint over everything that a model reads of the built-in integrations.
#include "catalog/integration.hpp"
#include "schema/schema.hpp"
#include "tools/filter.hpp"
#include "tools/mentions.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace sluice::tools {
namespace {

using Visit = std::function<void(std::string const& path, json::object const& node)>;

/// Calls `visit` for the schema and all schemas in it.
void walk(json::value const& schema, std::string const& path, Visit const& visit)
{
    auto const* node = schema.if_object();
    if (node == nullptr)
        return;
    visit(path, *node);
    if (auto const* members = json::object_at(*node, "properties"))
        for (auto const& [name, member] : *members)
            walk(member, path + '.' + std::string(name), visit);
    if (auto const* items = node->if_contains("items"))
        walk(*items, path + "[]", visit);
    if (auto const* branches = json::array_at(*node, "anyOf"))
        for (auto const& branch : *branches)
            walk(branch, path, visit);
}

/// The JSON after each `e.g.` of a text.
std::vector<json::value> examples_in(std::string_view text)
{
    std::vector<json::value> examples;
    for (auto at = text.find(".g. "); at != std::string_view::npos; at = text.find(".g. ", at + 1)) {
        auto const begin = at + 4;
        if (begin >= text.size() || (text[begin] != '{' && text[begin] != '['))
            continue;
        for (auto end = text.find_first_of("}]", begin); end != std::string_view::npos;
             end = text.find_first_of("}]", end + 1))
            if (auto parsed = json::parse(text.substr(begin, end + 1 - begin))) {
                examples.push_back(*std::move(parsed));
                break;
            }
    }
    return examples;
}

class TextsOf : public testing::TestWithParam<std::string> {
protected:
    TextsOf()
        : tools_(derive_tools(*compile(*catalog::builtin_definition(GetParam()), catalog::builtin_id(GetParam())), {})
                     .tools)
    {
    }
    /// Every text, with where it stands.
    void each_text(std::function<void(std::string const& where, std::string_view text)> const& visit) const
    {
        for (std::size_t i = 0; i < tools_->size(); ++i) {
            auto const& tool = (*tools_)[i];
            visit(tool.name, tool.description);
            walk(*json::parse(tool.input_schema), tool.name, [&](std::string const& path, json::object const& node) {
                if (auto const* text = json::string_at(node, "description"))
                    visit(path, *text);
            });
        }
    }
    std::shared_ptr<ToolList const> tools_;
};

TEST_P(TextsOf, ExamplesFitTheSchemaThatIsShown)
{
    for (std::size_t i = 0; i < tools_->size(); ++i) {
        auto const& tool = (*tools_)[i];
        walk(*json::parse(tool.input_schema), tool.name, [&](std::string const& path, json::object const& node) {
            auto const* text = json::string_at(node, "description");
            auto const schema = schema::Schema::compile(node);
            ASSERT_TRUE(schema) << path;
            for (auto const& example : text != nullptr ? examples_in(*text) : std::vector<json::value>{})
                for (auto const& failure : schema->validate(example))
                    ADD_FAILURE() << path << ": " << json::to_text(example) << ": " << failure.path << ' '
                                  << failure.message;
        });
    }
}

TEST_P(TextsOf, NameOnlyToolsThatThereAre)
{
    each_text([&](std::string const& where, std::string_view text) {
        for (auto const name : names_in(text))
            if (name.find(GetParam()) != std::string_view::npos && name != GetParam())
                EXPECT_LT(tools_->find(name), tools_->size()) << where << ": " << name;
    });
}

TEST_P(TextsOf, PresetsFitTheTools)
{
    auto const integration = *compile(*catalog::builtin_definition(GetParam()), catalog::builtin_id(GetParam()));
    for (auto const& [name, preset] : integration->presets) {
        auto const checked = check_filter({preset.methods, preset.tags}, *tools_);
        EXPECT_TRUE(checked) << name << ": " << checked.error().public_detail();
    }
}

TEST_P(TextsOf, SayNothingTwice)
{
    each_text([](std::string const& where, std::string_view text) {
        std::set<std::string> seen;
        for (auto sentence : sentences_of(text)) {
            while (sentence.ends_with(' '))
                sentence.remove_suffix(1);
            EXPECT_TRUE(seen.emplace(sentence).second) << where << ": " << text;
        }
    });
}

TEST_P(TextsOf, SpeakOfNoNullSinceItMeansAbsent)
{
    each_text([](std::string const& where, std::string_view text) {
        EXPECT_EQ(text.find("null "), std::string_view::npos) << where << ": " << text;
        EXPECT_EQ(text.find(" null"), std::string_view::npos) << where << ": " << text;
    });
}

TEST_P(TextsOf, ShowNoNullAndEveryOpenObjectAsOpen)
{
    for (std::size_t i = 0; i < tools_->size(); ++i) {
        auto const& tool = (*tools_)[i];
        walk(*json::parse(tool.input_schema), tool.name, [&](std::string const& path, json::object const& node) {
            auto const* type = json::string_at(node, "type");
            EXPECT_TRUE(type != nullptr || node.contains("anyOf")) << path;
            auto const* members = json::object_at(node, "properties");
            if (type != nullptr && *type == "object" && path != tool.name && members != nullptr && members->empty())
                EXPECT_TRUE(node.contains("additionalProperties")) << path;
        });
    }
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, TextsOf, testing::ValuesIn([] {
                             std::vector<std::string> names;
                             for (auto const& name : catalog::builtin_names())
                                 names.emplace_back(name);
                             return names;
                         }()),
                         [](auto const& param) { return param.param; });

} // namespace
} // namespace sluice::tools
