// The handshake and the lists: what each JSON-RPC method answers to clients of either era.
#include "endpoint_fixture.hpp"

namespace sluice::mcp {
namespace {

using MethodsTest = EndpointTest;

TEST_F(MethodsTest, InitializeAnswersTheRevisionThatIsAskedForOrTheNewestLegacyOne)
{
    for (auto const& [asked, answered] : {std::pair{R"("2024-11-05")", "2024-11-05"},
                                          {R"("2025-03-26")", "2025-03-26"},
                                          {R"("2025-06-18")", "2025-06-18"},
                                          {R"("2025-11-25")", "2025-11-25"},
                                          {R"("2020-01-01")", "2025-11-25"},
                                          {R"("2026-07-28")", "2025-11-25"},
                                          {"5", "2025-11-25"}}) {
        auto const answer = legacy("initialize", std::string(R"({"protocolVersion":)") + asked + "}");
        EXPECT_EQ(answer.at("result").at("protocolVersion"), answered) << asked;
    }
    EXPECT_EQ(legacy("initialize").at("result").at("protocolVersion"), "2025-11-25");
}

TEST_F(MethodsTest, InitializeSaysWhoseToolsTheseAreAndWhatElseIsOffered)
{
    auto const answer = legacy("initialize", R"({"clientInfo":{"name":"inspector","version":"1.2"}})");
    auto const& result = answer.at("result");
    EXPECT_EQ(result.at("serverInfo"),
              *json::parse(R"j({"name":"sluice-desk","title":"Desk (agent)","version":"0.1.0"})j"));
    EXPECT_EQ(result.at("capabilities"), *json::parse(R"({"tools":{},"resources":{},"prompts":{},"completions":{}})"));
    EXPECT_TRUE(std::string_view(result.at("instructions").as_string())
                    .starts_with("Tools of one Desk account (tenant acme)."));
    EXPECT_EQ(trace_.origin.client_name, "inspector");
    EXPECT_EQ(trace_.origin.client_version, "1.2");
    EXPECT_EQ(trace_.method, "initialize");
    EXPECT_EQ(trace_.account, account_.str());
}

TEST_F(MethodsTest, InitializeGivesASessionOnlyToClientsThatShowPages)
{
    legacy("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{"url":{}}}})");
    EXPECT_TRUE(last_.headers.contains("mcp-session-id"));
    for (auto const* params : {R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}})",
                               R"({"protocolVersion":"2025-06-18","capabilities":{"elicitation":{"url":{}}}})", "{}"}) {
        legacy("initialize", params);
        EXPECT_FALSE(last_.headers.contains("mcp-session-id")) << params;
    }
}

