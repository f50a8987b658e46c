#include "base/near.hpp"
#include "catalog/dynamic.hpp"
#include "catalog/integration.hpp"
#include "tools/overlay.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

constexpr std::string_view kFields = R"([
    {"id":1,"label":"Size","definition":{"data_type":"text","input_settings":{"choices":["S","M"]}},"required":true},
    {"id":2,"label":"Weight","definition":{"data_type":"number","input_settings":{"min":0,"max":9.5}}},
    {"id":3,"label":"Old","deactivated_datetime":"2026-01-01T00:00:00Z","definition":{"data_type":"text"}},
    {"id":4,"label":"Line\none\u0007","definition":{"data_type":"text"},"managed_type":"product"},
    {"id":5},{"label":"no id"},17])";

class Overlay : public testing::Test {
protected:
    Overlay()
    {
        auto const definition = catalog::builtin_definition("gorgias");
        integration_ = *compile(*definition, catalog::builtin_id("gorgias"));
        tools_ = derive_tools(integration_, {}).tools;
    }

    catalog::DynamicSource const& source(std::string_view name) const
    {
        return *std::ranges::find(integration_->dynamic.sources, name, &catalog::DynamicSource::name);
    }
    json::array kept() const { return kept_records(source("ticket_fields"), json::parse(kFields)->as_array()); }
    std::shared_ptr<ToolList const> with(json::object values) const
    {
        return overlay_tools(*integration_, tools_, values);
    }
    static Tool const& tool(ToolList const& tools, std::string_view name) { return tools[tools.find(name)]; }

    catalog::IntegrationPtr integration_;
    std::shared_ptr<ToolList const> tools_;
};

TEST_F(Overlay, KeepsWhatIsShownOfARecordAndNoMore)
{
    EXPECT_EQ(json::value(kept()), *json::parse(R"([
        {"id":1,"name":"Size","type":"text","required":true,"choices":["S","M"]},
        {"id":2,"name":"Weight","type":"number","minimum":0,"maximum":9.5},
        {"id":4,"name":"Line one","type":"text","managed":"product"}])"));
}

