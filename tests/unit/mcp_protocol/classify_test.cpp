// The rows of the table that decides the era of a POST (MCP 2026-07-28, Versioning).
#include "mcp_protocol/rpc_message.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr char kMeta[] =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

http::Headers headers_of(Headers const& pairs)
{
    http::Headers headers;
    for (auto const& [name, value] : pairs)
        headers.add(name, value);
    return headers;
}

std::string modern(std::string const& method, std::string const& more = "")
{
    return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + more + (more.empty() ? "" : ",") +
           kMeta + "}}";
}

Headers const kModern{{"MCP-Protocol-Version", "2026-07-28"}};

Headers with(Headers headers, std::string name, std::string value)
{
    headers.emplace_back(std::move(name), std::move(value));
    return headers;
}

struct Row {
    std::string name;
    std::string body;
    Headers headers;
    std::string expected; ///< legacy, modern, dropped, or status:code
};

std::string outcome_of(Single const& message)
{
    if (auto const* request = std::get_if<RpcRequest>(&message))
        return request->era == Era::legacy ? "legacy" : "modern";
    if (auto const* refusal = std::get_if<Refusal>(&message))
        return std::to_string(refusal->http_status) + ":" + std::to_string(static_cast<int>(refusal->code));
    return "dropped";
}

class Classify : public ::testing::TestWithParam<Row> {};

