#include "runtime/task_group.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include <fcntl.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public ::testing::Test {
protected:
    /// Ends when the gate opens.
    static Task<void> pass(SteadyTimer& gate, bool& has_passed)
    {
        co_await gate.async_wait(kUseTask);
        has_passed = true;
    }
    static Task<void> leave() { co_return; }
    static Task<void> fail()
    {
        throw std::runtime_error("broken");
        co_return;
    }

    asio::io_context io_{1};
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    SteadyTimer gate_{io_, SteadyTimer::time_point::max()};
    bool has_passed_ = false;
};

TEST_F(TaskGroupTest, GoesOnBehindACallerWhoseTimeIsOver)
{
    TaskGroup group(io_, 1, log_, "test");
    EXPECT_FALSE(test::run_on(io_, group.run(pass(gate_, has_passed_), Deadline::after(0s))));
    EXPECT_EQ(group.running(), 1U);
    EXPECT_FALSE(test::run_on(io_, group.run(leave(), Deadline::after(0s)))) << "full";
    gate_.cancel();
    EXPECT_TRUE(test::run_on(io_, group.drain(Deadline::after(10s))));
    EXPECT_TRUE(has_passed_);
}

TEST_F(TaskGroupTest, ATaskThatThrowsHasEnded)
{
    TaskGroup group(io_, 1, log_, "test");
    EXPECT_TRUE(test::run_on(io_, group.run(fail(), Deadline::after(1s))));
    EXPECT_EQ(group.running(), 0U);
}

TEST_F(TaskGroupTest, AnswersAsSoonAsTheTaskHasEnded)
{
    TaskGroup group(io_, 1, log_, "test");
    EXPECT_TRUE(test::run_on(io_, group.run(leave(), Deadline::after(1h))));
    asio::post(io_, [this] { gate_.expires_at(SteadyTimer::time_point::min()); });
    EXPECT_TRUE(test::run_on(io_, group.run(pass(gate_, has_passed_), Deadline::after(1h))));
    EXPECT_TRUE(has_passed_);
}

} // namespace
} // namespace sluice
