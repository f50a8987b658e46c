// What is answered at an MCP URL before any method runs: whose it is, who may ask, and how.
#include "endpoint_fixture.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::mcp {
namespace {

using namespace std::chrono_literals;

constexpr auto kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

TEST_F(EndpointTest, AnUnknownUrlIsNotFound)
{
    for (auto const& unknown :
         {std::string("slx_mcp_x"), crypto::mint_token(desk_.keyring, crypto::TokenKind::mcp).reveal(),
          std::string(1000, 'x')}) {
        token_ = unknown;
        auto const answer = post(kPing);
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.headers.find("cache-control"), "no-store");
        EXPECT_FALSE(answer.headers.contains("retry-after"));
    }
}

TEST_F(EndpointTest, AUrlThatCannotBeLookedUpIsLaterPerhaps)
{
    rows_.failure = Error{ErrorCode::unavailable, "The database is down."};
    auto const answer = post(kPing);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.headers.find("retry-after"), "1");
}

TEST_F(EndpointTest, AUrlEndsWithItsServer)
{
    token_ = url([&](McpServer& made) { made.expires_at = desk_.clock.now() + 1min; });
    EXPECT_EQ(post(kPing).status, 200);
    desk_.clock.advance(1min);
    EXPECT_EQ(post(kPing).status, 404);
}

TEST_F(EndpointTest, TakesMessagesByPostOnly)
{
    for (auto const method : {http::Method::get, http::Method::delete_, http::Method::put}) {
        auto request = post_of(kPing);
        request.method = method;
        auto const answer = ask(request);
        EXPECT_EQ(answer.status, 405);
        EXPECT_EQ(answer.headers.find("allow"), "POST");
    }
    auto const at_stream = ask(post_of(kPing), Door::stream);
    EXPECT_EQ(at_stream.status, 405);
    EXPECT_EQ(at_stream.headers.find("allow"), "GET");
}

TEST_F(EndpointTest, TakesJsonAndSaysSo)
{
    EXPECT_EQ(post(kPing, {{"content-type", "text/plain"}}).status, 415);
    EXPECT_EQ(post(kPing, {{"content-type", "Application/JSON; charset=utf-8"}}).status, 200);
    EXPECT_EQ(post(kPing, {{"accept", "text/html"}}).status, 406);
    for (auto const* accept : {"", "*/*", "application/json", "text/event-stream", "Application/*"})
        EXPECT_EQ(post(kPing, {{"accept", accept}}).status, 200) << accept;
}

TEST_F(EndpointTest, RefusesWhatIsNoMessage)
{
    auto const broken = post("{");
    EXPECT_EQ(broken.status, 400);
    EXPECT_EQ(code_of(*json::parse(broken.body)), -32700);
    EXPECT_EQ(metrics_.refused.value(), 1U);
}

TEST_F(EndpointTest, AcceptsNotificationsWithoutAnAnswer)
{
    auto const answer = post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body, "");
}

TEST_F(EndpointTest, LetsBrowsersCallFromAllowedOriginsOnly)
{
    auto const stranger = post(kPing, {{"origin", "https://evil.example"}});
    EXPECT_EQ(stranger.status, 403);
    EXPECT_EQ(json::parse(stranger.body)->at("id"), json::parse(kPing)->at("id")) << "without it clients drop the text";
    EXPECT_FALSE(stranger.headers.contains("access-control-allow-origin"));
    auto const known = post(kPing, {{"origin", "https://app.example"}});
    EXPECT_EQ(known.status, 200);
    EXPECT_EQ(known.headers.find("access-control-allow-origin"), "https://app.example");
    EXPECT_EQ(known.headers.find("vary"), "Origin");
    EXPECT_FALSE(known.headers.contains("access-control-allow-methods"));
}

