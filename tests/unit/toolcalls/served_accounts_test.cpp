#include "toolcalls/served_accounts.hpp"

#include "catalog/integration.hpp"
#include "toolcalls/tool_calls.hpp"
#include "tools/overlay.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

class Served : public testing::Test {
protected:
    Served()
    {
        auto const definition = catalog::builtin_definition("gorgias");
        auto installed = std::make_shared<accounts::InstalledIntegration>();
        installed->integration = *catalog::compile(*definition, catalog::builtin_id("gorgias"));
        installed->tools = tools::derive_tools(installed->integration, {}).tools;
        installed_ = installed;
    }

    accounts::CallableAccountPtr account(std::string base_url) const
    {
        auto made = std::make_shared<accounts::CallableAccount>();
        made->account.id = IntegratedAccountId{uuid_of_name(base_url)};
        made->account.integration = installed_->integration->id;
        made->account.integration_name = "gorgias";
        made->installed = installed_;
        made->tools = installed_->tools;
        made->base_url = std::move(base_url);
        return made;
    }
    static tools::Tool const& tool(ServedAccounts const& served, std::string_view name)
    {
        auto const& tools = *served.tools();
        return tools[tools.find(name)];
    }

    accounts::InstalledPtr installed_;
    ToolSets tool_sets_;
};

TEST_F(Served, OneAccountHasItsOwnList)
{
    auto const one = account("https://a.gorgias.com");
    ServedAccounts const served(one);
    EXPECT_EQ(served.tools(), one->tools);
    json::object arguments{{"account", "kept"}};
    auto const target = served.target_of(tool(served, "list_all_gorgias_tickets"), arguments);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->account, one);
    EXPECT_TRUE(arguments.contains("account"));
}

TEST_F(Served, AccountOfATenantAloneIsNotAskedFor)
{
    auto const one = account("https://a.gorgias.com");
    ServedAccounts const served({one}, tool_sets_);
    auto const& shown = tool(served, "gorgias_list_all_tickets");
    EXPECT_EQ(shown.input_schema, one->tools->at(one->tools->find("list_all_gorgias_tickets"))->input_schema);
    json::object arguments;
    auto const target = served.target_of(shown, arguments);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->tool->name, "list_all_gorgias_tickets");
}

TEST_F(Served, ToolsKeepTheirNamesAndAreShared)
{
    auto const one = account("https://a.gorgias.com");
    ServedAccounts const served({one}, tool_sets_);
    ASSERT_EQ(served.tools()->size(), one->tools->size());
    for (std::size_t i = 0; i < one->tools->size(); ++i)
        EXPECT_EQ(&(*served.tools())[i], &(*one->tools)[i]);
}

TEST_F(Served, ANameOfTwoIntegrationsBeginsWithEach)
{
    auto twin = std::make_shared<accounts::CallableAccount>(*account("https://b.gorgias.com"));
    twin->account.integration = IntegrationId{uuid_of_name("twin")};
    twin->account.integration_name = "twin";
    auto const one = account("https://a.gorgias.com");
    ServedAccounts const served({one, twin}, tool_sets_);
    EXPECT_EQ(served.tools()->size(), 2 * one->tools->size());
    for (auto const& [name, account] :
         {std::pair{"gorgias_list_all_tickets", one}, {"twin_list_all_gorgias_tickets", twin}}) {
        json::object arguments;
        auto const& shown = tool(served, name);
        EXPECT_EQ(shown.name, name);
        EXPECT_EQ(served.target_of(shown, arguments)->account, account);
    }
    ServedAccounts const other({account("https://c.gorgias.com"), twin}, tool_sets_);
    EXPECT_EQ(&tool(served, "twin_list_all_gorgias_tickets"), &tool(other, "twin_list_all_gorgias_tickets"))
        << "renamed tools are shared";
}

