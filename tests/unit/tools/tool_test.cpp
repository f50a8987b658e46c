#include "catalog/naming.hpp"
#include "support/desk.hpp"
#include "tools/arguments.hpp"
#include "tools/filter.hpp"
#include "tools/search.hpp"
#include "tools/tool.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::tools {
namespace {

using namespace catalog::test;

ToolList const& tools()
{
    static auto const kTools = derive_tools(desk(), {}).tools;
    return *kTools;
}

Tool const& tool(std::string_view name)
{
    return tools()[tools().find(name)];
}

std::vector<FieldFailure> failures_of(std::string_view name, std::string_view arguments)
{
    auto parsed = *json::parse(arguments);
    read_leniently(tool(name), parsed.get_object());
    return tool(name).schema->validate(parsed);
}

TEST(ToolNames, FollowTheRuleOfTheContract)
{
    EXPECT_EQ(catalog::tool_name_of("gorgias", "tickets", "ticket", "list"), "list_all_gorgias_tickets");
    EXPECT_EQ(catalog::tool_name_of("gorgias", "tickets", "ticket", "get"), "get_single_gorgias_ticket_by_id");
    EXPECT_EQ(catalog::tool_name_of("gorgias", "messages", "message", "create"), "create_a_gorgias_message");
    EXPECT_EQ(catalog::tool_name_of("gorgias", "tickets", "ticket", "update"), "update_a_gorgias_ticket_by_id");
    EXPECT_EQ(catalog::tool_name_of("gorgias", "tickets", "ticket", "delete"), "delete_a_gorgias_ticket_by_id");
    EXPECT_EQ(catalog::tool_name_of("gorgias", "tags", "tag", "merge"), "gorgias_tags_merge");
    EXPECT_EQ(catalog::prefixed_tool_name("gorgias", "list_all_gorgias_tickets"), "gorgias_list_all_tickets");
    EXPECT_EQ(catalog::prefixed_tool_name("gorgias", "gorgias_tags_merge"), "gorgias_tags_merge");
    EXPECT_EQ(catalog::prefixed_tool_name("gorgias", "search"), "gorgias_search");
    EXPECT_EQ(catalog::prefixed_tool_name("a", "a"), "a_a");
    EXPECT_EQ(catalog::prefixed_tool_name("gorgias", std::string(64, 'x')).size(), 64U);
}

TEST(ToolNames, AreCutWithAStableSuffixThatKeepsThemApart)
{
    auto const first = catalog::tool_name_of("x", std::string(80, 'a'), "", "list");
    auto const second = catalog::tool_name_of("x", std::string(81, 'a'), "", "list");
    EXPECT_EQ(first.size(), 64U);
    EXPECT_NE(first, second);
    EXPECT_EQ(first, catalog::tool_name_of("x", std::string(80, 'a'), "", "list"));
}

TEST(Singular, FollowsTheRuleOfTheContract)
{
    for (auto const& [plural, singular] : {std::pair{"tickets", "ticket"},
                                           {"categories", "category"},
                                           {"addresses", "address"},
                                           {"boxes", "box"},
                                           {"branches", "branch"},
                                           {"wishes", "wish"},
                                           {"address", "address"},
                                           {"staff", "staff"},
                                           {"s", ""}})
        EXPECT_EQ(catalog::singular_of(plural), singular);
}

TEST(Tool, HasOneFlatSchemaOfPathQueryAndBody)
{
    auto const schema = *json::parse(tool("update_a_desk_ticket_by_id").input_schema);
    EXPECT_EQ(boost::json::serialize(schema.at("required")), R"(["id"])");
    EXPECT_TRUE(schema.at("properties").get_object().contains("status"));
}

TEST(Tool, MovesAQueryParameterAsideWhenTheBodyHasItsName)
{
    auto const& create = tool("create_a_desk_ticket");
    EXPECT_EQ(create.arguments.at("subject").place, Argument::Place::body_member);
    EXPECT_EQ(create.arguments.at("query_subject").place, Argument::Place::query);
    EXPECT_EQ(create.arguments.at("query_subject").wire_name, "subject");
}

TEST(Tool, TakesABodyThatIsNoObjectAsOneArgument)
{
    auto const parts = split_arguments(tool("desk_tickets_search"), json::parse(R"({"body":["a"]})")->get_object());
    EXPECT_EQ(boost::json::serialize(*parts.body), R"(["a"])");
}

TEST(Tool, SaysInItsAnnotationsWhatItDoes)
{
    EXPECT_NE(tool("list_all_desk_tickets")
                  .list_entry.find(R"("readOnlyHint":true,"destructiveHint":false,"idempotentHint":true)"),
              std::string::npos);
    EXPECT_NE(tool("delete_a_desk_ticket_by_id").list_entry.find(R"("readOnlyHint":false,"destructiveHint":true)"),
              std::string::npos);
    EXPECT_NE(tool("create_a_desk_ticket")
                  .list_entry.find(R"("readOnlyHint":false,"destructiveHint":false,"idempotentHint":false)"),
              std::string::npos);
}

TEST(Arguments, AreSortedByWhereTheyGo)
{
    auto const arguments =
        json::parse(R"({"limit":5,"next_cursor":"c","ids":[1,2],"created":{"gte":"x"}})")->get_object();
    auto const parts = split_arguments(tool("list_all_desk_tickets"), arguments);
    EXPECT_EQ(parts.limit, 5);
    EXPECT_EQ(parts.next_cursor, "c");
    EXPECT_EQ(parts.query,
              (std::vector<std::pair<std::string, std::string>>{{"ids", "1"}, {"ids", "2"}, {"created[gte]", "x"}}));
    EXPECT_FALSE(parts.body);
}

TEST(Arguments, AreNumbersAsTheCallerWroteThem)
{
    for (auto const& [written, text] : {std::pair{"0.5", "0.5"},
                                        {"19.99", "19.99"},
                                        {"123456789.12", "123456789.12"},
                                        {"7.0", "7"},
                                        {"1e3", "1000"},
                                        {"18446744073709551615", "18446744073709551615"},
                                        {"1e21", "1000000000000000000000"}})
        EXPECT_EQ(text_of_argument(*json::parse(written)), text);
    EXPECT_EQ(text_of_argument(*json::parse(R"([0.5,{"a":1.0}])")), R"([0.5,{"a":1}])");
    EXPECT_EQ(split_arguments(tool("list_all_desk_tickets"), json::parse(R"({"limit":2.0})")->get_object()).limit, 2);
}

TEST(Arguments, ThatAreNullAreAbsent)
{
    EXPECT_TRUE(failures_of("create_a_desk_ticket", R"({"subject":"A","priority":null,"assignee":null})").empty());
    auto arguments = json::parse(R"({"subject":"A","assignee":null})")->get_object();
    read_leniently(tool("create_a_desk_ticket"), arguments);
    EXPECT_EQ(json::canonical(arguments), R"({"subject":"A"})");
    EXPECT_EQ(failures_of("create_a_desk_ticket", R"({"subject":null})").front().message, "is required");
}

TEST(Arguments, ThatClientsAddByThemselvesAreDropped)
{
    auto arguments =
        json::parse(R"({"id":7,"toolCallId":"c1","sessionId":"s","action":"sendMessage","chatInput":"hi","other":1})")
            ->get_object();
    drop_client_members(tool("get_single_desk_ticket_by_id"), arguments);
    EXPECT_EQ(json::canonical(arguments), R"({"id":7,"other":1})");
    EXPECT_EQ(tool("get_single_desk_ticket_by_id").schema->validate(arguments).front().path, "other");
}

TEST(Arguments, ThatATheToolHasItselfAreNotDropped)
{
    auto const compiled =
        compile_text(kManifest, replaced(kDocument, "{status: {type: string}}", "{action: {type: string}}"));
    ASSERT_TRUE(compiled);
    auto const derived = derive_tools(*compiled, {}).tools;
    auto arguments = json::parse(R"({"id":7,"action":"close","sessionId":"s"})")->get_object();
    drop_client_members((*derived)[derived->find("update_a_desk_ticket_by_id")], arguments);
    EXPECT_EQ(json::canonical(arguments), R"({"action":"close","id":7})");
}

struct BadArguments {
    std::string name;
    std::string tool;
    std::string arguments;
    std::string path;
    std::string message;
};

class ArgumentMistakes : public ::testing::TestWithParam<BadArguments> {};

TEST_P(ArgumentMistakes, NamePathAndRule)
{
    auto const failures = failures_of(GetParam().tool, GetParam().arguments);
    ASSERT_FALSE(failures.empty());
    EXPECT_EQ(failures.front().path, GetParam().path);
    EXPECT_NE(failures.front().message.find(GetParam().message), std::string::npos) << failures.front().message;
}

INSTANTIATE_TEST_SUITE_P(
    All, ArgumentMistakes,
    ::testing::Values(BadArguments{"Missing", "get_single_desk_ticket_by_id", "{}", "id", "is required"},
                      BadArguments{"WrongType", "get_single_desk_ticket_by_id", R"({"id":"five"})", "id",
                                   "must be an integer, not string"},
                      BadArguments{"TooSmall", "get_single_desk_ticket_by_id", R"({"id":0})", "id", "at least 1"},
                      BadArguments{"NotInEnum", "create_a_desk_ticket", R"({"subject":"A","priority":"mid"})",
                                   "priority", R"("low", "high")"},
                      BadArguments{"TooLong", "create_a_desk_ticket", R"({"subject":"AAAAAAAAAAAAAAAAAAAAA"})",
                                   "subject", "at most 20"},
                      BadArguments{"Pattern", "create_a_desk_ticket", R"({"subject":"a"})", "subject", "must match"},
                      BadArguments{"Nested", "create_a_desk_ticket", R"({"subject":"A","source":{"to":[{}]}})",
                                   "source.to[0].address", "is required"},
                      BadArguments{"Unknown", "create_a_desk_ticket", R"({"subject":"A","prioritty":"low"})",
                                   "prioritty", "did you mean priority?"},
                      BadArguments{"LimitTooHigh", "list_all_desk_tickets", R"({"limit":1001})", "limit",
                                   "at most 1000"}),
    [](auto const& param) { return param.param.name; });

TEST(Documentation, ChangesTextNameAndSchemaOfOneTool)
{
    std::vector<Documentation> const rows{
        {"tickets", "get", "description", "Better text."},
        {"tickets", "get", "name", "read_ticket"},
        {"tickets", "create", "body_schema",
         R"({"type":"object","properties":{"title":{"type":"string"}},"required":["title"]})"}};
    auto const derived = derive_tools(desk(), rows);
    EXPECT_TRUE(derived.ignored.empty());
    auto const& get = (*derived.tools)[derived.tools->find("read_ticket")];
    EXPECT_EQ(get.description, "Better text.");
    auto const& create = (*derived.tools)[derived.tools->find("create_a_desk_ticket")];
    EXPECT_TRUE(create.arguments.contains("title"));
    EXPECT_FALSE(create.arguments.contains("priority"));
}

TEST(Documentation, IsCheckedBeforeItIsStored)
{
    EXPECT_TRUE(check_documentation(desk(), {"tickets", "get", "description", "x"}));
    EXPECT_EQ(check_documentation(desk(), {"nothing", "get", "description", "x"}).error().failures().front().path,
              "resource");
    EXPECT_EQ(check_documentation(desk(), {"tickets", "merge", "description", "x"}).error().failures().front().path,
              "method");
    for (auto const* no_object : {"{}", R"({"type":"array"})", R"({"type":["object"]})"})
        EXPECT_EQ(check_documentation(desk(), {"tickets", "create", "body_schema", no_object})
                      .error()
                      .failures()
                      .front()
                      .path.find("value"),
                  0U)
            << no_object;
    auto const schema =
        check_documentation(desk(), {"tickets", "list", "query_schema",
                                     R"({"type":"object","properties":{"a":{"type":"string","prefixItems":[]}}})"});
    ASSERT_FALSE(schema);
    EXPECT_NE(schema.error().failures().front().path.find("properties.a.prefixItems"), std::string::npos);
}

std::vector<std::string> shown(ToolFilter const& filter)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tools().size(); ++i)
        if (filter.passes(*tools()[i].method, tools()[i].name))
            names.push_back(tools()[i].name);
    return names;
}

