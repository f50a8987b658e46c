// The shipped Gorgias definition: what the product promises about its tools.
#include "catalog/integration.hpp"
#include "catalog/naming.hpp"
#include "tools/filter.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::catalog {
namespace {

struct Gorgias {
    Gorgias()
    {
        auto definition = builtin_definition("gorgias");
        if (definition) {
            auto compiled = compile(*definition, builtin_id("gorgias"));
            if (compiled)
                integration = *compiled;
            else
                failure = compiled.error().public_detail();
        } else {
            failure = definition.error().public_detail();
        }
        if (integration)
            derived = tools::derive_tools(integration, {});
    }
    IntegrationPtr integration;
    std::string failure;
    tools::Derived derived;
};

Gorgias const& gorgias()
{
    static Gorgias const kGorgias;
    return kGorgias;
}

int depth_of(json::value const& schema)
{
    int deepest = 0;
    if (auto const* object = schema.if_object()) {
        if (auto const* properties = json::object_at(*object, "properties"))
            for (auto const& [name, member] : *properties)
                deepest = std::max(deepest, 1 + depth_of(member));
        if (auto const* items = object->if_contains("items"))
            deepest = std::max(deepest, 1 + depth_of(*items));
    }
    return deepest;
}

/// Every rule of the portability profile that a schema node can break.
void expect_portable(json::value const& schema, std::string const& where)
{
    ASSERT_TRUE(schema.is_object()) << where;
    auto const& rules = schema.get_object();
    static std::set<std::string_view> const kAllowed{"type",
                                                     "title",
                                                     "description",
                                                     "minimum",
                                                     "maximum",
                                                     "minLength",
                                                     "maxLength",
                                                     "minItems",
                                                     "maxItems",
                                                     "required",
                                                     "enum",
                                                     "items",
                                                     "properties",
                                                     "format",
                                                     "default",
                                                     "anyOf",
                                                     "additionalProperties"};
    for (auto const& [key, value] : rules)
        EXPECT_TRUE(kAllowed.contains(std::string_view(key))) << where << "." << key;
    if (auto const* branches = json::array_at(rules, "anyOf")) {
        EXPECT_FALSE(rules.contains("type")) << where;
        for (auto const& branch : *branches)
            expect_portable(branch, where);
        return;
    }
    ASSERT_TRUE(rules.contains("type") && rules.at("type").is_string()) << where;
    if (rules.at("type") == "object") {
        ASSERT_TRUE(rules.contains("properties")) << where;
        for (auto const& [name, member] : rules.at("properties").get_object()) {
            EXPECT_TRUE(openapi::is_argument_name(name)) << where;
            expect_portable(member, where + "." + std::string(name));
        }
    }
    if (rules.at("type") == "array") {
        ASSERT_TRUE(rules.contains("items")) << where;
        expect_portable(rules.at("items"), where + "[]");
    }
    if (auto const* values = json::array_at(rules, "enum"))
        EXPECT_LE(values->size(), 100U) << where;
}

json::value schema_of(std::string_view tool)
{
    auto const& tools = *gorgias().derived.tools;
    auto const position = tools.find(tool);
    return position == tools.size() ? json::value() : *json::parse(tools[position].input_schema);
}

TEST(GorgiasDefinition, Compiles)
{
    ASSERT_TRUE(gorgias().integration) << gorgias().failure;
}

TEST(GorgiasDefinition, TellsOnlyTheAccessThatAnOverrideAsksFor)
{
    auto const definition = *builtin_definition("gorgias");
    auto const whole = *compile(definition, builtin_id("gorgias"));
    EXPECT_EQ(whole->find_credentials("oauth2")->oauth->access.size(), 8U);
    auto const own = with_override(
        definition,
        {{"credentials",
          {{"oauth2",
            {{"client_id", "app"}, {"scopes", {"customers:read", "customers:write", "offline", "tickets:read"}}}}}}});
    ASSERT_TRUE(own);
    auto const compiled = compile(*own, builtin_id("gorgias"));
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& access = (*compiled)->find_credentials("oauth2")->oauth->access;
    ASSERT_EQ(access.size(), 2U);
    EXPECT_EQ(access[0].label, "See, create and change customers");
    EXPECT_EQ(access[1].label, "Stay connected while you are away");
}

TEST(GorgiasDefinition, MapsEveryOperationOnceWithUniqueShortNames)
{
    ASSERT_TRUE(gorgias().integration);
    std::set<std::string> operations;
    std::set<std::string> names;
    for (auto const& method : gorgias().integration->methods) {
        operations.insert(method.operation_id);
        names.insert(method.tool_name);
        EXPECT_LE(method.tool_name.size(), 46U) << method.tool_name;
    }
    EXPECT_EQ(operations.size(), 113U);
    EXPECT_EQ(names.size(), 113U);
}

TEST(GorgiasDefinition, OffersThePromisedToolsByName)
{
    for (auto const* name :
         {"list_all_gorgias_tickets", "get_single_gorgias_ticket_by_id", "create_a_gorgias_message",
          "update_a_gorgias_ticket_by_id", "get_single_gorgias_customer_by_id", "create_a_gorgias_macro",
          "gorgias_tickets_search", "gorgias_search", "get_single_gorgias_account", "list_all_gorgias_view_tickets"})
        EXPECT_LT(gorgias().derived.tools->find(name), gorgias().derived.tools->size()) << name;
}

TEST(GorgiasDefinition, KeepsDeprecatedOperationsForTheProxyOnly)
{
    auto const* deprecated = gorgias().integration->find("messages", "list_by_ticket");
    ASSERT_NE(deprecated, nullptr);
    EXPECT_EQ(gorgias().derived.tools->find(deprecated->tool_name), gorgias().derived.tools->size());
}

TEST(GorgiasDefinition, SearchingTicketsThroughViewsIsAReadTool)
{
    auto const& tools = *gorgias().derived.tools;
    auto const& search = tools[tools.find("gorgias_tickets_search")];
    EXPECT_EQ(search.method->access, Access::read);
    EXPECT_EQ(search.method->method_class(), MethodClass::read);
    EXPECT_NE(search.list_entry.find(R"("readOnlyHint":true,"destructiveHint":false)"), std::string::npos);
}

TEST(GorgiasDefinition, EveryToolSchemaIsPortable)
{
    auto const& tools = *gorgias().derived.tools;
    ASSERT_GT(tools.size(), 100U);
    for (std::size_t i = 0; i < tools.size(); ++i) {
        auto const& tool = tools[i];
        EXPECT_LE(tool.input_schema.size(), 8192U) << tool.name;
        EXPECT_LE(tool.description.size(), 1000U) << tool.name;
        EXPECT_FALSE(tool.description.empty()) << tool.name;
        auto const schema = *json::parse(tool.input_schema);
        EXPECT_LE(depth_of(schema), 5) << tool.name;
        expect_portable(schema, tool.name);
    }
}

TEST(GorgiasDefinition, ListsHideTheVendorsOwnPaging)
{
    auto const schema = schema_of("list_all_gorgias_tickets");
    auto const& properties = schema.at("properties").get_object();
    EXPECT_TRUE(properties.contains("limit"));
    EXPECT_TRUE(properties.contains("next_cursor"));
    EXPECT_FALSE(properties.contains("cursor"));
    EXPECT_EQ(properties.at("limit").at("maximum"), 1000) << "ten pages";
}

TEST(GorgiasDefinition, AMessageKnowsItsEnums)
{
    auto const schema = schema_of("create_a_gorgias_message");
    auto const& properties = schema.at("properties").get_object();
    EXPECT_FALSE(properties.contains("via")) << "it is always api";
    EXPECT_EQ(properties.at("channel").at("enum").get_array().size(), 21U);
    EXPECT_FALSE(properties.at("source").at("properties").as_object().contains("type")) << "it follows the channel";
    EXPECT_EQ(properties.at("channel").at("type"), "string");
    EXPECT_TRUE(properties.contains("ticket_id"));
}

TEST(GorgiasDefinition, ReplacingTagsSaysSoFirstAndNamesTheToolThatAdds)
{
    auto const schema = schema_of("update_a_gorgias_ticket_by_id");
    std::string_view const text = schema.at("properties").at("tags").at("description").get_string();
    EXPECT_TRUE(text.starts_with("Replaces")) << text;
    EXPECT_NE(text.find("gorgias_ticket_tags_add"), std::string_view::npos) << text;
}

TEST(GorgiasDefinition, TheSameTextGivesTheSameBytes)
{
    auto const again = tools::derive_tools(gorgias().integration, {});
    for (std::size_t i = 0; i < again.tools->size(); ++i)
        EXPECT_EQ((*again.tools)[i].list_entry, (*gorgias().derived.tools)[i].list_entry);
}

} // namespace
} // namespace sluice::catalog
