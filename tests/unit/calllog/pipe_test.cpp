#include "calllog/pipe.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::calllog {
namespace {

constexpr Pipe::Config kSmall{.ring_bytes = 256, .batch_bytes = 100, .gather = std::chrono::milliseconds(0)};

TEST(RingTest, GivesRowsInOrderAlsoAcrossItsEnd)
{
    Ring ring(64);
    for (int turn = 0; turn < 20; ++turn) {
        auto const row = "row " + std::to_string(turn) + '\n';
        ASSERT_TRUE(ring.push(row, 1));
        ASSERT_TRUE(ring.push("x\n", 1));
        std::string out;
        Day day = 0;
        EXPECT_EQ(ring.pop(out, day, 1000), 2U);
        EXPECT_EQ(out, row + "x\n");
    }
}

TEST(RingTest, TakesNothingThatDoesNotFit)
{
    Ring ring(64);
    EXPECT_TRUE(ring.push(std::string(40, 'a'), 1));
    EXPECT_FALSE(ring.push(std::string(40, 'b'), 1));
    EXPECT_TRUE(ring.push("c", 1));
    std::string out;
    Day day = 0;
    EXPECT_EQ(ring.pop(out, day, 1000), 2U);
    EXPECT_EQ(out, std::string(40, 'a') + 'c');
    EXPECT_TRUE(ring.empty());
}

TEST(RingTest, ABatchHasRowsOfOneDay)
{
    Ring ring(256);
    ring.push("a", 7);
    ring.push("b", 8);
    std::string out;
    Day day = 0;
    EXPECT_EQ(ring.pop(out, day, 1000), 1U);
    EXPECT_EQ(day, 7);
    EXPECT_EQ(ring.pop(out, day, 1000), 0U);
    out.clear();
    EXPECT_EQ(ring.pop(out, day, 1000), 1U);
    EXPECT_EQ(day, 8);
}

TEST(PipeTest, CountsWhatIsTakenAndWhatIsDropped)
{
    asio::io_context io(1);
    Pipe pipe(io, kSmall);
    std::uint64_t taken = 0;
    auto& inlet = pipe.add(taken);
    for (int i = 0; i < 10; ++i)
        inlet.push(std::string(60, 'x'), 1);
    EXPECT_EQ(taken + pipe.dropped(), 10U);
    EXPECT_GT(pipe.dropped(), 0U);
    EXPECT_GT(taken, 0U);
}

TEST(PipeTest, EndsWhenItIsClosedAndEmpty)
{
    asio::io_context io(1);
    Pipe pipe(io, kSmall);
    std::uint64_t taken = 0;
    pipe.add(taken).push("row", 1);
    pipe.close();
    auto const first = test::run_on(io, pipe.next());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->rows, "row");
    EXPECT_FALSE(test::run_on(io, pipe.next()));
}

/// A batch costs as much as many rows.
TEST(PipeTest, RowsThatComeWhileABatchIsStoredWaitForMore)
{
    asio::io_context io(1);
    Pipe pipe(io, {.ring_bytes = 256, .batch_bytes = 100, .gather = std::chrono::hours(1)});
    std::uint64_t taken = 0;
    auto& inlet = pipe.add(taken);
    inlet.push("a", 1);
    EXPECT_EQ(test::run_on(io, pipe.next())->rows, "a");
    inlet.push("b", 1);
    std::optional<Pipe::Batch> batch;
    auto const read = [](Pipe& from, std::optional<Pipe::Batch>& into) -> Task<void> { into = co_await from.next(); };
    asio::co_spawn(io, read(pipe, batch), asio::detached);
    io.restart();
    io.poll();
    EXPECT_FALSE(batch);
    inlet.push("c", 1);
    pipe.close();
    io.run();
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->rows, "bc");
}

TEST(PipeTest, AFullBatchIsFollowedAtOnce)
{
    asio::io_context io(1);
    Pipe pipe(io, {.ring_bytes = 256, .batch_bytes = 10, .gather = std::chrono::hours(1)});
    std::uint64_t taken = 0;
    auto& inlet = pipe.add(taken);
    inlet.push("0123456789", 1);
    inlet.push("more", 1);
    EXPECT_EQ(test::run_on(io, pipe.next())->rows, "0123456789");
    EXPECT_EQ(test::run_on(io, pipe.next())->rows, "more");
}

Task<void> read(Pipe& pipe, std::size_t rows, std::size_t& seen)
{
    while (seen < rows)
        if (auto const batch = co_await pipe.next())
            seen += batch->count;
}

/// Every row comes out once, whichever thread pushed it, although the task sleeps again and again.
TEST(PipeTest, LosesNothingBetweenThreads)
{
    constexpr int kThreads = 3;
    constexpr int kRows = 20'000;
    asio::io_context io(1);
    Pipe pipe(io, {.ring_bytes = 1UL << 22, .batch_bytes = 4096, .gather = std::chrono::milliseconds(0)});
    std::vector<std::uint64_t> taken(kThreads);
    std::vector<Inlet*> inlets;
    for (auto& count : taken)
        inlets.push_back(&pipe.add(count));
    std::size_t seen = 0;
    asio::co_spawn(io, read(pipe, std::size_t{kThreads} * kRows, seen), asio::detached);
    std::vector<std::thread> threads;
    for (auto* inlet : inlets)
        threads.emplace_back([inlet] {
            for (int i = 0; i < kRows; ++i)
                inlet->push("0123456789", 1);
        });
    io.run();
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(seen, std::size_t{kThreads} * kRows);
    EXPECT_EQ(pipe.dropped(), 0U);
}

} // namespace
} // namespace sluice::calllog
