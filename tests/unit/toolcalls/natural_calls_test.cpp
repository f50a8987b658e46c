// Calls as models and clients make them at first: each means what it says, or is refused with what makes it right.
#include "catalog/integration.hpp"
#include "toolcalls/tool_calls.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace sluice::toolcalls {
namespace {

constexpr std::string_view kRecords = R"({
    "ticket_fields": [
        {"id":61,"name":"Contact reason","type":"text","choices":["Order::Status","Returns"]},
        {"id":62,"name":"Refund amount","type":"number","minimum":0},
        {"id":63,"name":"Escalated","type":"boolean"}],
    "teams": [{"id":21,"name":"Support"},{"id":22,"name":"Returns"}],
    "users": [{"id":11,"name":"Sam Reyes","email":"sam@acme.example"}],
    "tags": [{"id":31,"name":"vip"}]})";

class NaturalCalls : public testing::Test {
protected:
    NaturalCalls()
        : integration_(*compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias")))
        , tools_(tools::overlay_tools(*integration_, tools::derive_tools(integration_, {}).tools,
                                      json::parse(kRecords)->get_object()))
    {
    }

    /// The query and the body that the vendor gets, or the mistakes.
    std::string sent(std::string_view name, std::string_view arguments) const
    {
        auto const position = tools_->find(name);
        if (position == tools_->size())
            return "no such tool";
        ToolCall call{tools_->at(position).get(), nullptr, *json::parse(arguments), {}};
        if (auto const checked = ToolCalls::check(call); !checked)
            return checked.error().public_detail();
        auto const parts = tools::split_arguments(*call.tool, call.arguments.get_object());
        std::string text;
        for (auto const& [key, value] : parts.query)
            text += (text.empty() ? "?" : "&") + key + '=' + value;
        return text + (parts.body ? json::canonical(*parts.body) : std::string());
    }
    static constexpr char kUpdate[] = "update_a_gorgias_ticket_by_id";
    static constexpr char kMessage[] = "create_a_gorgias_message";

    catalog::IntegrationPtr integration_;
    std::shared_ptr<tools::ToolList const> tools_;
};

TEST_F(NaturalCalls, NullChangesNothing)
{
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"status":"closed","subject":null,"customer":null,"assignee_user":null,
        "assignee_team_id":null,"tags":null,"custom_fields":null,"language":null,"snooze_datetime":null})"),
              R"({"status":"closed"})");
    EXPECT_EQ(sent("update_a_gorgias_customer_by_id",
                   R"({"id":5,"name":"Dana","email":null,"channels":null,"external_id":null,"language":null})"),
              R"({"name":"Dana"})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"customer":{"id":5,"email":null,"name":null}})"), R"({"customer":{"id":5}})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"custom_fields":{"contact_reason":null,"escalated":true}})"),
              R"({"custom_fields":[{"id":63,"value":true}]})");
}

TEST_F(NaturalCalls, ClearingIsSaid)
{
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"clear":["assignee_user_id","subject"]})"),
              R"({"assignee_user":null,"subject":null})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"clear":"snooze_datetime","status":"open"})"),
              R"({"snooze_datetime":null,"status":"open"})");
    EXPECT_NE(sent(kUpdate, R"({"id":1,"clear":["status"]})").find("clear[0] must be one of"), std::string::npos);
    EXPECT_NE(sent(kUpdate, R"({"id":1,"clear":["subject"],"subject":"A"})").find("clear[0] is given too"),
              std::string::npos);
    EXPECT_NE(sent(kUpdate, R"({"id":1,"clear":["assignee_user_id"],"assignee_user":{"id":11}})").find("is given too"),
              std::string::npos);
}

TEST_F(NaturalCalls, AnUpdateThatChangesNothingIsRefused)
{
    for (auto const* arguments : {R"({"id":1})", R"({"id":1,"subject":null})", R"({"id":1,"clear":[]})"})
        EXPECT_NE(sent(kUpdate, arguments).find("changes nothing"), std::string::npos) << arguments;
    EXPECT_NE(sent(kUpdate, R"({"id":1,"subject":null})").find("name in clear those that are to be emptied"),
              std::string::npos);
}