/// The words of servers that were made before, and those of servers made now.
TEST(Filter, HasTheVocabularyWithWhichItWasMade)
{
    auto const gorgias =
        derive_tools(*compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias")), {}).tools;
    auto const names = [&](ToolFilter const& filter) {
        std::set<std::string> found;
        for (std::size_t i = 0; i < gorgias->size(); ++i)
            if (filter.passes(*(*gorgias)[i].method, (*gorgias)[i].name))
                found.insert((*gorgias)[i].name);
        return found;
    };
    using enum catalog::Vocabulary;
    EXPECT_FALSE(names({{"write"}, {}, first}).contains("gorgias_ticket_tags_add"));
    EXPECT_TRUE(names({{"write"}, {}, second}).contains("gorgias_ticket_tags_add"));
    EXPECT_FALSE(names({{"write"}, {}, second}).contains("gorgias_tickets_search")) << "it reads";
    EXPECT_TRUE(names({{}, {"destructive"}, first}).contains("update_a_gorgias_ticket_by_id"));
    EXPECT_FALSE(names({{}, {"destructive"}, second}).contains("update_a_gorgias_ticket_by_id"));
    EXPECT_EQ(names({{}, {"destructive"}, second}), names({{}, {"deletes"}, second}));
    EXPECT_TRUE(names({{}, {"deletes"}, second}).contains("delete_a_gorgias_ticket_by_id"));
    EXPECT_TRUE(names({{}, {"deletes"}, second}).contains("gorgias_customers_merge"));
    EXPECT_TRUE(names({{}, {"replaces"}, second}).contains("update_a_gorgias_ticket_by_id"));
    EXPECT_FALSE(names({{}, {"replaces"}, second}).contains("delete_a_gorgias_ticket_by_id"));
    EXPECT_EQ(names({{}, {"sends"}, second}),
              (std::set<std::string>{"create_a_gorgias_job", "create_a_gorgias_message",
                                     "create_a_gorgias_satisfaction_survey", "create_a_gorgias_ticket",
                                     "update_a_gorgias_message_by_id"}))
        << "a reply may also close the ticket";
    EXPECT_TRUE(names({{}, {"sends"}, first}).contains("create_a_gorgias_message"));
}

TEST(Filter, ShowsExactlyWhatItsWordsMean)
{
    EXPECT_EQ(shown({{"read"}, {}}), (std::vector<std::string>{"desk_tickets_search", "get_single_desk_ticket_by_id",
                                                               "list_all_desk_tickets"}));
    EXPECT_EQ(shown({{"write"}, {}}).size(), 3U);
    EXPECT_EQ(shown({{"custom"}, {}}).size(), 0U);
    EXPECT_EQ(shown({{"DELETE"}, {}}), (std::vector<std::string>{"delete_a_desk_ticket_by_id"}));
    EXPECT_EQ(shown({{"create_a_desk_ticket", "get"}, {}}).size(), 2U);
    EXPECT_EQ(shown({{}, {"destructive"}}), std::vector<std::string>{"delete_a_desk_ticket_by_id"});
    EXPECT_EQ(shown({{}, {"replaces"}}), std::vector<std::string>{"update_a_desk_ticket_by_id"});
    EXPECT_EQ(shown({{"read"}, {"destructive"}}).size(), 0U);
    EXPECT_EQ(shown({}).size(), 6U);
}

TEST(Filter, RefusesWordsThatMatchNothingAndFiltersThatLeaveNothing)
{
    auto const unknown = check_filter({{"reed"}, {"ticket"}}, tools());
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().failures()[0].path, "config.methods[0]");
    EXPECT_EQ(unknown.error().failures()[1].path, "config.tags[0]");
    EXPECT_EQ(check_filter({{"read"}, {"destructive"}}, tools()).error().failures().front().path, "config");
    EXPECT_TRUE(check_filter({}, tools()));
}

TEST(Filter, ExplainsWhatItHidesAndWhatComesNear)
{
    EXPECT_NE(explain_hidden({{"read"}, {}}, tool("create_a_desk_ticket")).find("config.methods"), std::string::npos);
    auto const near = near_names(tools(), std::vector<bool>(tools().size(), true), "list_tickets");
    ASSERT_FALSE(near.empty());
    EXPECT_EQ(near.front(), "list_all_desk_tickets");
}

} // namespace
} // namespace sluice::tools