TEST_F(Served, OfSeveralTheArgumentSaysWhich)
{
    auto const a = account("https://a.gorgias.com");
    auto const b = account("https://b.gorgias.com");
    ServedAccounts const served({a, b}, tool_sets_);
    auto const& shown = tool(served, "gorgias_list_all_tickets");
    for (std::string const& given : {std::string("b.gorgias.com"), b->account.id.str()}) {
        json::object arguments{{"account", given}, {"limit", 1}};
        auto const target = served.target_of(shown, arguments);
        ASSERT_TRUE(target);
        EXPECT_EQ(target->account, b);
        EXPECT_FALSE(arguments.contains("account"));
        EXPECT_EQ(arguments.size(), 1U);
    }
    for (json::object arguments : {json::object{}, json::object{{"account", "c"}}, json::object{{"account", 1}}}) {
        auto const target = served.target_of(shown, arguments);
        ASSERT_FALSE(target);
        EXPECT_EQ(target.error().failures().front().path, "account");
        EXPECT_NE(target.error().public_detail().find("a.gorgias.com, b.gorgias.com"), std::string::npos);
    }
}

TEST_F(Served, AccountsWithTheSameAddressAreNamedById)
{
    auto const a = account("https://a.gorgias.com");
    auto twin = std::make_shared<accounts::CallableAccount>(*account("https://a.gorgias.com"));
    twin->account.id = IntegratedAccountId{uuid_of_name("twin")};
    ServedAccounts const served({a, twin}, tool_sets_);
    EXPECT_EQ(served.groups().front().labels, (std::vector{a->account.id.str(), twin->account.id.str()}));
}

TEST_F(Served, SeveralAccountsShowTheNamesOfAllAndResolveEachItsOwn)
{
    auto const with = [&](std::string url, std::string_view records) {
        auto made = std::make_shared<accounts::CallableAccount>(*account(std::move(url)));
        made->tools =
            tools::overlay_tools(*installed_->integration, installed_->tools, json::parse(records)->get_object());
        return made;
    };
    auto const one = with("https://a.gorgias.com", R"({"teams":[{"id":1,"name":"Support"},{"id":2,"name":"Sales"}],
        "ticket_fields":[{"id":7,"name":"Reason","type":"text","choices":["a"]}]})");
    auto const two = with("https://b.gorgias.com", R"({"teams":[{"id":9,"name":"Support"},{"id":8,"name":"Returns"}],
        "ticket_fields":[{"id":5,"name":"Reason","type":"text","choices":["b"]}]})");
    ServedAccounts const served({one, two}, tool_sets_);
    auto const& shown = tool(served, "update_a_gorgias_ticket_by_id");
    auto const schema = *json::parse(shown.input_schema);
    auto const& team = schema.at("properties").at("assignee_team_id").at("description").as_string();
    EXPECT_TRUE(std::string_view(team).ends_with("There are: Support, Sales, Returns.")) << team;
    auto const& reason = schema.at("properties").at("custom_fields").at("properties").at("reason");
    EXPECT_EQ(reason.at("enum"), (json::array{"a", "b"}));
    EXPECT_EQ(reason.at("description"), "Field.") << "it has another id in each account";

    auto const sent = [&](std::string_view at, std::string_view team_name) {
        json::object arguments{{"id", 1}, {"assignee_team_id", team_name}};
        arguments["account"] = at;
        auto const target = served.target_of(shown, arguments);
        EXPECT_TRUE(target) << target.error().public_detail();
        ToolCall call{target->tool, target->account, arguments, {}};
        auto const checked = ToolCalls::check(call);
        return checked ? json::to_text(call.arguments.at("assignee_team")) : checked.error().public_detail();
    };
    EXPECT_EQ(sent("a.gorgias.com", "Support"), R"({"id":1})");
    EXPECT_EQ(sent("b.gorgias.com", "Support"), R"({"id":9})");
    EXPECT_NE(sent("a.gorgias.com", "Returns").find("is not known in this account; there are Support, Sales"),
              std::string::npos);
}

} // namespace
} // namespace sluice::toolcalls
