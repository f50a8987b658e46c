// What a request to an MCP server leaves in the call log.
#include "endpoint_fixture.hpp"

#include <algorithm>

namespace sluice::mcp {
namespace {

class RequestLogTest : public EndpointTest {
protected:
    /// The rows with that log type.
    std::vector<std::vector<std::string>> rows(std::string_view type)
    {
        auto all = desk_.call_log.rows();
        std::erase_if(all, [type](auto const& row) { return row[test::kLogType] != type; });
        return all;
    }
};

TEST_F(RequestLogTest, AToolCallIsOneEntryAndItsVendorCallAnother)
{
    desk_.vendor.answer(200, R"({"id":7})");
    trace_.origin.request_id = "req_7";
    call("get_single_desk_ticket_by_id", R"({"id":7})");
    auto const all = desk_.call_log.rows();
    ASSERT_EQ(all.size(), 2U);
    auto const& vendor = all[0];
    auto const& mcp = all[1];
    EXPECT_EQ(vendor[test::kLogType], "1");
    EXPECT_EQ(vendor[test::kLogRequestType], "tool");
    EXPECT_EQ(vendor[test::kLogResource], "tickets");
    EXPECT_EQ(vendor[test::kLogMethod], "get");
    EXPECT_EQ(mcp[test::kLogType], "2");
    EXPECT_EQ(mcp[test::kLogMcpMethod], "tools/call");
    for (auto const& row : all) {
        EXPECT_EQ(row[test::kLogRequestId], "req_7");
        EXPECT_EQ(row[test::kLogTool], "get_single_desk_ticket_by_id");
        EXPECT_EQ(row[test::kLogServerName], "agent");
        EXPECT_EQ(row[test::kLogAccount], to_hex(account_.uuid()));
        EXPECT_EQ(row[test::kLogTenant], "acme");
        EXPECT_EQ(row[test::kLogError], "NULL");
    }
}

TEST_F(RequestLogTest, NoEntryHasWhatWasSent)
{
    desk_.vendor.answer(422, R"({"error":{"msg":"planted-argument is no status; token planted1secret2word3xyz"}})");
    call("update_a_desk_ticket_by_id", R"({"id":7,"status":"planted-argument"})");
    call("get_single_desk_ticket_by_id", R"({"id":"planted-argument"})");
    call("planted_argument_tool_name_1234567890", R"({})");
    auto const all = desk_.call_log.rows();
    ASSERT_GE(all.size(), 3U);
    for (auto const& row : all)
        for (auto const& value : row) {
            EXPECT_EQ(value.find("planted-argument"), std::string::npos) << value;
            EXPECT_EQ(value.find("planted1secret2"), std::string::npos) << value;
        }
}

TEST_F(RequestLogTest, AMessageThatIsNoRequestIsLoggedWithItsError)
{
    post(R"({"jsonrpc":"2.0","id":1})");
    auto const mcp = rows("2");
    ASSERT_EQ(mcp.size(), 1U);
    EXPECT_NE(mcp[0][test::kLogError], "NULL");
    EXPECT_EQ(mcp[0][test::kLogStatus], "400");
}

TEST_F(RequestLogTest, AMessageOfABatchHasNothingOfTheOneBefore)
{
    desk_.vendor.answer(200, R"({"id":7})");
    post(R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_single_desk_ticket_by_id",)"
         R"("arguments":{"id":7}}},{"jsonrpc":"2.0","id":2,"method":"tools/list"}])",
         {{"mcp-protocol-version", "2025-03-26"}});
    auto const mcp = rows("2");
    ASSERT_EQ(mcp.size(), 2U);
    EXPECT_EQ(mcp[0][test::kLogTool], "get_single_desk_ticket_by_id");
    EXPECT_EQ(mcp[1][test::kLogMcpMethod], "tools/list");
    EXPECT_EQ(mcp[1][test::kLogTool], "NULL");
    EXPECT_EQ(mcp[1][test::kLogFetch], "0");
}

TEST_F(RequestLogTest, AMethodThatIsNoneIsNotWrittenIfItLooksLikeASecret)
{
    legacy("slx_mcp_SeHwWofxaaybAwKoWd5xxRmfyNuiJOkSAHUqcAISIA12znvydCj6LUN8Z");
    EXPECT_EQ(rows("2").at(0).at(test::kLogMcpMethod), "…");
}

} // namespace
} // namespace sluice::mcp
