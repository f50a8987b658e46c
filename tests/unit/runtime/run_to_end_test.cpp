#include "runtime/run_to_end.hpp"

#include "runtime/offload.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include <boost/asio/post.hpp>

namespace sluice {
namespace {

Task<std::unique_ptr<int>> give(int number)
{
    co_return std::make_unique<int>(number); // A result need not be copied.
}

Task<void> fail()
{
    throw std::runtime_error("no");
    co_return;
}

/// Nobody ends the wait.
Task<void> wait_for_nothing(asio::io_context& io)
{
    SteadyTimer timer(io, std::chrono::steady_clock::time_point::max());
    io.stop();
    co_await timer.async_wait(kUseTask);
}

TEST(RunToEnd, GivesTheResultAndLeavesTheContextReadyToRun)
{
    asio::io_context io(1);
    EXPECT_EQ(*run_to_end(io, give(7)), 7);
    EXPECT_EQ(*run_to_end(io, give(8)), 8);
    bool was_run = false;
    asio::post(io, [&] { was_run = true; });
    io.run();
    EXPECT_TRUE(was_run);
}

TEST(RunToEnd, ThrowsWhatTheCoroutineThrows)
{
    asio::io_context io(1);
    EXPECT_THROW(run_to_end(io, fail()), std::runtime_error);
}

TEST(RunToEnd, SaysThatACoroutineWillNeverEnd)
{
    asio::io_context io(1);
    EXPECT_THROW(run_to_end(io, wait_for_nothing(io)), std::logic_error);
}

} // namespace
} // namespace sluice
