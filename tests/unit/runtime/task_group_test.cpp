#include "runtime/task_group.hpp"

#include "support/log_file.hpp"
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
    static Task<void> fail_oddly()
    {
        throw 1; // NOLINT: what a library may throw.
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

TEST_F(TaskGroupTest, RefusesATaskBeyondItsLimit)
{
    TaskGroup group(io_, 2, log_, "test");
    EXPECT_TRUE(group.spawn(pass(gate_, has_passed_)));
    EXPECT_FALSE(group.full());
    EXPECT_TRUE(group.spawn(leave()));
    EXPECT_TRUE(group.full());
    EXPECT_FALSE(group.spawn(leave()));
    io_.poll();
    EXPECT_EQ(group.running(), 1U);
    EXPECT_TRUE(group.spawn(leave()));
    gate_.cancel();
    io_.restart();
    io_.run();
}

TEST_F(TaskGroupTest, IsNotDrainedWhileATaskRuns)
{
    TaskGroup group(io_, 1, log_, "test");
    EXPECT_TRUE(test::run_on(io_, group.drain(Deadline::after(0s)))) << "nothing runs";
    group.spawn(pass(gate_, has_passed_));
    EXPECT_FALSE(test::run_on(io_, group.drain(Deadline::after(0s))));
    gate_.cancel();
    EXPECT_TRUE(test::run_on(io_, group.drain(Deadline::after(1h)))) << "it ends as soon as the last one does";
}

TEST_F(TaskGroupTest, SaysInTheLogWhichGroupsTaskThrewAndWhat)
{
    test::LogFile file;
    TaskGroup group(io_, 2, file.log(), "renewals");
    group.spawn(fail());
    group.spawn(fail_oddly());
    io_.run();
    auto const lines = file.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(lines[0].ends_with(R"("group":"renewals","detail":"broken"})")) << lines[0];
    EXPECT_TRUE(lines[1].ends_with(R"("group":"renewals"})")) << lines[1];
}

} // namespace
} // namespace sluice
