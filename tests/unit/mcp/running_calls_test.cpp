#include "mcp/running_calls.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace sluice::mcp {
namespace {

class RunningCallsTest : public testing::Test {
protected:
    boost::asio::io_context here_{1};
    boost::asio::io_context elsewhere_{1};
    Cancellations cancellations_;
    RunningCalls calls_{cancellations_, here_};
    RunningCalls others_{cancellations_, elsewhere_};
};

class Client final : public http::Peer {
public:
    [[nodiscard]] bool is_gone() const override { return is_away; }
    bool is_away = false;
};

http::Request from(std::string agent, std::string session = {})
{
    http::Request request;
    request.headers.add("user-agent", agent);
    if (!session.empty())
        request.headers.add("mcp-session-id", session);
    return request;
}

TEST_F(RunningCallsTest, AreCancelledByTheirNameOnWhateverThread)
{
    Client client;
    RunningCalls::Call call(others_, "a", &client);
    RunningCalls::Call other(others_, "b", &client);
    calls_.cancel("a");
    EXPECT_FALSE(call.is_gone()) << "only its own thread touches it";
    here_.run();
    elsewhere_.run();
    EXPECT_TRUE(call.is_gone());
    EXPECT_FALSE(other.is_gone());
}

TEST_F(RunningCallsTest, AreGoneWithTheirClient)
{
    Client client;
    RunningCalls::Call call(calls_, "a", &client);
    RunningCalls::Call without(calls_, "b", nullptr);
    EXPECT_FALSE(call.is_gone());
    client.is_away = true;
    EXPECT_TRUE(call.is_gone());
    EXPECT_FALSE(without.is_gone());
}

TEST_F(RunningCallsTest, OfTwoWithOneNameNoneIsCancelled)
{
    RunningCalls::Call one(calls_, "a", nullptr);
    {
        RunningCalls::Call two(calls_, "a", nullptr);
        calls_.cancel_here("a");
        EXPECT_FALSE(one.is_gone() || two.is_gone()) << "it may be another client's";
    }
    calls_.cancel_here("a");
    EXPECT_TRUE(one.is_gone());
    calls_.cancel_here("unknown");
}

TEST_F(RunningCallsTest, ANameTellsClientsAndServersApart)
{
    McpServerId const server{Uuid{1}};
    auto const name = RunningCalls::name_of(server, from("agent/1"), "5");
    EXPECT_EQ(RunningCalls::name_of(server, from("agent/1"), "5"), name);
    EXPECT_NE(RunningCalls::name_of(server, from("agent/1"), "\"5\""), name);
    EXPECT_NE(RunningCalls::name_of(server, from("agent/2"), "5"), name);
    EXPECT_NE(RunningCalls::name_of(server, from("agent/1", "s"), "5"), name);
    EXPECT_NE(RunningCalls::name_of(McpServerId{Uuid{2}}, from("agent/1"), "5"), name);
}

} // namespace
} // namespace sluice::mcp
