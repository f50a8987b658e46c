#include "tools/effects.hpp"

#include "catalog/integration.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

constexpr std::string_view kRecords = R"({
    "ticket_fields": [{"id":61,"name":"Contact reason","type":"text"},{"id":62,"name":"Refund amount","type":"number"}],
    "teams": [{"id":21,"name":"Support"}], "users": [{"id":11,"name":"Sam Reyes","email":"sam@acme.example"}],
    "tags": [{"id":31,"name":"vip"}]})";

/// What a person is told of calls of a help desk.
class EffectsTest : public ::testing::Test {
protected:
    /// The effects of a call with these arguments, as JSON.
    std::string told(std::string_view name, std::string_view arguments, std::string_view item = "null",
                     std::string_view changes = "null")
    {
        auto const& tool = (*tools_)[tools_->find(name)];
        auto const parts = split_arguments(tool, json::parse(arguments)->as_object());
        auto const read = *json::parse(item);
        auto const differs = *json::parse(changes);
        SeenCall const call{*integration_, *tool.method, &tool, parts, read, differs};
        about_ = json::to_text(about_of(call));
        return json::to_text(effects_of(call));
    }

    catalog::IntegrationPtr integration_ =
        *catalog::compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias"));
    std::shared_ptr<ToolList const> tools_ =
        overlay_tools(*integration_, derive_tools(integration_, {}).tools, json::parse(kRecords)->get_object());
    std::string about_;
};

/// The arguments for the field 62 and its new value.
std::string of_field(std::string text)
{
    return text.replace(text.find("\"id\":5"), 6, R"("id":62,"body":12.5)");
}

constexpr auto kMessage = "create_a_gorgias_message";

TEST_F(EffectsTest, AMessageIsToldAsOneWithAllThatIsSent)
{
    EXPECT_EQ(
        told(
            kMessage,
            R"({"ticket_id":7,"channel":"email","from_agent":true,"via":"api","body_text":"Thanks","body_html":"<b>$1000</b>",
                 "source":{"type":"email","from":{"name":"Acme","address":"support@acme.example"},
                 "to":[{"name":"Dana Fox","address":"dana@shopper.example"},{"address":"b@shopper.example"}]},
                 "attachments":[{"url":"https://a.example/x","name":"x.pdf","content_type":"application/pdf"}]})",
            R"({"id":7,"subject":"Where?","customer":{"name":"Dana"},"status":"open"})"),
        R"([{"kind":"message","public":true,"channel":"email","from":"Acme <support@acme.example>",)"
        R"("to":["Dana Fox <dana@shopper.example>","b@shopper.example"],"cc":[],"bcc":[],"subject":"",)"
        R"("body":"Thanks\n\n<b>$1000</b>","sent":true},{"kind":"set","label":"Attachments","to":"{\"url\":\"https://a.example/x\",\"name\":\"x.pdf\",)"
        R"(\"content_type\":\"application/pdf\"}"}])");
    EXPECT_EQ(about_, R"({"label":"Ticket","id":"7","title":"Where?","details":["Dana","open"]})");
}

TEST_F(EffectsTest, AMessageThatIsOnlyRecordedIsSaidToBe)
{
    for (auto const* more : {R"("channel":"api","from_agent":true)", R"("channel":"email","from_agent":false)",
                             R"("channel":"email","from_agent":true,"sent_datetime":"2026-11-20T09:00:00Z")"})
        EXPECT_NE(
            told(kMessage, std::string(R"({"ticket_id":7,"body_text":"x",)") + more + "}").find(R"("sent":false)"),
            std::string::npos)
            << more;
}

