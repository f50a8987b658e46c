#include "server_fixture.hpp"

namespace sluice::http {
namespace {

class ServerStreamsTest : public ServerTest {
protected:
    ServerStreamsTest()
        : ServerTest({.connection_limit = 1000, .body_limit = std::chrono::milliseconds(300)})
    {
    }

    /// A client that the handler waits for: its head has come, and its body is asked for.
    RawClient waiting_client(std::string_view framing)
    {
        auto peer = client();
        peer.send(fmt::format("POST /upload HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n{}\r\n\r\n", framing));
        EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 100 "));
        return peer;
    }
};

constexpr std::string_view kHead = "POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n";

TEST_F(ServerStreamsTest, GiveABodyToTheHandlerAsItComes)
{
    auto peer = waiting_client("content-length: 6");
    peer.send("one");
    peer.send("two");

    auto const answer = peer.answer();

    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("POST /upload [6]one"), std::string::npos) << answer;
    EXPECT_NE(answer.find("two|"), std::string::npos) << answer;
    EXPECT_EQ(handler_.held, 0U) << "no memory is taken for it";
}

TEST_F(ServerStreamsTest, LeaveTheConnectionOpenAfterAWholeBody)
{
    auto peer = waiting_client("content-length: 6");
    peer.send("onetwo");
    EXPECT_EQ(status_of(peer.answer()), 200);
    peer.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 200);
}

TEST_F(ServerStreamsTest, ReadChunks)
{
    auto peer = waiting_client("transfer-encoding: chunked");
    peer.send("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");

    EXPECT_NE(peer.answer().find("[?]onetwo|"), std::string::npos);
}

TEST_F(ServerStreamsTest, AskForTheBodyOnlyWhenItIsRead)
{
    auto peer = waiting_client("content-length: 3");
    peer.send("one");
    EXPECT_NE(peer.answer().find("[3]one|"), std::string::npos);

    auto other = client();
    other.send("POST /upload-refused HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n");
    EXPECT_EQ(status_of(other.answer()), 409) << "a body that nobody wants is not asked for";
}

TEST_F(ServerStreamsTest, TellTheHandlerOfABodyThatBreaksOff)
{
    auto peer = client();
    peer.send(std::string(kHead) + "one");
    peer.finish_sending();

    EXPECT_NE(peer.rest().find("[6]one|The client is gone."), std::string::npos);
}

TEST_F(ServerStreamsTest, TellTheHandlerOfABodyThatStalls)
{
    auto peer = client();
    peer.send(std::string(kHead) + "one");

    auto const answer = peer.answer();

    EXPECT_NE(answer.find("The request body did not arrive in time."), std::string::npos) << answer;
    EXPECT_NE(answer.find("connection: close"), std::string::npos);
}

TEST_F(ServerStreamsTest, CloseTheConnectionIfTheBodyWasNotRead)
{
    auto peer = client();
    peer.send("POST /upload-refused HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\nGET / HTTP/1.1\r\n");

    auto const answer = peer.answer();
    peer.finish_sending();

    EXPECT_EQ(status_of(answer), 409);
    EXPECT_NE(answer.find("connection: close"), std::string::npos);
    EXPECT_TRUE(peer.is_closed()) << "the rest of the body must not be read as a request";
}

TEST_F(ServerStreamsTest, RefuseABodyAboveTheLimitOfItsRoute)
{
    auto peer = client();
    peer.send("POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 1048577\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 413);

    auto chunked = client();
    chunked.send("POST /upload HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n100001\r\n");
    EXPECT_NE(chunked.answer().find("The request body is too large for this route."), std::string::npos);
}

TEST_F(ServerStreamsTest, TellTheSizeOfAnAnswerIfItIsKnown)
{
    auto peer = client();
    peer.send("GET /sized-stream HTTP/1.1\r\nhost: a\r\n\r\n");
    auto const answer = peer.answer();
    EXPECT_NE(answer.find("content-length: 6\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("transfer-encoding"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo"));

    peer.send("GET /sized-stream HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 200) << "the connection stays open";
}

TEST_F(ServerStreamsTest, CutAnAnswerThatIsShorterThanItsHeadSays)
{
    auto peer = client();
    peer.send("GET /short-stream HTTP/1.1\r\nhost: a\r\n\r\n");

    auto const answer = peer.rest();

    EXPECT_NE(answer.find("content-length: 7\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("onetwo"));
}

} // namespace
} // namespace sluice::http