TEST_F(NaturalCalls, AssignmentByNameMailAndIdFlatAndNested)
{
    for (auto const* user : {"11", R"("11")", R"("Sam Reyes")", R"("sam reyes")", R"("sam@acme.example")", "11.0"}) {
        EXPECT_EQ(sent(kUpdate, std::string(R"({"id":1,"assignee_user_id":)") + user + "}"),
                  R"({"assignee_user":{"id":11}})")
            << user;
        EXPECT_EQ(sent(kUpdate, std::string(R"({"id":1,"assignee_user":{"id":)") + user + "}}"),
                  R"({"assignee_user":{"id":11}})")
            << user;
    }
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"assignee_team_id":"Returns"})"), R"({"assignee_team":{"id":22}})");
    EXPECT_NE(sent(kUpdate, R"({"id":1,"assignee_team_id":"Return"})")
                  .find("assignee_team_id is not known in this "
                        "account"),
              std::string::npos);
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"customer_id":"5"})"), R"({"customer":{"id":5}})");
}

TEST_F(NaturalCalls, WhatIsSaidTwiceIsRefused)
{
    EXPECT_NE(sent(kUpdate, R"({"id":1,"assignee_user_id":11,"assignee_user":{"id":12}})")
                  .find("assignee_user_id stands "
                        "for"),
              std::string::npos);
}

/// The object may be given before the names to clear, or after them.
TEST_F(NaturalCalls, AMemberOfAGivenObjectIsCleared)
{
    constexpr char kIntegration[] = "update_a_gorgias_integration_by_id";
    constexpr char kSent[] = R"({"http":{"form":null,"url":"https://a.example"},"name":"n"})";
    EXPECT_EQ(sent(kIntegration, R"({"id":1,"name":"n","clear":["http.form"],"http":{"url":"https://a.example"}})"),
              kSent);
    EXPECT_EQ(sent(kIntegration, R"({"id":1,"name":"n","http":{"url":"https://a.example"},"clear":["http.form"]})"),
              kSent);
}

TEST_F(NaturalCalls, MembersThatAreNotThereAreRefusedAtEveryDepth)
{
    EXPECT_NE(sent(kUpdate, R"({"id":1,"assignee_team":{"label":"Support"}})").find("assignee_team.label is not known"),
              std::string::npos);
    EXPECT_NE(sent(kUpdate, R"({"id":1,"state":"closed"})").find("state is not known here"), std::string::npos);
    EXPECT_NE(sent("list_all_gorgias_tickets", R"({"status":"open"})").find("gorgias_tickets_search"),
              std::string::npos);
}

TEST_F(NaturalCalls, ANoteIsPrivate)
{
    constexpr char kNote[] = R"({"body_text":"x","channel":"internal-note","from_agent":true,"public":false,)"
                             R"("source":{"type":"internal-note"},"via":"api"})";
    EXPECT_EQ(sent(kMessage, R"({"ticket_id":1,"channel":"internal-note","from_agent":true,"body_text":"x"})"), kNote);
    EXPECT_EQ(sent(kMessage, R"({"ticket_id":"1","channel":"internal-note","from_agent":"true","body_text":"x",
        "public":null,"source":null})"),
              kNote);
    for (auto const* slip : {"internal_note", "internal note", "Internal-Note", "internalnote"})
        EXPECT_NE(sent(kMessage,
                       std::string(R"({"ticket_id":1,"from_agent":true,"body_text":"x","channel":")") + slip + "\"}")
                      .find("did you mean internal-note?"),
                  std::string::npos)
            << slip;
    EXPECT_NE(sent(kMessage, R"({"ticket_id":1,"channel":"telegram","from_agent":true,"body_text":"x"})")
                  .find("channel must be one of"),
              std::string::npos);
}

TEST_F(NaturalCalls, AReplyGoesByTheApiAndIsPublicAsTheVendorHasIt)
{
    EXPECT_EQ(sent(kMessage, R"({"ticket_id":1,"channel":"email","from_agent":true,"body_text":"x"})"),
              R"({"body_text":"x","channel":"email","from_agent":true,"via":"api"})");
}

TEST_F(NaturalCalls, FieldsByNameInTheirOwnType)
{
    constexpr char kSet[] = "update_a_gorgias_ticket_custom_field_by_id";
    EXPECT_EQ(sent(kSet, R"({"ticket_id":1,"id":"Refund amount","body":"12.5"})"), "12.5");
    EXPECT_EQ(sent(kSet, R"({"ticket_id":1,"id":"Escalated","body":"true"})"), "true");
    EXPECT_EQ(sent(kSet, R"({"ticket_id":1,"id":61,"body":"Returns"})"), R"("Returns")");
    EXPECT_NE(sent(kSet, R"({"ticket_id":1,"id":"Escalated","body":"maybe"})").find("must be a boolean"),
              std::string::npos);
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"custom_fields":{"Refund amount":"7","contact_reason":"Returns"}})"),
              R"({"custom_fields":[{"id":62,"value":7},{"id":61,"value":"Returns"}]})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"custom_fields":"{\"escalated\":\"false\"}"})"),
              R"({"custom_fields":[{"id":63,"value":false}]})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"custom_fields":[{"id":"62","value":"7"}]})"),
              R"({"custom_fields":[{"id":62,"value":7}]})");
}