TEST_F(EffectsTest, TheItemIsTheOneThatThePathEndsIn)
{
    for (auto const* arguments : {R"({"id":5,"ticket_id":9})", R"({"ticket_id":9,"id":5})"}) {
        EXPECT_EQ(told("delete_a_gorgias_message_by_id", arguments),
                  R"([{"kind":"delete","label":"Message","items":["5"],"count":1}])");
        EXPECT_EQ(about_, R"({"label":"Message","id":"5","title":"","details":[]})");
        EXPECT_EQ(told("update_a_gorgias_ticket_custom_field_by_id", of_field(arguments),
                       R"({"id":9,"custom_fields":{"62":{"id":62,"value":3}}})"),
                  R"([{"kind":"value","label":"Refund amount","from":"3","to":"12.5","known":true}])");
    }
}

TEST_F(EffectsTest, TagsAreAddedAndRemovedByNameAlsoWhenGivenById)
{
    auto const item = R"({"id":7,"subject":"s","tags":[{"id":31,"name":"vip"},{"id":32,"name":"spam"}]})";
    EXPECT_EQ(told("gorgias_ticket_tags_set", R"({"ticket_id":7,"ids":[31]})", item),
              R"([{"kind":"list","label":"Tags","added":[],"removed":["spam"],"known":true}])");
    EXPECT_EQ(told("gorgias_ticket_tags_set", R"({"ticket_id":7,"ids":[99]})", item),
              R"([{"kind":"list","label":"Tags","added":["#99"],"removed":[],"known":false}])");
    EXPECT_EQ(told("gorgias_ticket_tags_add", R"({"ticket_id":7,"names":["vip","new"]})", item),
              R"([{"kind":"list","label":"Tags","added":["new"],"removed":[],"known":true}])");
    EXPECT_EQ(told("gorgias_ticket_tags_remove", R"({"ticket_id":7,"names":["spam"]})", item),
              R"([{"kind":"list","label":"Tags","added":[],"removed":["spam"],"known":true}])");
}

TEST_F(EffectsTest, ChangesHaveNamesAndSayWhatIsNotKnown)
{
    auto const update = "update_a_gorgias_ticket_by_id";
    EXPECT_EQ(
        told(update, R"({"id":7})", "null",
             R"({"status":{"from":"open","to":"closed"},"assignee_user":{"from":null,"to":{"id":11}},
                       "assignee_team":{"from":{"id":21,"name":"Support"},"to":null},
                       "tags":{"from":[{"name":"a"},{"name":"b"}],"to":[{"name":"b"},{"name":"c"}]},
                       "custom_fields":{"from":{"61":{"value":"x"}},"to":[{"id":61,"value":"y"},{"id":62,"value":null}]},
                       "language":{"known":false,"to":"en"}})"),
        R"([{"kind":"value","label":"Status","from":"open","to":"closed","known":true},)"
        R"({"kind":"value","label":"Assignee user","from":null,"to":"Sam Reyes <sam@acme.example>","known":true},)"
        R"({"kind":"value","label":"Assignee team","from":"Support","to":null,"known":true},)"
        R"({"kind":"list","label":"Tags","added":["c"],"removed":["a"],"known":true},)"
        R"({"kind":"value","label":"Contact reason","from":"x","to":"y","known":true},)"
        R"({"kind":"value","label":"Refund amount","from":null,"to":null,"known":true},)"
        R"({"kind":"value","label":"Language","from":null,"to":"en","known":false}])");
}

TEST_F(EffectsTest, OtherCallsSetWhatTheyGive)
{
    EXPECT_EQ(told("gorgias_customers_merge", R"({"source_id":1,"target_id":2,"name":"Dana"})"),
              R"([{"kind":"set","label":"Name","to":"Dana"},{"kind":"set","label":"Source id","to":"1"},)"
              R"({"kind":"set","label":"Target id","to":"2"}])");
    EXPECT_EQ(told("gorgias_customers_bulk_delete", R"({"ids":[1,2]})"),
              R"([{"kind":"delete","label":"Customer","items":["1","2"],"count":2}])");
    EXPECT_EQ(about_, "null");
}

} // namespace
} // namespace sluice::tools
