#include "jobs/timed_bell.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::jobs {
namespace {

using namespace std::chrono_literals;

class TimedBellTest : public testing::Test {
protected:
    Task<void> waiting(std::chrono::milliseconds least, std::chrono::milliseconds most)
    {
        co_await bell_.wait(least, most);
        ++ended_;
    }
    /// How many waits have ended, this one among them if it has.
    int wait(std::chrono::milliseconds least, std::chrono::milliseconds most)
    {
        asio::co_spawn(io_, waiting(least, most), asio::detached);
        return settled();
    }
    int settled()
    {
        io_.restart();
        io_.poll();
        return ended_;
    }

    asio::io_context io_{1};
    TimedBell bell_{io_};
    int ended_ = 0;
};

TEST_F(TimedBellTest, EndsAWaitWhenItIsRung)
{
    EXPECT_EQ(wait(0ms, 1h), 0);
    bell_.ring();
    EXPECT_EQ(settled(), 1);
}

TEST_F(TimedBellTest, EndsAWaitThatItWasRungForBefore)
{
    bell_.ring();
    EXPECT_EQ(wait(0ms, 1h), 1);
    EXPECT_EQ(wait(0ms, 1h), 1) << "once only";
}

TEST_F(TimedBellTest, EndsNoWaitBeforeItsLeast)
{
    EXPECT_EQ(wait(1h, 2h), 0);
    bell_.ring();
    EXPECT_EQ(settled(), 0);
    bell_.close();
    EXPECT_EQ(settled(), 1);
}

TEST_F(TimedBellTest, EndsAWaitAtItsMost)
{
    EXPECT_EQ(wait(0ms, 0ms), 1);
}

TEST_F(TimedBellTest, LetsNoWaitLastOnceItIsClosed)
{
    bell_.close();
    EXPECT_EQ(wait(1h, 2h), 1);
}

} // namespace
} // namespace sluice::jobs
