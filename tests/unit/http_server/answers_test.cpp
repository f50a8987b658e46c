// What a server answers, and what it does to those that are slow, wrong or late.
#include "server_fixture.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;

TEST_F(ServerTest, AnswersHeadWithoutABodyButWithItsLength)
{
    auto peer = client();
    peer.send("HEAD /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    auto const answer = peer.rest();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("content-length: 26\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, AnswersWithoutContentHaveNoLength)
{
    auto peer = client();
    peer.send("GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    auto const answer = peer.rest();
    EXPECT_EQ(status_of(answer), 204);
    EXPECT_EQ(answer.find("content-length"), std::string::npos) << answer;
}

TEST_F(ServerTest, AnswersRequestsOfOneConnectionInTheirOrder)
{
    auto peer = client();
    peer.send("GET /1 HTTP/1.1\r\nhost: a\r\n\r\nPOST /2 HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nxGET /3 "
              "HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    EXPECT_NE(peer.answer().find("GET /1"), std::string::npos);
    EXPECT_NE(peer.answer().find("POST /2 x"), std::string::npos);
    EXPECT_NE(peer.answer().find("GET /3"), std::string::npos);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerTest, ClosesAfterTheAnswerWhereTheClientAsksForIt)
{
    for (auto const* head : {"GET /x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"}) {
        auto peer = client();
        peer.send(head);
        EXPECT_NE(peer.answer().find("connection: close"), std::string::npos) << head;
        EXPECT_TRUE(peer.is_closed()) << head;
    }
}

TEST_F(ServerTest, AFieldsValueEndsNoField)
{
    auto const answer = answer_to("GET /split HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_NE(answer.find("x-note: a  set-cookie: b\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("\r\nset-cookie"), std::string::npos) << answer;
}

TEST_F(ServerTest, AHandlerThatThrowsIsAFaultOfOursAndTheConnectionGoesOn)
{
    auto peer = client();
    peer.send("GET /throw HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 500);
    peer.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 200);
}

TEST_F(ServerTest, AnAdmissionThatThrowsIsOneToo)
{
    auto const answer = answer_to("POST /throw HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n");
    EXPECT_EQ(status_of(answer), 500);
    EXPECT_NE(answer.find("connection: close"), std::string::npos) << "its body is still to come";
}

TEST_F(ServerTest, ABodyBeyondTheLimitOfItsRouteIsRefusedHoweverItComes)
{
    EXPECT_EQ(status_of(answer_to("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1048577\r\n\r\n")), 413);
    EXPECT_EQ(status_of(answer_to(std::string(kChunkedHead) + "100001\r\n")), 413);
    EXPECT_EQ(handler_.held, 0U);
    EXPECT_EQ(metrics_.refused.value(), 2U);
}

TEST_F(ServerTest, AHeadThatIsTooLargeIsRefused)
{
    auto peer = client();
    peer.send("GET /x HTTP/1.1\r\nhost: a\r\nx-a: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(status_of(peer.answer()), 431);
}

TEST_F(ServerTest, WhatIsNoHttpIsRefused)
{
    for (auto const* text : {"\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n", "GET /x HTTP/2.0\r\n\r\n"})
        EXPECT_EQ(status_of(answer_to(text)), 400) << text;
}

TEST_F(ServerTest, NothingIsSaidToAPeerThatLeavesInTheMiddleOfItsHead)
{
    auto peer = client();
    peer.send("GET /x HT");
    peer.finish_sending();
    EXPECT_EQ(peer.rest(), "");
    EXPECT_EQ(metrics_.refused.value(), 0U);
}

TEST_F(ServerTest, AStreamThatThrowsIsSeenToBeCut)
{
    auto peer = client();
    peer.send("GET /broken-stream HTTP/1.1\r\nhost: a\r\n\r\n");
    auto const answer = peer.rest();
    EXPECT_TRUE(answer.ends_with("3\r\none\r\n")) << answer;
}

TEST_F(ServerTest, AStreamIsToldWhenItsClientLeaves)
{
    auto left = handler_.left.get_future();
    {
        auto peer = client();
        peer.send("GET /watch HTTP/1.1\r\nhost: a\r\n\r\n");
        EXPECT_EQ(status_of(peer.head()), 200);
        EXPECT_EQ(left.wait_for(0s), std::future_status::timeout);
    }
    ASSERT_EQ(left.wait_for(10s), std::future_status::ready);
    EXPECT_TRUE(left.get());
}

TEST_F(ServerTest, ListensOnlyOnAnAddress)
{
    Server other(io_, {.address = "localhost"}, handler_, metrics_, log_);
    auto const listening = other.listen();
    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().failures().front().path, "listen.address");
}

/// All limits are over at once, so that nothing has to be waited for.
class HurriedServerTest : public ServerTest {
protected:
    HurriedServerTest()
        : ServerTest({.connection_limit = 10, .head_limit = 1ms, .body_limit = 1ms, .write_limit = 1ms})
    {
    }
};

TEST_F(HurriedServerTest, TellsAClientWhoseHeadIsLate)
{
    auto const answer = answer_to("GET /x HTTP/1.1\r\nho");
    EXPECT_EQ(status_of(answer), 408);
    EXPECT_NE(answer.find("head did not arrive in time"), std::string::npos) << answer;
}

TEST_F(HurriedServerTest, TellsAClientWhoseBodyIsLate)
{
    auto const answer = answer_to("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nx");
    EXPECT_EQ(status_of(answer), 408);
    EXPECT_NE(answer.find("body did not arrive in time"), std::string::npos) << answer;
}

TEST_F(HurriedServerTest, CutsOffAClientThatDoesNotRead)
{
    auto peer = client();
    peer.send("GET /large?1 HTTP/1.1\r\nhost: a\r\n\r\n");
    // Nothing is read until the server has given up: then what it kept is gone.
    auto const limit = std::chrono::steady_clock::now() + 10s;
    EXPECT_EQ(status_of(peer.head()), 200);
    while (handler_.answers.held() > 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    EXPECT_EQ(handler_.answers.held(), 0U);
    EXPECT_LT(peer.rest().size(), Echo::kLarge);
}

class IdleServerTest : public ServerTest {
protected:
    IdleServerTest()
        : ServerTest({.connection_limit = 10, .idle_limit = 1ms})
    {
    }
};

TEST_F(IdleServerTest, ClosesAConnectionOnWhichNothingIsAsked)
{
    auto peer = client();
    EXPECT_TRUE(peer.is_closed());
}

/// Ends as a process does at SIGTERM.
class DrainTest : public ServerTest {
protected:
    std::future<bool> drain(std::chrono::milliseconds limit)
    {
        return asio::co_spawn(io_, server_->drain(Deadline::after(limit)), asio::use_future);
    }
    void open_gate()
    {
        asio::post(io_, [this] { handler_.gate.cancel(); });
    }
};

TEST_F(DrainTest, FinishesWhatIsUnderWayAndClosesWhatIsIdle)
{
    auto idle = client();
    idle.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
    ASSERT_EQ(status_of(idle.answer()), 200);
    auto busy = client();
    busy.send("POST /gate HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n");
    ASSERT_EQ(status_of(busy.answer()), 100);
    busy.send("12345");
    auto drained = drain(10s);
    EXPECT_TRUE(idle.is_closed());
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
    open_gate();
    auto const answer = busy.answer();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("connection: close"), std::string::npos);
    ASSERT_EQ(drained.wait_for(10s), std::future_status::ready);
    EXPECT_TRUE(drained.get());
}

TEST_F(DrainTest, CutsWhatIsStillUnderWayAtItsDeadline)
{
    auto busy = client();
    busy.send("GET /gate HTTP/1.1\r\nhost: a\r\n\r\n");
    auto const limit = std::chrono::steady_clock::now() + 10s;
    // The count belongs to the server's thread.
    auto const activity = [this] {
        return asio::post(io_, asio::use_future([this] { return server_->activity(); })).get();
    };
    while (activity() == 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    auto drained = drain(0s);
    EXPECT_TRUE(busy.is_closed());
    open_gate();
    ASSERT_EQ(drained.wait_for(10s), std::future_status::ready);
    EXPECT_FALSE(drained.get());
}

} // namespace
} // namespace sluice::http