TEST_F(EndpointTest, AnswersABrowsersQuestionBeforeItsCall)
{
    auto request = post_of("", {{"origin", "https://app.example"}, {"access-control-request-headers", "x-own"}});
    request.method = http::Method::options;
    auto const answer = ask(request);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.headers.find("access-control-allow-methods"), "GET, POST, OPTIONS");
    EXPECT_EQ(answer.headers.find("access-control-allow-headers"), "x-own");
}

TEST_F(EndpointTest, AnEnvironmentHasItsShareOfRequests)
{
    http::Place first(shares_);
    http::Place second(shares_);
    ASSERT_TRUE(first.take(desk_.environment));
    ASSERT_TRUE(second.take(desk_.environment));
    auto const answer = post(kPing);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.headers.find("retry-after"), "1");
}

TEST_F(EndpointTest, TheMessagesOfABatchAreAnsweredInTheirOrder)
{
    auto const answer = post(R"([{"jsonrpc":"2.0","id":"a","method":"ping"},
                                 {"jsonrpc":"2.0","method":"notifications/initialized"},
                                 {"jsonrpc":"2.0","id":2,"method":"nosuch"},
                                 {"jsonrpc":"1.0","id":3,"method":"ping"}])");
    EXPECT_EQ(answer.status, 200);
    auto const answers = json::parse(answer.body)->as_array();
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0], *json::parse(R"({"jsonrpc":"2.0","id":"a","result":{}})"));
    EXPECT_EQ(code_of(answers[1]), -32601);
    EXPECT_EQ(code_of(answers[2]), -32600);
    EXPECT_EQ(post(R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])").status, 202);
}

TEST_F(EndpointTest, TheRestOfABatchWhoseAnswersAreLargeIsNotCarriedOut)
{
    desk_.vendor.respond = [](http::OutgoingRequest const&) {
        return test::vendor_answer(200, R"({"note":")" + std::string(2'500'000, 'x') + "\"}");
    };
    std::string const get =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_single_desk_ticket_by_id","arguments":{"id":7}}})";
    auto const answers = json::parse(post("[" + get + "," + get + "]").body, {.max_bytes = 64 << 20})->as_array();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_TRUE(answers[0].as_object().contains("result"));
    EXPECT_EQ(code_of(answers[1]), -32000);
    EXPECT_EQ(desk_.vendor.requests.size(), 1U);
}

/// A server that wants an API token beside its URL.
class SecondFactorTest : public EndpointTest {
protected:
    SecondFactorTest()
    {
        token_ = url_with([](ServerConfig& config) { config.require_api_token_auth = true; });
    }
    http::Response with(std::string const& token) { return post(kPing, {{"authorization", "Bearer " + token}}); }
};

TEST_F(SecondFactorTest, IsAskedFor)
{
    auto const without = post(kPing);
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(without.headers.find("www-authenticate"), "Bearer");
    EXPECT_EQ(with("slx_api_x").status, 401);
}

TEST_F(SecondFactorTest, IsATokenOfTheServersEnvironment)
{
    EXPECT_EQ(with(api_token(false, desk_.environment)).status, 200);
    EXPECT_EQ(with(api_token(true, desk_.environment)).status, 200);
    EXPECT_EQ(with(api_token(false, EnvironmentId{Uuid{99}})).status, 401);
}

TEST_F(SecondFactorTest, MayComeInAFieldOfItsOwn)
{
    auto const token = api_token(false, desk_.environment);
    EXPECT_EQ(post(kPing, {{"sluice-api-token", token}, {"authorization", "Basic x"}}).status, 200);
    EXPECT_EQ(post(kPing, {{"sluice-api-token", "x"}, {"authorization", "Bearer " + token}}).status, 401);
}

TEST_F(SecondFactorTest, IsNoTokenThatCouldDecideAboutApprovals)
{
    token_ = url_with([](ServerConfig& config) {
        config.require_api_token_auth = true;
        config.approval_tags = {"destructive"};
    });
    auto const refused = with(api_token(false, desk_.environment));
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(message_of(*json::parse(refused.body)).find("--mcp-only"), std::string::npos);
    EXPECT_EQ(with(api_token(true, desk_.environment)).status, 200);
}