TEST_P(Classify, FollowsTheTable)
{
    auto const classified = classify(GetParam().body, headers_of(GetParam().headers));
    ASSERT_EQ(classified.messages.size(), 1U);
    EXPECT_EQ(outcome_of(classified.messages.front()), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Classify,
    ::testing::Values(
        Row{"NotJson", "{", {}, "400:-32700"}, Row{"TooDeep", std::string(10'000, '['), {}, "400:-32700"},
        Row{"NotUtf8", "{\"jsonrpc\":\"2.0\",\"id\":\"\xff\"}", {}, "400:-32700"},
        Row{"EmptyBatch", "[]", {}, "400:-32600"},
        Row{"BatchWithAModernClaim", "[" + modern("tools/list") + "]", {}, "400:-32600"},
        Row{"NoObject", "5", {}, "400:-32600"},
        Row{"WrongVersion", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", {}, "400:-32600"},
        Row{"NullId", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", {}, "400:-32600"},
        Row{"FractionalId", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", {}, "400:-32600"},
        Row{"BooleanId", R"({"jsonrpc":"2.0","id":true,"method":"ping"})", {}, "400:-32600"},
        Row{"ParamsAList", R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", {}, "400:-32600"},
        Row{"ParamsAText", R"({"jsonrpc":"2.0","id":1,"method":"ping","params":""})", {}, "400:-32600"},
        Row{"ParamsAnEmptyList", R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]})", {}, "legacy"},
        Row{"ParamsNull", R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":null})", {}, "legacy"},
        Row{"ParamsNullOfInitialize", R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":null})", {}, "legacy"},
        Row{"ParamsNullOfANotification",
            R"({"jsonrpc":"2.0","method":"notifications/initialized","params":null})",
            {},
            "dropped"},
        Row{"ByteOrderMark", "\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", {}, "legacy"},
        Row{"HalfAPair",
            R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"C","arguments":{"name":"cut \ud83d"}}})",
            {},
            "legacy"},
        Row{"Response", R"({"jsonrpc":"2.0","id":1,"result":{}})", {}, "dropped"},
        Row{"Notification", R"({"jsonrpc":"2.0","method":"notifications/initialized"})", {}, "dropped"},
        Row{"UnknownNotification", R"({"jsonrpc":"2.0","method":"notifications/whatever"})", {}, "dropped"},
        Row{"Initialize", R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})", {}, "legacy"},
        Row{"InitializeWithAStaleHeader",
            R"({"jsonrpc":"2.0","id":0,"method":"initialize"})",
            {{"MCP-Protocol-Version", "1999-01-01"}},
            "legacy"},
        Row{"InitializeWithAModernHeader", R"({"jsonrpc":"2.0","id":0,"method":"initialize"})", kModern, "400:-32020"},
        Row{"ClaimNoString",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":5}}})",
            kModern, "400:-32602"},
        Row{"NoCapabilities",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})",
            kModern, "400:-32602"},
        Row{"ClaimAndHeaderDiffer",
            modern("tools/list"),
            {{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Method", "tools/list"}},
            "400:-32020"},
        Row{"UnknownModernVersion",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01","io.modelcontextprotocol/clientCapabilities":{}}}})",
            {{"MCP-Protocol-Version", "2027-01-01"}, {"Mcp-Method", "tools/list"}},
            "400:-32022"},
        Row{"NoVersionHeader", modern("tools/list"), {{"Mcp-Method", "tools/list"}}, "400:-32020"},
        Row{"NoMethodHeader", modern("tools/list"), kModern, "400:-32020"},
        Row{"OtherMethodHeader", modern("tools/list"), with(kModern, "Mcp-Method", "tools/call"), "400:-32020"},
        Row{"NoNameHeader", modern("tools/call", R"("name":"x")"), with(kModern, "Mcp-Method", "tools/call"),
            "400:-32020"},
        Row{"OtherNameHeader", modern("tools/call", R"("name":"x")"),
            with(with(kModern, "Mcp-Method", "tools/call"), "Mcp-Name", "y"), "400:-32020"},
        Row{"NameHeader", modern("tools/call", R"("name":"x")"),
            with(with(kModern, "Mcp-Method", "tools/call"), "Mcp-Name", " x "), "modern"},
        Row{"EncodedNameHeader", modern("tools/call", R"("name":"ü")"),
            with(with(kModern, "Mcp-Method", "tools/call"), "Mcp-Name", "=?base64?w7w=?="), "modern"},
        Row{"BrokenNameHeader", modern("tools/call", R"("name":"ü")"),
            with(with(kModern, "Mcp-Method", "tools/call"), "Mcp-Name", "=?base64?w7w?="), "400:-32020"},
        Row{"Modern", modern("tools/list"), with(kModern, "Mcp-Method", "tools/list"), "modern"},
        Row{"ModernPing", modern("ping"), with(kModern, "Mcp-Method", "ping"), "modern"},
        Row{"ModernHeaderWithoutClaim", R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", kModern, "400:-32602"},
        Row{"UnknownHeaderWithoutClaim",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
            {{"MCP-Protocol-Version", "1999-01-01"}},
            "400:-32000"},
        Row{"LegacyHeader",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
            {{"MCP-Protocol-Version", "2025-06-18"}},
            "legacy"},
        Row{"LegacyWithAMethodHeader",
            R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
            {{"Mcp-Method", "other"}},
            "legacy"},
        Row{"NoHeader", R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", {}, "legacy"}),
    [](auto const& param) { return param.param.name; });

RpcRequest request_of(std::string const& body)
{
    auto classified = classify(body, {});
    auto* request = std::get_if<RpcRequest>(&classified.messages.back());
    EXPECT_NE(request, nullptr);
    return request != nullptr ? std::move(*request) : RpcRequest();
}

TEST(Classify, GivesParametersThatAreNoneAsAnEmptyObject)
{
    for (auto const* params : {"null", "[]", "{}"})
        EXPECT_TRUE(request_of(std::string(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":)") + params + '}')
                        .params.empty())
            << params;
}

TEST(Classify, ReplacesHalvesOfPairs)
{
    auto const request =
        request_of(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"arguments":{"name":"cut \ud83d"}}})");
    EXPECT_EQ(request.id, "5");
    EXPECT_EQ(request.params.at("arguments").at("name"), "cut \xef\xbf\xbd");
    EXPECT_TRUE(request.flaws.empty());
}

TEST(Classify, SaysWhatOfTheParametersIsNotAsItWasSent)
{
    auto const* call = R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"_meta":{"progressToken":1e400},)"
                       R"("arguments":{"amount":1e400,"big":12345678901234567890123,"t":["\u0000"]}}})";
    auto const request = request_of(call);
    ASSERT_EQ(request.flaws.size(), 3U);
    EXPECT_EQ(request.flaws[0].path, "arguments.amount");
    EXPECT_EQ(request.flaws[1].path, "arguments.big");
    EXPECT_EQ(request.flaws[2].path, "arguments.t[0]");
    auto const in_batch =
        request_of(std::string(R"([{"jsonrpc":"2.0","method":"a","params":{"b":1e400}},)") + call + ']');
    EXPECT_EQ(in_batch.flaws.size(), 3U);
}

TEST(ClassifyIds, AreEchoedExactly)
{
    for (auto const& [id, echoed] : {std::pair{"0", "0"},
                                     {"-7", "-7"},
                                     {"\"a\\\"b\"", "\"a\\\"b\""},
                                     {"1.0", "1"},
                                     {"9223372036854775807", "9223372036854775807"},
                                     {"18446744073709551615", "18446744073709551615"}}) {
        auto const classified = classify(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}", {});
        auto const* request = std::get_if<RpcRequest>(&classified.messages.front());
        ASSERT_NE(request, nullptr) << id;
        EXPECT_EQ(request->id, echoed);
    }
}

TEST(ClassifyBatch, KeepsEveryMessageAndItsOrder)
{
    auto const classified = classify(
        R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":null,"method":"ping"}])",
        {});
    ASSERT_TRUE(classified.is_batch);
    ASSERT_EQ(classified.messages.size(), 3U);
    EXPECT_EQ(outcome_of(classified.messages[0]), "legacy");
    EXPECT_EQ(outcome_of(classified.messages[1]), "dropped");
    EXPECT_EQ(outcome_of(classified.messages[2]), "400:-32600");
}

TEST(ClassifyBatch, HoldsAtMostAHundred)
{
    std::string body = "[";
    for (int i = 0; i < 101; ++i)
        body += (i == 0 ? "" : ",") + std::string(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
    EXPECT_EQ(outcome_of(classify(body + "]", {}).messages.front()), "400:-32600");
}

TEST(ClassifyVersion, OfAnUnknownModernRevisionListsWhatThereIs)
{
    auto const classified = classify(
        R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01","io.modelcontextprotocol/clientCapabilities":{}}}})",
        {});
    auto const& refusal = std::get<Refusal>(classified.messages.front());
    EXPECT_EQ(refusal.data.at("supported").get_array().front(), "2026-07-28");
    EXPECT_EQ(refusal.data.at("requested"), "2027-01-01");
}

TEST(Negotiate, NeverAnswersAModernRevision)
{
    EXPECT_EQ(negotiate("2025-06-18"), "2025-06-18");
    for (auto const* asked : {"2026-07-28", "2024-10-07", "", "x"})
        EXPECT_EQ(negotiate(asked), "2025-11-25");
}

} // namespace
} // namespace sluice::mcp
