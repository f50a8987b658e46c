// `tools/call`: what a model is told of each way a call may go.
#include "endpoint_fixture.hpp"

namespace sluice::mcp {
namespace {

using namespace std::chrono_literals;

class CallToolTest : public EndpointTest {
protected:
    using EndpointTest::EndpointTest;

    void expect_error(json::value const& answer, int status, std::string_view words)
    {
        ASSERT_TRUE(answer.as_object().contains("result")) << last_.body;
        EXPECT_EQ(answer.at("result").at("isError"), true);
        auto const body = test::must(json::parse(text_of(answer)));
        EXPECT_EQ(body.at("statusCode"), status);
        EXPECT_NE(std::string_view(body.at("message").as_string()).find(words), std::string_view::npos)
            << text_of(answer);
    }
    std::uint64_t calls_that_ended(calllog::Fault fault) const
    {
        return metrics_.tool_calls("custom").at(static_cast<std::size_t>(fault))->value();
    }
};

TEST_F(CallToolTest, GivesTheVendorsAnswerAsTextAndAsData)
{
    auto answered = test::vendor_answer(200, R"({ "id": 7, "price": 1.50 })");
    answered.headers.add("x-calls", "3/40");
    desk_.vendor.answers.emplace_back(std::move(answered));
    auto const answer = call("get_single_desk_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(text_of(answer), R"({ "id": 7, "price": 1.50 })") << "the vendor's own bytes";
    EXPECT_FALSE(answer.at("result").as_object().contains("structuredContent")) << "the data comes once";
    EXPECT_FALSE(answer.at("result").as_object().contains("isError"));
    EXPECT_EQ(answer.at("result").at("_meta").at("sluice/rate_limit").at("limit"), 40);
    EXPECT_EQ(last_.headers.find("ratelimit-limit"), "40");
    EXPECT_EQ(trace_.origin.tool, "get_single_desk_ticket_by_id");
    EXPECT_EQ(calls_that_ended(calllog::Fault::none), 1U);
}

TEST_F(CallToolTest, GivesAListWithItsCursor)
{
    desk_.vendor.answer(200, R"({"data":[{"id":1}],"meta":{"next_cursor":"b"}})");
    auto const answer = call("list_all_desk_tickets", R"({"limit":1})");
    auto const content = data_of(answer);
    EXPECT_EQ(content.at("result"), *json::parse(R"([{"id":1}])"));
    auto const cursor = std::string(content.at("next_cursor").as_string());
    desk_.vendor.answer(200, R"({"data":[],"meta":{"next_cursor":null}})");
    auto const last = call("list_all_desk_tickets", R"({"limit":1,"next_cursor":")" + cursor + "\"}");
    EXPECT_EQ(data_of(last), *json::parse(R"({"result":[],"next_cursor":null})"));
    EXPECT_NE(desk_.vendor.requests.back().url.find("cursor=b"), std::string::npos);
}

TEST_F(CallToolTest, GivesFilesAsTheBlocksThatClientsShow)
{
    for (auto const& [type, block] :
         {std::pair{"image/png", R"({"type":"image","data":"//4=","mimeType":"image/png"})"},
          {"audio/mpeg", R"({"type":"audio","data":"//4=","mimeType":"audio/mpeg"})"},
          {"application/pdf",
           R"({"type":"resource","resource":{"uri":"sluice://result","mimeType":"application/pdf","blob":"//4="}})"}}) {
        desk_.vendor.answer(200, "\xff\xfe", type);
        auto const answer = call("get_single_desk_ticket_by_id", R"({"id":7})");
        EXPECT_EQ(answer.at("result").at("content").at(0), *json::parse(block)) << type;
    }
    desk_.vendor.answer(200, "a;b", "text/csv");
    EXPECT_EQ(text_of(call("get_single_desk_ticket_by_id", R"({"id":7})")), "a;b");
}

TEST_F(CallToolTest, GivesTheDataTwiceWhereTheServerSaysSo)
{
    token_ = url_with([](ServerConfig& config) { config.structured_content = true; });
    desk_.vendor.answer(200, R"({ "id": 7, "price": 1.50 })");
    auto const answer = call("get_single_desk_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(text_of(answer), R"({ "id": 7, "price": 1.50 })");
    EXPECT_NE(last_.body.find(R"("structuredContent":{ "id": 7, "price": 1.50 })"), std::string::npos);
}

TEST_F(CallToolTest, GivesTheStatusOfAnAnswerWithoutABody)
{
    desk_.vendor.answer(204, "", "");
    EXPECT_EQ(data_of(call("delete_a_desk_ticket_by_id", R"({"id":"7"})")), *json::parse(R"({"status":204})"));
}

TEST_F(CallToolTest, PassesAVendorsRefusalOnAsAnErrorOfTheTool)
{
    desk_.vendor.answer(422, R"({"message":"Subject is too long."})");
    auto const answer = call("create_a_desk_ticket", R"({"subject":"A"})");
    expect_error(answer, 422, "Subject is too long.");
    EXPECT_EQ(test::must(json::parse(text_of(answer))).at("raw_response"),
              *json::parse(R"({"message":"Subject is too long."})"));
    desk_.vendor.fail({ErrorCode::upstream_timeout, "The vendor did not answer in time."});
    expect_error(call("create_a_desk_ticket", R"({"subject":"A"})"), 504, "did not answer in time");
    EXPECT_EQ(calls_that_ended(calllog::Fault::caller), 1U);
    EXPECT_EQ(calls_that_ended(calllog::Fault::vendor), 1U);
    EXPECT_EQ(calls_that_ended(calllog::Fault::none), 0U);
}

TEST_F(CallToolTest, TellsMistakesInArgumentsWithoutACall)
{
    auto const answer = call("create_a_desk_ticket", R"({"priority":"mid","x":1})");
    expect_error(answer, 400, "subject is required");
    auto const body = test::must(json::parse(text_of(answer)));
    EXPECT_EQ(body.at("details").at("failures").as_array().size(), 3U);
    expect_error(call("create_a_desk_ticket", R"({"subject":"A\u0000"})"), 400, "subject must not contain a zero");
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(CallToolTest, TakesNoArgumentsInEachFormThatClientsSend)
{
    desk_.vendor.respond = [](http::OutgoingRequest const&) {
        return test::vendor_answer(200, R"({"data":[],"meta":{"next_cursor":null}})");
    };
    for (auto const* params :
         {R"({"name":"list_all_desk_tickets"})", R"({"name":"list_all_desk_tickets","arguments":null})",
          R"({"name":"list_all_desk_tickets","arguments":[]})", R"({"name":"list_all_desk_tickets","arguments":"{}"})"})
        EXPECT_TRUE(legacy("tools/call", params).as_object().contains("result")) << params;
    for (auto const* params : {R"({"name":"list_all_desk_tickets","arguments":[1]})",
                               R"({"name":"list_all_desk_tickets","arguments":"soon"})", R"({"name":5})", "{}"})
        EXPECT_EQ(code_of(legacy("tools/call", params)), -32602) << params;
}

TEST_F(CallToolTest, SaysWhyAToolIsNotThere)
{
    auto const unknown = call("list_desk_tickets", "{}");
    EXPECT_EQ(code_of(unknown), -32602);
    EXPECT_NE(message_of(unknown).find("Did you mean list_all_desk_tickets"), std::string::npos) << message_of(unknown);
    token_ = url_with([](ServerConfig& config) { config.filter = {{"read"}, {}}; });
    auto const hidden = call("create_a_desk_ticket", R"({"subject":"A"})");
    EXPECT_NE(message_of(hidden).find("config.methods of this MCP server is [read]"), std::string::npos);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(CallToolTest, ShowsWhatACallWouldDo)
{
    desk_.vendor.answer(200, R"({"id":7,"status":"open"})");
    auto const answer = call("update_a_desk_ticket_by_id", R"({"id":7,"status":"closed","dry_run":true})");
    auto const shown = data_of(answer);
    EXPECT_EQ(shown.at("dry_run"), true);
    EXPECT_EQ(shown.at("request").at("method"), "PUT");
    EXPECT_EQ(shown.at("changes"), *json::parse(R"({"status":{"from":"open","to":"closed"}})"));
    ASSERT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_EQ(desk_.vendor.requests[0].method, http::Method::get) << "nothing is changed";
    desk_.vendor.answer(404, "{}");
    expect_error(call("update_a_desk_ticket_by_id", R"({"id":8,"status":"open","dry_run":true})"), 404,
                 "could not be read");
}

TEST_F(CallToolTest, AnswersARepeatedWriteFromTheFirst)
{
    token_ = url_with([](ServerConfig& config) { config.idempotency_window = 60s; });
    desk_.vendor.answer(201, R"({"id":7})");
    call("create_a_desk_ticket", R"({"subject":"A"})");
    auto const again = call("create_a_desk_ticket", R"({"subject":"A"})");
    EXPECT_EQ(text_of(again), R"({"id":7})");
    EXPECT_NE(text_of(again, 1).find("nothing was sent again"), std::string::npos);
    EXPECT_EQ(desk_.vendor.requests.size(), 1U);
}

TEST_F(CallToolTest, TellsWhereACallWaitsForAPerson)
{
    token_ = url_with([](ServerConfig& config) {
        config.approval_tags = {"replaces", "deletes"};
        config.approval_link = true;
    });
    desk_.vendor.answer(200, "{}");
    auto const answer = call("update_a_desk_ticket_by_id", R"({"id":7,"status":"closed"})");
    auto const told = data_of(answer);
    EXPECT_EQ(told.at("status"), "pending_approval");
    EXPECT_EQ(told.at("expires_at"), "2026-11-20T13:00:00Z");
    auto const& approval = *desk_.write_calls.rows.front().approval;
    EXPECT_EQ(told.at("approval_id"), json::value(approval.id.str()));
    EXPECT_EQ(told.at("approval_url"), json::value(approval.url));
    EXPECT_EQ(last_.body.find(approval.code), std::string::npos);
    token_ = url_with([](ServerConfig& config) { config.approval_tags = {"replaces", "deletes"}; });
    desk_.vendor.answer(200, "{}");
    EXPECT_TRUE(
        data_of(call("update_a_desk_ticket_by_id", R"({"id":7,"status":"closed"})")).at("approval_url").is_null());
}

TEST_F(CallToolTest, ShowsTheApprovalsPageWhereTheClientCan)
{
    token_ = url_with([](ServerConfig& config) {
        config.approval_tags = {"replaces", "deletes"};
        config.approval_link = true;
    });
    legacy("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{"url":{}}}})");
    auto const session = std::string(last_.headers.find("mcp-session-id").value());
    desk_.vendor.answer(200, "{}");
    auto const asked = call("delete_a_desk_ticket_by_id", R"({"id":"7"})", {{"mcp-session-id", session}});
    EXPECT_EQ(code_of(asked), -32042);
    auto const& page = asked.at("error").at("data").at("elicitations").at(0);
    EXPECT_EQ(page.at("mode"), "url");
    EXPECT_EQ(page.at("url"), json::value(desk_.write_calls.rows.front().approval->url));
    auto const forged = call("delete_a_desk_ticket_by_id", R"({"id":"7"})", {{"mcp-session-id", "forged"}});
    EXPECT_TRUE(forged.as_object().contains("result"));
}

TEST_F(CallToolTest, AsksAModernClientToShowTheApprovalsPageOnce)
{
    token_ = url_with([](ServerConfig& config) {
        config.approval_tags = {"replaces", "deletes"};
        config.approval_link = true;
    });
    desk_.vendor.answer(200, "{}");
    json::object const shows{{"elicitation", json::object{{"url", json::object{}}}}};
    auto const asked = modern("tools/call", R"({"name":"delete_a_desk_ticket_by_id","arguments":{"id":"7"}})", shows);
    auto const& result = asked.at("result");
    EXPECT_EQ(result.at("resultType"), "input_required");
    EXPECT_EQ(result.at("inputRequests").at("approval").at("params").at("url"),
              json::value(desk_.write_calls.rows.front().approval->url));
    json::object params{{"name", "delete_a_desk_ticket_by_id"}, {"arguments", json::object{{"id", "7"}}}};
    params["requestState"] = result.at("requestState");
    auto const again = modern("tools/call", json::to_text(params), shows);
    EXPECT_EQ(data_of(again).at("status"), "pending_approval");
    params["requestState"] = "forged";
    EXPECT_EQ(code_of(modern("tools/call", json::to_text(params), shows)), -32602);
}

TEST_F(CallToolTest, SaysHowADeadAccountIsMended)
{
    auto& row = desk_.rows.rows.at({desk_.environment, account_});
    row.account.status = accounts::Status::needs_reauth;
    auto const answer = call("list_all_desk_tickets", "{}");
    expect_error(answer, 401, "connected again");
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(CallToolTest, ModernCallsRepeatTheirToolInAHeader)
{
    desk_.vendor.answer(200, R"({"id":7})");
    auto const answer = modern("tools/call", R"({"name":"get_single_desk_ticket_by_id","arguments":{"id":7}})");
    EXPECT_EQ(answer.at("result").at("resultType"), "complete");
    auto request = post_of(
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_single_desk_ticket_by_id","arguments":{"id":7},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
    request.headers.add("mcp-protocol-version", "2026-07-28");
    request.headers.add("mcp-method", "tools/call");
    request.headers.add("mcp-name", "another");
    auto const refused = ask(request);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code_of(*json::parse(refused.body)), -32020);
}

/// A server that shows its tools on request.
class DiscoveryTest : public CallToolTest {
protected:
    DiscoveryTest()
    {
        token_ = url_with([](ServerConfig& config) {
            config.filter = {{"read", "create"}, {}};
            config.exposure = Exposure::discovery;
        });
    }
};

TEST_F(DiscoveryTest, FindsToolsByWhatTheyDo)
{
    auto const answer = call("search_tools", R"({"query":"create tickets","limit":1})");
    auto const data = data_of(answer);
    auto const& found = data.at("tools").as_array();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at("name"), "create_a_desk_ticket");
    EXPECT_EQ(found[0].at("readOnlyHint"), false);
    auto const all = call("search_tools", R"({"query":""})");
    EXPECT_EQ(data_of(all).at("tools").as_array().size(), 4U);
    auto const none = call("search_tools", R"({"query":"weather"})");
    EXPECT_TRUE(data_of(none).at("tools").as_array().empty());
    for (auto const* wrong : {"{}", R"({"query":5})", R"({"query":"a","limit":0})", R"({"query":"a","limit":21})",
                              R"({"query":"a","limit":"5"})"})
        expect_error(call("search_tools", wrong), 400, "");
}

TEST_F(DiscoveryTest, DescribesToolsByTheirNames)
{
    auto const answer =
        call("get_tool_schema", R"({"tool_names":["create_a_desk_ticket","update_a_desk_ticket_by_id","nosuch"]})");
    auto const data = data_of(answer);
    auto const& tools = data.at("tools").as_array();
    ASSERT_EQ(tools.size(), 3U);
    EXPECT_TRUE(tools[0].at("inputSchema").at("properties").as_object().contains("subject"));
    EXPECT_NE(std::string_view(tools[1].at("error").as_string()).find("hidden"), std::string_view::npos);
    EXPECT_NE(std::string_view(tools[2].at("error").as_string()).find("There is no tool nosuch"),
              std::string_view::npos);
    for (auto const* wrong :
         {"{}", R"({"tool_names":[]})", R"({"tool_names":[5]})", R"({"tool_names":["a","b","c","d","e","f"]})"})
        expect_error(call("get_tool_schema", wrong), 400, "");
}

TEST_F(DiscoveryTest, CallsAToolThatWasFound)
{
    desk_.vendor.answer(200, R"({"id":7})");
    auto const answer = call("call_tool", R"({"tool_name":"get_single_desk_ticket_by_id","arguments":{"id":7}})");
    EXPECT_EQ(text_of(answer), R"({"id":7})");
    expect_error(call("call_tool", "{}"), 400, "tool_name is required");
    expect_error(call("call_tool", R"({"tool_name":"get_single_desk_ticket_by_id","arguments":5})"), 400,
                 "arguments must be an object");
    expect_error(call("call_tool", R"({"tool_name":"delete_a_desk_ticket_by_id"})"), 400, "hidden");
    auto const directly = call("get_single_desk_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(code_of(directly), -32602);
    EXPECT_NE(message_of(directly).find("call them with call_tool"), std::string::npos);
}

/// A tool that asks its client for something, has had another name, and shapes its answer.
class ShapedTest : public CallToolTest {
protected:
    ShapedTest()
        : CallToolTest(catalog::test::replaced(
              catalog::test::replaced(
                  catalog::test::kManifest, "create: {operation: create-ticket}",
                  "create: {operation: create-ticket, former_names: [open_a_ticket], input: {rounds: [{topic: {elicit: "
                  "{message: \"About what?\", schema: {type: object, properties: {text: {type: string}}, required: "
                  "[text]}}}}], arguments: {subject: \"{{input.topic.text}}\"}}}"),
              "get: {operation: get-ticket}",
              "get: {operation: get-ticket, content: [{type: text, text: \"Ticket {{result.id}}\"}]}"))
    {
    }
};

TEST_F(ShapedTest, AsksItsClientAndGoesOnWithTheAnswer)
{
    json::object const can{{"elicitation", json::object{}}};
    auto const asked = modern("tools/call", R"({"name":"create_a_desk_ticket","arguments":{"subject":"A"}})", can);
    EXPECT_EQ(asked.at("result").at("inputRequests").at("topic").at("params").at("message"), "About what?");
    json::object params{{"name", "create_a_desk_ticket"}, {"arguments", json::object{{"subject", "A"}}}};
    params["requestState"] = asked.at("result").at("requestState");
    params["inputResponses"] = *json::parse(R"({"topic":{"action":"accept","content":{"text":"Bugs"}}})");
    desk_.vendor.answer(201, R"({"id":7})");
    modern("tools/call", json::to_text(params), can);
    ASSERT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_EQ(desk_.vendor.requests[0].body, R"({"subject":"Bugs"})");
    params["inputResponses"] = *json::parse(R"({"topic":{"action":"accept","content":{"text":"lower case"}}})");
    expect_error(modern("tools/call", json::to_text(params), can), 400, "subject must match");
    params["inputResponses"] = *json::parse(R"({"topic":{"action":"decline"}})");
    expect_error(modern("tools/call", json::to_text(params), can), 403, "does not want the call");
}

TEST_F(ShapedTest, CannotBeCalledByAClientThatCannotBeAsked)
{
    EXPECT_EQ(code_of(modern("tools/call", R"({"name":"create_a_desk_ticket","arguments":{"subject":"A"}})")), -32021);
    expect_error(call("create_a_desk_ticket", R"({"subject":"A"})"), 405, "has not declared");
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(ShapedTest, IsFoundByItsFormerName)
{
    auto const answer = modern("tools/call", R"({"name":"open_a_ticket","arguments":{"subject":"A"}})",
                               {{"elicitation", json::object{}}});
    EXPECT_EQ(answer.at("result").at("resultType"), "input_required");
}

TEST_F(ShapedTest, GivesTheBlocksThatItsDefinitionMakes)
{
    desk_.vendor.answer(200, R"({"id":7})");
    auto const answer = call("get_single_desk_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(text_of(answer), "Ticket 7");
    EXPECT_FALSE(answer.at("result").as_object().contains("structuredContent"));
    desk_.vendor.answer(200, R"({"no":7})");
    auto const odd = call("get_single_desk_ticket_by_id", R"({"id":7})");
    EXPECT_EQ(odd.at("result").at("isError"), true);
    EXPECT_NE(text_of(odd).find("is not what the definition describes"), std::string::npos);
}

} // namespace
} // namespace sluice::mcp