TEST_F(SecondFactorTest, ThatCannotBeLookedUpIsLaterPerhaps)
{
    auto const token = api_token(false, desk_.environment);
    api_rows_.failure = Error{ErrorCode::unavailable, "The database is down."};
    auto const answer = with(token);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.headers.find("retry-after"), "1");
    EXPECT_FALSE(answer.headers.contains("www-authenticate"));
}

TEST_F(SecondFactorTest, IsAskedForBeforeABodyIsRead)
{
    http::Place place(shares_);
    auto const admit = [&](http::Request const& head) {
        return test::run_on(desk_.io, endpoint_.admit(head, token_, place, trace_));
    };
    auto const refused = admit(post_of("", {{"origin", "https://app.example"}}));
    ASSERT_TRUE(std::holds_alternative<http::Response>(refused));
    EXPECT_EQ(std::get<http::Response>(refused).status, 401);
    EXPECT_TRUE(std::get<http::Response>(refused).headers.contains("access-control-allow-origin"));
    auto const may = admit(post_of("", {{"authorization", "Bearer " + api_token(false, desk_.environment)}}));
    ASSERT_TRUE(std::holds_alternative<EnvironmentId>(may));
    EXPECT_EQ(std::get<EnvironmentId>(may), desk_.environment);
    token_ = "slx_mcp_x";
    EXPECT_EQ(std::get<http::Response>(admit(post_of(""))).status, 404);
}

/// A call of two pages by a client that wants to hear of each.
class ProgressTest : public EndpointTest {
protected:
    void script_pages()
    {
        std::string records;
        for (int i = 0; i < 100; ++i)
            records += (i == 0 ? "" : ",") + std::string(R"({"id":1})");
        desk_.vendor.answer(200, R"({"data":[)" + records + R"(],"meta":{"next_cursor":"b"}})");
        desk_.vendor.answer(200, R"({"data":[{"id":2}],"meta":{"next_cursor":null}})");
    }
    static std::string list(std::string_view limit, std::string_view meta)
    {
        return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_all_desk_tickets","arguments":{"limit":)" +
               std::string(limit) + "}" + std::string(meta) + "}}";
    }
    static constexpr auto kToken = R"(,"_meta":{"progressToken":"p"})";
    Written client_;
};

TEST_F(ProgressTest, IsToldOfEachPageBeforeTheAnswer)
{
    script_pages();
    auto const answer = post(list("150", kToken), {{"accept", "application/json, text/event-stream"}});
    EXPECT_EQ(answer.headers.find("content-type"), "text/event-stream");
    ASSERT_TRUE(answer.stream);
    test::run_on(desk_.io, answer.stream(client_));
    ASSERT_EQ(client_.pieces.size(), 3U);
    EXPECT_NE(client_.pieces[0].find(R"("progressToken":"p","progress":100,"total":150,"message":"page 1: 100 items")"),
              std::string::npos)
        << client_.pieces[0];
    EXPECT_NE(client_.pieces[1].find(R"("progress":101)"), std::string::npos);
    EXPECT_TRUE(client_.pieces[2].starts_with("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\""));
}

TEST_F(ProgressTest, IsToldToNobodyWhoCannotHearOfIt)
{
    for (auto const& [limit, meta, accept] : {std::tuple{"150", "", "text/event-stream"},
                                              {"150", kToken, "application/json"},
                                              {"150", R"(,"_meta":{"progressToken":[]})", "text/event-stream"},
                                              {"50", kToken, "text/event-stream"}}) {
        desk_.vendor.answers.clear();
        script_pages();
        auto const answer = post(list(limit, meta), {{"accept", accept}});
        EXPECT_FALSE(answer.stream) << limit << meta << accept;
        EXPECT_EQ(answer.status, 200);
    }
}