TEST_F(NaturalCalls, NumbersFlagsAndListsInEveryClearForm)
{
    EXPECT_EQ(sent("list_all_gorgias_tickets", R"({"limit":"2","customer_id":"5","ticket_ids":7,"trashed":"false"})"),
              "?customer_id=5&ticket_ids=7&trashed=false");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"tags":["vip","new one"]})"), R"({"tags":[{"name":"vip"},{"name":"new one"}]})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"tags":"vip"})"), R"({"tags":[{"name":"vip"}]})");
    EXPECT_EQ(sent("gorgias_ticket_tags_add", R"({"ticket_id":"1","names":"vip"})"), R"({"names":["vip"]})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"subject":1002})"), R"({"subject":"1002"})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"spam":"True"})"), R"({"spam":true})");
    EXPECT_NE(sent(kUpdate, R"({"id":"first","status":"open"})").find("id must be an integer"), std::string::npos);
    EXPECT_NE(sent(kUpdate, R"({"id":1,"status":"Open "})").find("did you mean open?"), std::string::npos);
}

TEST_F(NaturalCalls, WhatIsNotShownIsTaken)
{
    auto const shown = *json::parse((*tools_)[tools_->find(kMessage)].input_schema);
    EXPECT_FALSE(shown.at("properties").as_object().contains("via"));
    EXPECT_EQ(sent(kMessage, R"({"ticket_id":1,"channel":"email","from_agent":true,"via":"helpdesk","imported":true})"),
              R"({"channel":"email","from_agent":true,"imported":true,"via":"helpdesk"})");
}

/// What `{"methods": ["read", "write"], "tags": ["tickets", "messages"]}` costs a model, as the mint counts it.
TEST_F(NaturalCalls, TheListOfAHelpDesksAgentIsSmall)
{
    auto const size_of = [&](tools::ToolFilter filter) {
        ToolSet const shown(tools::derive_tools(integration_, {}).tools, std::move(filter));
        return std::pair{shown.size(), shown.list_json().size() / tools::kBytesPerToken};
    };
    auto const first = size_of({{"read", "write"}, {"tickets", "messages"}, catalog::Vocabulary::first});
    EXPECT_EQ(first.first, 17U);
    EXPECT_LE(first.second, 9'000);
    EXPECT_LE(size_of({{"read", "write"}, {"tickets", "messages"}, catalog::Vocabulary::second}).second, 12'600);
}

TEST_F(NaturalCalls, APersonInAnObjectIsMeantByNameOrEmail)
{
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"assignee_user":{"email":"sam@acme.example"}})"),
              R"({"assignee_user":{"id":11}})");
    EXPECT_EQ(sent(kUpdate, R"({"id":1,"assignee_team":{"name":"Returns"}})"), R"({"assignee_team":{"id":22}})");
    EXPECT_NE(sent(kUpdate, R"({"id":1,"assignee_user":{"email":"nobody@acme.example"}})").find("is not known"),
              std::string::npos);
    EXPECT_NE(
        sent(kUpdate, R"({"id":1,"assignee_user":{"email":"sam@acme.example","id":11}})").find("assignee_user.email"),
        std::string::npos);
}

TEST_F(NaturalCalls, AMacroDoesWhatItsActionsSay)
{
    auto const macro = [&](std::string const& action) {
        return sent("create_a_gorgias_macro", R"({"name":"m","actions":[{"title":"t",)" + action + "}]}");
    };
    EXPECT_NE(macro(R"("name":"add_tags","arguments":{"tags":"x"})").find("did you mean addTags"), std::string::npos)
        << macro(R"("name":"add_tags","arguments":{"tags":"x"})");
    EXPECT_NE(macro(R"("name":"addTags","arguments":{})").find("actions[0].arguments.tags is required by addTags"),
              std::string::npos);
    EXPECT_NE(macro(R"("name":"setResponseText","arguments":{})").find("or arguments.body_html"), std::string::npos);
    EXPECT_EQ(macro(R"("name":"addTags","arguments":{"tags":"x"})"),
              R"({"actions":[{"arguments":{"tags":"x"},"name":"addTags","title":"t"}],"name":"m"})");
    EXPECT_EQ(macro(R"("name":"shopifyCancelOrder","arguments":{"order":1})"),
              R"({"actions":[{"arguments":{"order":1},"name":"shopifyCancelOrder","title":"t"}],"name":"m"})");
}

} // namespace
} // namespace sluice::toolcalls
