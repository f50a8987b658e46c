#include "catalog/integration.hpp"
#include "tools/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sluice::tools {
namespace {

class ToolSearch : public testing::Test {
protected:
    ToolSearch()
        : tools_(
              derive_tools(*compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias")), {}).tools)
        , shown_(tools_->size(), true)
    {
    }
    std::vector<std::string> found(std::string_view query) const
    {
        std::vector<std::string> names;
        for (auto const position : SearchIndex(*tools_).find(shown_, query))
            names.push_back((*tools_)[position].name);
        return names;
    }
    std::shared_ptr<ToolList const> tools_;
    std::vector<bool> shown_;
};

/// What people and models ask for, and the tool that they mean.
constexpr std::array<std::pair<std::string_view, std::string_view>, 42> kQueries{{
    {"list tickets", "list_all_gorgias_tickets"},
    {"find tickets", "gorgias_tickets_search"},
    {"show me the newest tickets", "list_all_gorgias_tickets"},
    {"search tickets by status", "gorgias_tickets_search"},
    {"get a ticket", "get_single_gorgias_ticket_by_id"},
    {"read one ticket by its id", "get_single_gorgias_ticket_by_id"},
    {"create a ticket", "create_a_gorgias_ticket"},
    {"close a ticket", "update_a_gorgias_ticket_by_id"},
    {"update ticket", "update_a_gorgias_ticket_by_id"},
    {"assign ticket to an agent", "gorgias_ticket_assign"},
    {"unassigned tickets of last week", "gorgias_tickets_search"},
    {"answer a ticket", "gorgias_ticket_reply"},
    {"change the priority of a ticket", "update_a_gorgias_ticket_by_id"},
    {"delete a ticket", "delete_a_gorgias_ticket_by_id"},
    {"reply to customer", "gorgias_ticket_reply"},
    {"send a message", "create_a_gorgias_message"},
    {"write an internal note", "create_a_gorgias_message"},
    {"messages of a ticket", "list_all_gorgias_messages"},
    {"list messages", "list_all_gorgias_messages"},
    {"delete message", "delete_a_gorgias_message_by_id"},
    {"add a tag to a ticket", "gorgias_ticket_tags_add"},
    {"remove tag from ticket", "gorgias_ticket_tags_remove"},
    {"tags of a ticket", "list_all_gorgias_ticket_tags"},
    {"list tags", "list_all_gorgias_tags"},
    {"create a new tag", "create_a_gorgias_tag"},
    {"merge tags", "gorgias_tags_merge"},
    {"find a customer", "list_all_gorgias_customers"},
    {"get customer", "get_single_gorgias_customer_by_id"},
    {"create customer", "create_a_gorgias_customer"},
    {"change the name of a customer", "update_a_gorgias_customer_by_id"},
    {"merge customers", "gorgias_customers_merge"},
    {"delete many customers in bulk", "gorgias_customers_bulk_delete"},
    {"list teams", "list_all_gorgias_teams"},
    {"who are the users", "list_all_gorgias_users"},
    {"list macros", "list_all_gorgias_macros"},
    {"create macro", "create_a_gorgias_macro"},
    {"custom fields", "list_all_gorgias_custom_fields"},
    {"set a custom field of a ticket", "update_a_gorgias_ticket_custom_field_by_id"},
    {"satisfaction surveys", "list_all_gorgias_satisfaction_surveys"},
    {"get account details", "get_single_gorgias_account"},
    {"list views", "list_all_gorgias_views"},
    {"create_a_gorgias_message", "create_a_gorgias_message"},
}};

TEST_F(ToolSearch, FindsWhatIsMeant)
{
    for (auto const& [query, wanted] : kQueries) {
        auto const names = found(query);
        std::string first;
        for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 4); ++i)
            first += names[i] + ' ';
        EXPECT_TRUE(!names.empty() && names.front() == wanted) << query << ": " << wanted << "; found " << first;
    }
}

TEST_F(ToolSearch, ADeletionComesFirstOnlyWhenItIsAskedFor)
{
    for (auto const* query : {"ticket", "customer", "tag", "reply to customer", "message", "update the team"})
        EXPECT_EQ(found(query).front().find("delete"), std::string::npos) << query << ' ' << found(query).front();
    EXPECT_NE(found("erase the team").front().find("delete"), std::string::npos);
}

TEST_F(ToolSearch, FindsNothingForOtherThings)
{
    EXPECT_TRUE(found("weather in Paris tomorrow").empty());
    EXPECT_EQ(found("").size(), tools_->size());
    EXPECT_EQ(found("  of the ").size(), tools_->size());
}

TEST_F(ToolSearch, FindsOnlyWhatIsShown)
{
    shown_.assign(shown_.size(), false);
    shown_[tools_->find("list_all_gorgias_tags")] = true;
    EXPECT_EQ(found("list tickets with tags"), std::vector<std::string>{"list_all_gorgias_tags"});
    EXPECT_TRUE(found("create_a_gorgias_message").empty());
}

TEST_F(ToolSearch, KnowsSlipsInNames)
{
    auto const near = [&](std::string_view name) { return near_names(*tools_, shown_, name); };
    EXPECT_EQ(near("get_single_gorgias_tickets_by_id").front(), "get_single_gorgias_ticket_by_id");
    EXPECT_EQ(near("list_gorgias_tickets").front(), "list_all_gorgias_tickets");
    EXPECT_EQ(near("list_tickets").front(), "list_all_gorgias_tickets");
    EXPECT_EQ(near("create_gorgias_message").front(), "create_a_gorgias_message");
    EXPECT_EQ(near("create_a_gorgias_mesage").front(), "create_a_gorgias_message");
    EXPECT_EQ(near("update_a_gorgias_customers_by_id").front(), "update_a_gorgias_customer_by_id");
    EXPECT_EQ(near("gorgias_add_ticket_tags").front(), "gorgias_ticket_tags_add");
    EXPECT_TRUE(near("send_invoice").empty());
    EXPECT_LE(near("gorgias_ticket").size(), 3U);
}

} // namespace
} // namespace sluice::tools