TEST_F(MethodsTest, PingIsAnsweredWithNothing)
{
    EXPECT_EQ(last_.body, "");
    legacy("ping");
    EXPECT_EQ(last_.body, R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_EQ(metrics_.legacy_requests.value(), 1U);
}

TEST_F(MethodsTest, DiscoverTellsModernClientsWhatInitializeTellsOthers)
{
    auto const answer = modern("server/discover");
    auto const& result = answer.at("result");
    EXPECT_EQ(result.at("resultType"), "complete");
    EXPECT_EQ(result.at("supportedVersions").at(0), "2026-07-28");
    EXPECT_EQ(result.at("supportedVersions").as_array().size(), 5U);
    EXPECT_EQ(result.at("ttlMs"), 300'000);
    EXPECT_EQ(result.at("cacheScope"), "private");
    EXPECT_EQ(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name"), "sluice-desk");
    EXPECT_EQ(metrics_.modern_requests.value(), 1U);
}

TEST_F(MethodsTest, AMethodOfTheOtherEraIsNotOffered)
{
    for (auto const* method : {"initialize", "ping", "nosuch"}) {
        EXPECT_EQ(code_of(modern(method)), -32601) << method;
        EXPECT_EQ(last_.status, 404) << method;
    }
    for (auto const* method : {"server/discover", "nosuch", "resources/subscribe"}) {
        EXPECT_EQ(code_of(legacy(method)), -32601) << method;
        EXPECT_EQ(last_.status, 200) << "a 404 would be a lost session";
    }
}

TEST_F(MethodsTest, ParametersThatAreNotKeptAsTheyWereSentAreRefused)
{
    auto const answer = legacy("prompts/get", R"({"name":"triage","arguments":{"tone":"a\u0000"}})");
    EXPECT_EQ(code_of(answer), -32602);
    EXPECT_TRUE(message_of(answer).starts_with("params.arguments.tone must not contain a zero character"));
}

TEST_F(MethodsTest, ListToolsHasAllOnOnePageInOrder)
{
    auto const answer = legacy("tools/list");
    auto const& tools = answer.at("result").at("tools").as_array();
    std::vector<std::string> names;
    for (auto const& tool : tools)
        names.emplace_back(tool.at("name").as_string());
    EXPECT_EQ(names, (std::vector<std::string>{"create_a_desk_ticket", "delete_a_desk_ticket_by_id",
                                               "desk_tickets_search", "get_single_desk_ticket_by_id",
                                               "list_all_desk_tickets", "update_a_desk_ticket_by_id"}));
    EXPECT_FALSE(answer.at("result").as_object().contains("ttlMs"));
    EXPECT_EQ(modern("tools/list").at("result").at("ttlMs"), 300'000);
    EXPECT_FALSE(legacy("tools/list", R"({"cursor":null})").as_object().contains("error"));
    EXPECT_EQ(code_of(legacy("tools/list", R"({"cursor":"b"})")), -32602);
}

TEST_F(MethodsTest, ListToolsLeavesOutWhatTheServerHides)
{
    token_ = url_with([](ServerConfig& config) { config.filter = {{"read"}, {}}; });
    EXPECT_EQ(legacy("tools/list").at("result").at("tools").as_array().size(), 3U);
    token_ = url_with([](ServerConfig& config) { config.exposure = Exposure::discovery; });
    auto const answer = legacy("tools/list");
    auto const& tools = answer.at("result").at("tools").as_array();
    ASSERT_EQ(tools.size(), 3U);
    EXPECT_EQ(tools[0].at("name"), "search_tools");
}

TEST_F(MethodsTest, ListResourcesTellsAddressesFromTemplates)
{
    EXPECT_EQ(legacy("resources/list").at("result").at("resources"), *json::parse(R"([
        {"uri":"desk://search","name":"search","title":"Search","mimeType":"application/json"}])"));
    EXPECT_EQ(legacy("resources/templates/list").at("result").at("resourceTemplates"), *json::parse(R"([
        {"uriTemplate":"desk://tickets/{id}","name":"ticket","description":"One ticket."}])"));
}

TEST_F(MethodsTest, ResourcesThatTheServersFilterHidesAreNotOffered)
{
    token_ = url_with([](ServerConfig& config) { config.filter = {{"write"}, {}}; });
    EXPECT_EQ(code_of(legacy("resources/list")), -32601);
    EXPECT_EQ(legacy("initialize").at("result").at("capabilities"),
              *json::parse(R"({"tools":{},"prompts":{},"completions":{}})"));
    token_ = url_with([](ServerConfig& config) { config.approval_tags = {"tickets"}; });
    EXPECT_EQ(code_of(legacy("resources/read", R"({"uri":"desk://search"})")), -32601) << "nobody can approve it";
}

TEST_F(MethodsTest, ReadResourceGivesTheVendorsAnswer)
{
    desk_.vendor.answer(200, R"({"id":7})", "application/json; charset=utf-8");
    auto const answer = legacy("resources/read", R"({"uri":"desk://tickets/7"})");
    EXPECT_EQ(answer.at("result").at("contents"), *json::parse(R"([
        {"uri":"desk://tickets/7","mimeType":"application/json","text":"{\"id\":7}"}])"));
    EXPECT_EQ(desk_.vendor.requests.back().url, "https://acme.desk.example/api/tickets/7");
    desk_.vendor.answer(200, "\xff\xfe", "image/png");
    EXPECT_EQ(legacy("resources/read", R"({"uri":"desk://tickets/8"})").at("result").at("contents"), *json::parse(R"([
        {"uri":"desk://tickets/8","mimeType":"image/png","blob":"//4="}])"));
}

TEST_F(MethodsTest, ReadResourceSaysWhatIsNotThere)
{
    EXPECT_EQ(code_of(legacy("resources/read")), -32602);
    auto const unknown = legacy("resources/read", R"({"uri":"desk://nosuch"})");
    EXPECT_EQ(code_of(unknown), -32002);
    EXPECT_EQ(unknown.at("error").at("data"), *json::parse(R"({"uri":"desk://nosuch"})"));
    EXPECT_EQ(code_of(modern("resources/read", R"({"uri":"desk://nosuch"})")), -32602);
    desk_.vendor.answer(404, "{}");
    EXPECT_EQ(code_of(legacy("resources/read", R"({"uri":"desk://tickets/7"})")), -32002);
    desk_.vendor.answer(500, R"({"message":"Oh."})");
    EXPECT_EQ(code_of(legacy("resources/read", R"({"uri":"desk://tickets/7"})")), -32603);
    desk_.vendor.fail({ErrorCode::upstream_timeout, "Too slow."});
    auto const late = legacy("resources/read", R"({"uri":"desk://tickets/7"})");
    EXPECT_EQ(code_of(late), -32603);
    EXPECT_EQ(message_of(late), "Too slow.");
}

TEST_F(MethodsTest, ListPromptsNamesTheirArguments)
{
    EXPECT_EQ(legacy("prompts/list").at("result").at("prompts"), *json::parse(R"([
        {"name":"triage","title":"Triage","description":"Sorts tickets.",
         "arguments":[{"name":"tone","required":true},{"name":"team","required":false,"description":"Whose."}]}])"));
}

TEST_F(MethodsTest, GetPromptFillsItsMessages)
{
    auto const answer = legacy("prompts/get", R"({"name":"triage","arguments":{"tone":"kind","team":null}})");
    EXPECT_EQ(answer.at("result"), *json::parse(R"({"description":"Sorts tickets.","messages":[
        {"role":"user","content":{"type":"text","text":"Be kind to ."}}]})"));
}

TEST_F(MethodsTest, GetPromptTellsEveryMistake)
{
    EXPECT_EQ(code_of(legacy("prompts/get")), -32602);
    EXPECT_NE(message_of(legacy("prompts/get", R"({"name":"nosuch"})")).find("prompts/list names those there are"),
              std::string::npos);
    EXPECT_EQ(message_of(legacy("prompts/get", R"({"name":"triage","arguments":{"team":5}})")),
              "params.arguments.tone is required; arguments.team must be text");
}

TEST_F(MethodsTest, CompleteSuggestsTheValuesThatBeginSo)
{
    auto const complete = [&](std::string_view ref, std::string_view name, std::string_view value) {
        return legacy("completion/complete", R"({"ref":)" + std::string(ref) + R"(,"argument":{"name":")" +
                                                 std::string(name) + R"(","value":")" + std::string(value) + "\"}}");
    };
    constexpr auto kTriage = R"({"type":"ref/prompt","name":"triage"})";
    EXPECT_EQ(complete(kTriage, "tone", "k").at("result").at("completion"),
              *json::parse(R"({"total":2,"hasMore":false,"values":["kind","kurt"]})"));
    EXPECT_EQ(complete(kTriage, "team", "").at("result").at("completion").at("total"), 0);
    EXPECT_EQ(complete(R"({"type":"ref/resource","uri":"x"})", "a", "").at("result").at("completion").at("total"), 0);
    EXPECT_EQ(code_of(complete(R"({"type":"ref/prompt","name":"nosuch"})", "tone", "")), -32602);
    EXPECT_EQ(code_of(legacy("completion/complete", R"({"ref":{}})")), -32602);
}

/// A definition that offers nothing beside its tools.
class PlainTest : public EndpointTest {
protected:
    PlainTest()
        : EndpointTest(catalog::test::kManifest)
    {
    }
};

TEST_F(PlainTest, OffersNoMethodsOfWhatItHasNot)
{
    for (auto const* method : {"resources/list", "resources/templates/list", "resources/read", "prompts/list",
                               "prompts/get", "completion/complete"})
        EXPECT_EQ(code_of(legacy(method)), -32601) << method;
    EXPECT_EQ(legacy("initialize").at("result").at("capabilities"), *json::parse(R"({"tools":{}})"));
}

/// One URL for all accounts of a tenant.
class TenantTest : public EndpointTest {
protected:
    TenantTest()
    {
        token_ = url([](McpServer& made) {
            made.account.reset();
            made.tenant_id = "acme";
        });
    }
};

TEST_F(TenantTest, HasTheToolsOfItsAccountsAndPromptsByTheirIntegration)
{
    auto const answer = legacy("tools/list");
    EXPECT_EQ(answer.at("result").at("tools").at(0).at("name"), "create_a_desk_ticket");
    EXPECT_EQ(legacy("prompts/list").at("result").at("prompts").at(0).at("name"), "desk_triage");
    auto const hello = legacy("initialize");
    EXPECT_EQ(hello.at("result").at("serverInfo").at("name"), "sluice");
    EXPECT_TRUE(std::string_view(hello.at("result").at("instructions").as_string())
                    .starts_with("Tools of the accounts of tenant acme: Desk."));
}

TEST_F(TenantTest, AsksWhichAccountIsMeantWhereThereAreSeveral)
{
    desk_.clock.advance(std::chrono::seconds(1)); // Accounts are listed by their ids.
    desk_.connect("acme", "other");
    token_ = url([](McpServer& made) {
        made.account.reset();
        made.tenant_id = "acme";
    });
    auto const unsaid = call("desk_get_single_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(unsaid.at("result").at("isError"), true);
    EXPECT_NE(text_of(unsaid).find("acme.desk.example, other.desk.example"), std::string::npos) << text_of(unsaid);
    desk_.vendor.answer(200, R"({"id":7})");
    call("desk_get_single_ticket_by_id", R"({"id":7,"account":"other.desk.example"})");
    EXPECT_EQ(desk_.vendor.requests.back().url, "https://other.desk.example/api/tickets/7");
    EXPECT_EQ(code_of(legacy("resources/list")), -32601) << "an address names no account";
}

} // namespace
} // namespace sluice::mcp
