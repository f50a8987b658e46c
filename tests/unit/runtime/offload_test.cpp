#include "runtime/offload.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <latch>
#include <set>
#include <string>

namespace sluice {
namespace {

using namespace std::chrono_literals;

Task<Result<std::string>> offloaded(WorkerPool& pool, Deadline deadline,
                                    std::move_only_function<Result<std::string>(std::size_t)> job)
{
    return offload<std::string>(pool, deadline, std::move(job));
}

TEST(WorkerPoolTest, RunsWhatIsQueuedBeforeItEnds)
{
    std::vector<int> done;
    {
        std::latch gate(1);
        WorkerPool pool(1, 10);
        EXPECT_TRUE(pool.post([&](std::size_t) { gate.wait(); }));
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(pool.post([&done, i](std::size_t) { done.push_back(i); }));
        gate.count_down();
    }
    EXPECT_EQ(done, (std::vector{0, 1, 2}));
}

TEST(WorkerPoolTest, RefusesWhatIsBeyondItsQueue)
{
    std::latch has_begun(1);
    std::latch gate(1);
    WorkerPool pool(1, 2);
    EXPECT_TRUE(pool.post([&](std::size_t) {
        has_begun.count_down();
        gate.wait();
    }));
    has_begun.wait();
    EXPECT_TRUE(pool.post([](std::size_t) {}));
    EXPECT_TRUE(pool.post([](std::size_t) {}));
    EXPECT_FALSE(pool.post([](std::size_t) { FAIL() << "it was refused"; }));
    EXPECT_EQ(pool.queued(), 2U);
    gate.count_down();
}

TEST(WorkerPoolTest, TellsAJobWhichThreadRunsIt)
{
    std::mutex mutex;
    std::set<std::size_t> threads;
    {
        std::latch all(3);
        WorkerPool pool(3, 3);
        EXPECT_EQ(pool.threads(), 3U);
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(pool.post([&](std::size_t thread) {
                all.arrive_and_wait(); // Each has a thread of its own now.
                std::lock_guard const lock(mutex);
                threads.insert(thread);
            }));
    }
    EXPECT_EQ(threads, (std::set<std::size_t>{0, 1, 2}));
}

TEST(OffloadTest, GivesTheResultToTheCallersThread)
{
    asio::io_context io(1);
    WorkerPool pool(1, 1);
    auto const here = std::this_thread::get_id();
    std::thread::id there;
    auto const said = test::run_on(io, offloaded(pool, Deadline::after(60s), [&](std::size_t) -> Result<std::string> {
                                       there = std::this_thread::get_id();
                                       return std::string("done");
                                   }));
    EXPECT_EQ(said.value(), "done");
    EXPECT_NE(there, here);
}

TEST(OffloadTest, GivesTheErrorOfTheJob)
{
    asio::io_context io(1);
    WorkerPool pool(1, 1);
    auto const said = test::run_on(io, offloaded(pool, Deadline::after(60s), [](std::size_t) -> Result<std::string> {
                                       return Error{ErrorCode::conflict, "x"};
                                   }));
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code(), ErrorCode::conflict);
}

TEST(OffloadTest, IsRefusedWhenTheQueueIsFull)
{
    asio::io_context io(1);
    WorkerPool pool(1, 0);
    auto const said = test::run_on(io, offloaded(pool, Deadline::after(60s), [](std::size_t) -> Result<std::string> {
                                       return std::string("done");
                                   }));
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(said.error().log_message(), "worker queue is full");
}

TEST(OffloadTest, EndsAtItsDeadlineThoughTheJobGoesOn)
{
    asio::io_context io(1);
    std::latch gate(1);
    bool has_ended = false;
    {
        WorkerPool pool(1, 1);
        auto const said =
            test::run_on(io, offloaded(pool, Deadline::after(0s), [&](std::size_t) -> Result<std::string> {
                             gate.wait();
                             has_ended = true;
                             return std::string("too late");
                         }));
        ASSERT_FALSE(said);
        EXPECT_EQ(said.error().code(), ErrorCode::unavailable);
        EXPECT_EQ(said.error().log_message(), "blocking work exceeded its deadline");
        gate.count_down();
    }
    EXPECT_TRUE(has_ended);
}

TEST(OffloadTest, LeavesACallerAloneThatHasGone)
{
    asio::io_context io(1);
    std::latch gate(1);
    {
        WorkerPool pool(1, 1);
        asio::co_spawn(io,
                       offloaded(pool, Deadline::after(0s),
                                 [&](std::size_t) -> Result<std::string> {
                                     gate.wait();
                                     return std::string("too late");
                                 }),
                       asio::detached);
        io.run();
        gate.count_down();
    }
    io.restart();
    EXPECT_EQ(io.run(), 1U) << "what it says is heard and thrown away";
}

} // namespace
} // namespace sluice