TEST_F(Overlay, KeepsAtMostAHundredRecordsAndDropsChoicesWithoutEnd)
{
    json::array many;
    for (int i = 0; i < 150; ++i)
        many.push_back(json::object{{"id", i}, {"label", std::string(5000, 'x')}});
    many[0].as_object()["definition"] =
        json::object{{"input_settings", json::object{{"choices", json::array(100'000, json::value("y"))}}}};
    auto const records = kept_records(source("ticket_fields"), many);
    EXPECT_EQ(records.size(), 100U);
    EXPECT_LE(records[0].at("name").get_string().size(), 100U);
    EXPECT_FALSE(records[0].as_object().contains("choices"));
}

TEST_F(Overlay, SharesWhatItDoesNotChange)
{
    EXPECT_EQ(with({}), tools_);
    EXPECT_EQ(with({{"ticket_fields", json::array{}}}), tools_);
    auto const changed = with({{"ticket_fields", kept()}});
    EXPECT_NE(changed, tools_);
    EXPECT_EQ(changed->size(), tools_->size());
    EXPECT_EQ(&tool(*changed, "list_all_gorgias_tickets"), &tool(*tools_, "list_all_gorgias_tickets"));
}

TEST_F(Overlay, EqualRecordsGiveEqualBytes)
{
    auto const one = with({{"ticket_fields", kept()}});
    auto const other = with({{"ticket_fields", kept()}});
    for (std::size_t i = 0; i < one->size(); ++i)
        EXPECT_EQ((*one)[i].list_entry, (*other)[i].list_entry);
}

TEST_F(Overlay, ValuesByFieldBecomeTheVendorsShape)
{
    auto const changed = with({{"ticket_fields", kept()}});
    auto const& update = tool(*changed, "update_a_gorgias_ticket_by_id");
    auto arguments = json::parse(R"({"id":7,"custom_fields":{"size":"M","Weight":2,"4":null,"99":"x"}})")->as_object();
    auto const failures = update.overlay->resolve(arguments);
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_EQ(failures[0].path, "custom_fields.99");
    arguments = json::parse(R"({"id":7,"custom_fields":{"size":"M","Weight":2,"4":null}})")->as_object();
    EXPECT_TRUE(update.overlay->resolve(arguments).empty());
    EXPECT_EQ(arguments.at("custom_fields"), *json::parse(R"([{"id":1,"value":"M"},{"id":2,"value":2}])"))
        << "null is absent";
    EXPECT_TRUE(update.schema->validate(arguments).empty());
}

TEST_F(Overlay, ChecksValuesAgainstTheirField)
{
    auto const changed = with({{"ticket_fields", kept()}});
    auto const& update = tool(*changed, "update_a_gorgias_ticket_by_id");
    auto arguments = json::parse(R"({"id":7,"custom_fields":{"size":"L","weight":9.6,"line_one":[1]}})")->as_object();
    auto const failures = update.overlay->resolve(arguments);
    ASSERT_EQ(failures.size(), 3U);
    EXPECT_EQ(failures[0].message, "must be one of S, M");
    EXPECT_EQ(failures[1].message, "must be at most 9.5");
    EXPECT_EQ(failures[2].message, "must be a text, as Line one is");
}

TEST_F(Overlay, TellsTheFirstTwentyMistakesOnly)
{
    auto const changed = with({{"ticket_fields", kept()}});
    auto const& update = tool(*changed, "update_a_gorgias_ticket_by_id");
    json::array many;
    json::object named;
    for (int i = 0; i < 100'000; ++i) {
        many.push_back(json::object{{"id", "no field"}, {"value", 1}});
        named["no field " + std::to_string(i)] = 1;
    }
    for (auto const& fields : {json::value(many), json::value(named)}) {
        json::object arguments{{"id", 7}, {"custom_fields", fields}};
        auto const failures = update.overlay->resolve(arguments);
        ASSERT_EQ(failures.size(), 21U);
        EXPECT_EQ(failures.back().path, "");
    }
}

TEST_F(Overlay, ArgumentsOfAnyShapeDoNoHarm)
{
    auto const changed =
        with({{"ticket_fields", kept()}, {"teams", *json::parse(R"([{"id":1,"name":"A"},{"id":2,"name":"a"}])")}});
    auto const& update = tool(*changed, "update_a_gorgias_ticket_by_id");
    for (std::string_view const text :
         {R"({"custom_fields":17})", R"({"custom_fields":[1,{"value":2},{"id":[]},null]})", R"({"assignee_team":"A"})",
          R"({"assignee_team":{"id":{"id":1}}})", R"({"assignee_team":null})", R"({"tags":[[],{"name":[]}]})", "{}"}) {
        auto arguments = json::parse(text)->as_object();
        EXPECT_TRUE(update.overlay->resolve(arguments).empty()) << text;
    }
    auto arguments = json::parse(R"j({"assignee_team":{"id":"a (#2)"}})j")->as_object();
    EXPECT_TRUE(update.overlay->resolve(arguments).empty());
    EXPECT_EQ(arguments.at("assignee_team").at("id"), json::value(2));
}

TEST(NearTexts, FindsSlipsAndLeavesOtherWords)
{
    std::vector<std::string> const names{"status", "subject", "assignee_team", "is_unread"};
    using Texts = std::vector<std::string>;
    EXPECT_EQ(near_texts(names, "statsu"), (Texts{"status"}));
    EXPECT_EQ(near_texts(names, "AssigneeTeam"), (Texts{"assignee_team"}));
    EXPECT_EQ(near_texts(names, "unread"), (Texts{"is_unread"}));
    EXPECT_TRUE(near_texts(names, "colour").empty());
    EXPECT_TRUE(near_texts(names, "").empty());
    EXPECT_TRUE(near_texts(names, std::string(100'000, 's')).empty());
}

} // namespace
} // namespace sluice::tools