TEST_F(ProgressTest, NoMorePagesAreFetchedForAClientThatHasLeft)
{
    script_pages();
    auto const answer = post(list("150", kToken), {{"accept", "text/event-stream"}});
    client_.has_left = true;
    test::run_on(desk_.io, answer.stream(client_));
    EXPECT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_TRUE(client_.pieces.empty());
}

/// MCP 2024-11-05: answers come on a stream.
class StreamDoorTest : public EndpointTest {
protected:
    http::Response open()
    {
        auto request = post_of("");
        request.method = http::Method::get;
        request.target = "/mcp/token/sse";
        return ask(request, Door::stream);
    }
    http::Response send(std::string body, std::string const& session, Fields fields = {})
    {
        auto request = post_of(std::move(body), fields);
        request.target = "/mcp/token/messages?sessionId=" + session;
        return ask(request, Door::messages);
    }
    /// The session of a stream that has begun.
    static std::string session_of(Written const& client)
    {
        constexpr std::string_view kStart = "event: endpoint\ndata: /mcp/token/messages?sessionId=";
        EXPECT_EQ(client.pieces.size(), 1U);
        EXPECT_TRUE(client.pieces.at(0).starts_with(kStart)) << client.pieces.at(0);
        return client.pieces.at(0).substr(kStart.size(), 36);
    }
};

TEST_F(StreamDoorTest, NamesItsAddressAndThenAnswersMessages)
{
    auto const opened = open();
    ASSERT_TRUE(opened.stream);
    Written client;
    auto served = asio::co_spawn(desk_.io, opened.stream(client), asio::use_future);
    desk_.settle();
    auto const session = session_of(client);

    auto const accepted = send(kPing, session);
    EXPECT_EQ(accepted.status, 202);
    desk_.settle();
    ASSERT_EQ(client.pieces.size(), 2U);
    EXPECT_EQ(client.pieces[1], "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");

    EXPECT_EQ(
        send(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])", session).status,
        202);
    desk_.settle();
    ASSERT_EQ(client.pieces.size(), 3U);
    EXPECT_TRUE(client.pieces[2].starts_with("event: message\ndata: [{"));
    streams_.end();
    desk_.settle();
    EXPECT_EQ(served.wait_for(0s), std::future_status::ready);
}

TEST_F(StreamDoorTest, TakesJsonAloneAsTheNewerTransportDoes)
{
    auto const opened = open();
    Written client;
    auto served = asio::co_spawn(desk_.io, opened.stream(client), asio::use_future);
    desk_.settle();
    auto const session = session_of(client);
    for (auto const* type : {"application/x-www-form-urlencoded", "application/jsonp", "text/plain", ""}) {
        auto const refused = send(kPing, session, {{"content-type", type}});
        EXPECT_EQ(refused.status, 415) << type;
        EXPECT_EQ(refused.body, post(kPing, {{"content-type", type}}).body) << type;
    }
    desk_.settle();
    EXPECT_EQ(client.pieces.size(), 1U) << "what is refused is not answered on the stream";
    EXPECT_EQ(send(kPing, session, {{"content-type", "Application/JSON; charset=utf-8"}}).status, 202);
    streams_.end();
    desk_.settle();
    EXPECT_EQ(served.wait_for(0s), std::future_status::ready);
}

TEST_F(StreamDoorTest, TakesNoMessageForAStreamThatIsNotThere)
{
    EXPECT_EQ(send(kPing, to_hex(Uuid{1})).status, 404);
    EXPECT_EQ(send(kPing, "nonsense").status, 404);
    stream_rows_.is_down = true;
    EXPECT_EQ(send(kPing, to_hex(Uuid{1})).status, 503);
    EXPECT_EQ(open().status, 503);
}

} // namespace
} // namespace sluice::mcp
