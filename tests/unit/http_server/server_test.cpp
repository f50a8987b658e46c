#include "server_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::http {
namespace {

TEST_F(ServerTest, TellsAClientThatItsAnswerIsUnderWay)
{
    auto peer = client();
    peer.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");

    EXPECT_EQ(peer.answer(), "HTTP/1.1 103 Early Hints\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 200);
}

TEST_F(ServerTest, TheEndOfAStreamIsTold)
{
    auto peer = client();
    peer.send("GET /stream HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");

    auto const answer = peer.rest();

    EXPECT_NE(answer.find("transfer-encoding: chunked\r\n"), std::string::npos);
    EXPECT_NE(answer.find("connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")) << answer;
}

TEST_F(ServerTest, AStreamEndsWithTheConnectionWhereChunksAreNotKnown)
{
    auto peer = client();
    peer.send("GET /stream HTTP/1.0\r\n\r\n");

    auto const answer = peer.rest();

    EXPECT_EQ(answer.find("transfer-encoding"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo")) << answer;
}

TEST_F(ServerTest, APortThatAnotherHasIsRefusedByTheNameOfItsSetting)
{
    for (std::string const address : {"127.0.0.1", "0.0.0.0"}) {
        Server other(io_, {.address = address, .port = server_->port()}, handler_, metrics_, log_);

        auto const listening = other.listen();

        ASSERT_FALSE(listening);
        EXPECT_NE(listening.error().public_detail().find(
                      fmt::format("Cannot listen on {}:{} (listen.address, listen.port)", address, server_->port())),
                  std::string::npos)
            << listening.error().public_detail();
    }
}

TEST_F(ServerTest, ServersOfOneProcessShareAPortThatTheFirstHas)
{
    asio::io_context io(1);
    Server beside(io, config_, handler_, metrics_, log_);

    EXPECT_TRUE(beside.listen_beside(*server_));
    EXPECT_EQ(beside.port(), server_->port());
    EXPECT_FALSE(Server(io, {.port = server_->port()}, handler_, metrics_, log_).listen());

    auto const drained = asio::co_spawn(io, beside.drain(Deadline::after(std::chrono::seconds(0))), asio::use_future);
    io.run();
}

TEST_F(ServerTest, AnAnswerCountsUntilItsClientHasReadIt)
{
    constexpr std::string_view kOne = "GET /large?1 HTTP/1.1\r\nhost: a\r\n\r\n";
    auto reader = client();
    auto other = client();
    reader.send(kOne);
    other.send(kOne);
    EXPECT_EQ(status_of(reader.head()), 200);
    EXPECT_EQ(status_of(other.head()), 200);

    EXPECT_EQ(status_of(answer_to(kOne)), 429) << "its answers wait to be read";
    auto neighbour = client();
    neighbour.send("GET /large?22 HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(neighbour.head()), 200);

    EXPECT_GT(reader.answer().size(), Echo::kLarge);
    reader.send(kOne); // Taken up once the answer before it is gone.
    EXPECT_EQ(status_of(reader.head()), 200);
}

TEST_F(ServerTest, WhatAClientThatLeavesHasNotReadCountsNoMore)
{
    {
        auto leaving = client();
        leaving.send("GET /large?1 HTTP/1.1\r\nhost: a\r\n\r\n");
        EXPECT_EQ(status_of(leaving.head()), 200);
        EXPECT_GE(handler_.answers.held(), Echo::kLarge);
    }
    // The server learns of it when it writes; nothing tells us, but that what counted is gone.
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (handler_.answers.held() > 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    EXPECT_EQ(handler_.answers.held(), 0U);
}

TEST_F(ServerTest, AStrangersBodyIsNotReadNorAskedFor)
{
    auto const answer = answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n"
                                  "expect: 100-continue\r\n\r\n");

    EXPECT_EQ(status_of(answer), 401);
    EXPECT_NE(answer.find("connection: close"), std::string::npos);
    EXPECT_EQ(handler_.held, 0U);
}

TEST_F(ServerTest, AChunkedBodyOfAStrangerIsNotReadEither)
{
    EXPECT_EQ(status_of(answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n")),
              401);
}

TEST_F(ServerTest, WhatCameWithTheFirstReadIsNotAskedAbout)
{
    EXPECT_EQ(status_of(answer_to("POST /strange HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc")), 200);
    EXPECT_EQ(handler_.admissions, 0);
}

TEST_F(ServerTest, ABodyThatMayComeIsAskedForAndRead)
{
    std::string const body(90'000, 'x');
    auto peer = client();
    peer.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 90000\r\nexpect: 100-continue\r\n\r\n");

    EXPECT_EQ(status_of(peer.answer()), 100);
    EXPECT_EQ(handler_.held, body.size());
    peer.send(body);

    EXPECT_NE(peer.answer().find(body), std::string::npos);
    EXPECT_EQ(handler_.admissions, 1);
    EXPECT_EQ(handler_.held, 0U);
}

TEST_F(ServerTest, ABodyWithoutRoomIsRefusedBeforeItIsRead)
{
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 100001\r\n\r\n")), 429);
}

TEST_F(ServerTest, AChunkedBodyTakesRoomAsItGrows)
{
    auto peer = client();
    peer.send(kChunkedHead);
    for (int i = 0; i < 26; ++i)
        peer.send("fa0\r\n" + std::string(4000, 'x') + "\r\n");

    EXPECT_EQ(status_of(peer.answer()), 429);
}

class FullServerTest : public ServerTest {
protected:
    FullServerTest()
        : ServerTest({.connection_limit = 2})
    {
    }
    static constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nhost: a\r\n\r\n";
};

TEST_F(FullServerTest, EndsTheConnectionThatWasIdleForLongest)
{
    auto first = client();
    first.send(kGet);
    ASSERT_EQ(status_of(first.answer()), 200);
    auto second = client();
    second.send(kGet);
    ASSERT_EQ(status_of(second.answer()), 200);

    EXPECT_EQ(status_of(answer_to(kGet)), 200);

    EXPECT_TRUE(first.is_closed());
    second.send(kGet);
    EXPECT_EQ(status_of(second.answer()), 200);
}

TEST_F(FullServerTest, EndsAConnectionThatHoldsItsPlaceWithHalfAHead)
{
    auto slow = client();
    auto other = client();
    for (auto* const each : {&slow, &other})
        each->send("GET /x HTTP/1.1\r\nhost: x\r\nx-a:");

    EXPECT_EQ(status_of(answer_to(kGet)), 200);

    EXPECT_TRUE(slow.is_closed());
    other.send(" y\r\n\r\n");
    EXPECT_EQ(status_of(other.answer()), 200);
}

TEST_F(FullServerTest, EndsAConnectionThatNeverAskedAnything)
{
    auto const silent = client();
    auto const other = client();

    EXPECT_EQ(status_of(answer_to(kGet)), 200);
}

} // namespace
} // namespace sluice::http
