#include "jobs/loop.hpp"

#include "fake_queue.hpp"
#include "support/fake_bell.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace sluice::jobs {
namespace {

using namespace std::chrono_literals;

class LoopTest : public testing::Test {
protected:
    Loop make(Loop::Run run) { return {io_, queue_, {kHealth, 8, 2}, std::move(run), bell_, metrics_, log_}; }

    asio::io_context io_{1};
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    LoopMetrics metrics_{registry_, "health"};
    FakeQueue queue_;
    test::FakeBell bell_;
};

Task<Result<Next>> done(Job)
{
    co_return std::nullopt;
}

Task<Result<Next>> later(Timestamp when)
{
    co_return Next(when);
}

TEST_F(LoopTest, AJobWhoseEndThrowsIsNoLongerRunning)
{
    queue_.is_broken = true;
    queue_.due = {job(1)};
    auto loop = make(done);
    bell_.waited = [&] {
        if (bell_.waits.size() == 2)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.run();
    ended.get();

    ASSERT_EQ(queue_.wishes.size(), 2U);
    EXPECT_TRUE(queue_.wishes[1].running.empty());
}

TEST_F(LoopTest, PausesLongerAfterEachRoundThatFailsAndShortAgainAfterOneThatDoesNot)
{
    queue_.is_down = true;
    auto loop = make(done);
    bell_.waited = [&] {
        if (bell_.waits.size() == 8)
            queue_.is_down = false;
        if (bell_.waits.size() == 9)
            queue_.is_down = true;
        if (bell_.waits.size() == 10)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.run();
    ended.get();
    ASSERT_EQ(bell_.waits.size(), 10U);
    EXPECT_EQ(bell_.waits[0].least, 250ms);
    EXPECT_EQ(bell_.waits[1].least, 500ms);
    EXPECT_EQ(bell_.waits[4].least, 4s);
    EXPECT_EQ(bell_.waits[7].least, 10s);
    EXPECT_EQ(bell_.waits[9].least, 250ms);
    EXPECT_EQ(queue_.takes, 10);
}

/// Ends when the test lets it.
struct Gate {
    explicit Gate(asio::io_context& io)
        : opened(io, SteadyTimer::time_point::max())
    {
    }
    Task<Result<std::optional<Timestamp>>> pass(Job)
    {
        ++entered;
        co_await opened.async_wait(kUseTask);
        co_return std::nullopt;
    }
    SteadyTimer opened;
    int entered = 0;
};

TEST_F(LoopTest, TakesNoMoreOnceItIsStoppedAndFinishesWhatItTook)
{
    Gate gate(io_);
    queue_.due = {job(1), job(2)};
    auto loop = make([&gate](Job taken) { return gate.pass(taken); });
    bell_.waited = [&] {
        queue_.due = {job(3)};
        loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    auto drained = asio::co_spawn(io_, loop.drain(Deadline::after(1h)), asio::use_future);
    io_.poll();
    EXPECT_EQ(gate.entered, 2);
    EXPECT_TRUE(queue_.finished.empty());
    ASSERT_EQ(ended.wait_for(0s), std::future_status::ready);
    gate.opened.cancel();
    io_.restart();
    io_.poll();
    ASSERT_EQ(drained.wait_for(0s), std::future_status::ready);
    EXPECT_TRUE(drained.get());
    EXPECT_EQ(queue_.finished.size(), 2U);
    EXPECT_EQ(queue_.takes, 1);
    EXPECT_TRUE(bell_.is_closed);
}

TEST_F(LoopTest, SleepsUntilTheNextJobIsDueOrItIsRungFor)
{
    auto loop = make(done);
    loop.set_hearing(true);
    queue_.next_in = 7s;
    bell_.waited = [&] {
        if (bell_.waits.size() == 1)
            queue_.next_in = 2h;
        if (bell_.waits.size() == 2)
            queue_.next_in.reset();
        if (bell_.waits.size() == 3)
            loop.set_hearing(false);
        if (bell_.waits.size() == 4)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.run();
    ended.get();
    ASSERT_EQ(bell_.waits.size(), 4U);
    EXPECT_EQ(bell_.waits[0].most, 7s);
    EXPECT_EQ(bell_.waits[1].most, 30s);
    EXPECT_EQ(bell_.waits[2].most, 30s);
    EXPECT_EQ(bell_.waits[3].most, 500ms) << "nobody rings";
    for (auto const& wait : bell_.waits)
        EXPECT_EQ(wait.least, 100ms);
}

TEST_F(LoopTest, WishesForWhatIsLeftOfEachShareAndGoesOnAfterTheLastEnvironment)
{
    Gate gate(io_);
    auto one = job(1);
    auto two = job(2);
    one.environment = EnvironmentId{Uuid{1}};
    two.environment = EnvironmentId{Uuid{2}};
    queue_.due = {two, two, one};
    auto loop = make([&gate](Job taken) { return gate.pass(taken); });
    bell_.waited = [&] {
        if (bell_.waits.size() == 2)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.poll();
    ASSERT_EQ(queue_.wishes.size(), 2U);
    EXPECT_EQ(queue_.wishes[0].most, 8U);
    EXPECT_TRUE(queue_.wishes[0].running.empty());
    EXPECT_EQ(queue_.wishes[1].most, 5U);
    EXPECT_EQ(queue_.wishes[1].share, 2U);
    EXPECT_EQ(queue_.wishes[1].after, two.environment);
    auto running = queue_.wishes[1].running;
    std::ranges::sort(running);
    EXPECT_EQ(running,
              (std::vector<std::pair<EnvironmentId, std::size_t>>{{one.environment, 1}, {two.environment, 2}}));
    gate.opened.cancel();
    io_.restart();
    io_.poll();
    EXPECT_EQ(queue_.finished.size(), 3U);
    EXPECT_EQ(bell_.rings, 3) << "there is room again";
}

Task<Result<std::optional<Timestamp>>> fail(Job)
{
    co_return Error{ErrorCode::upstream_failed, "no"};
}

Task<Result<std::optional<Timestamp>>> throw_something(Job)
{
    throw std::runtime_error("thrown");
    co_return std::nullopt;
}

TEST_F(LoopTest, AJobThatFailsOrThrowsIsDueAgainAfterPausesThatGrow)
{
    for (auto const& run : {fail, throw_something}) {
        queue_.failed.clear();
        bell_.waits.clear();
        auto loop = make(run);
        auto again = job(1);
        again.failures = 4;
        queue_.due = {job(2), again};
        bell_.waited = [&] { loop.stop(); };
        auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
        io_.restart();
        io_.run();
        ended.get();
        ASSERT_EQ(queue_.failed.size(), 2U);
        for (auto const& [failed, pause] : queue_.failed) {
            std::chrono::seconds const least = failed.failures == 4 ? 16min : 1min;
            EXPECT_GE(pause, least);
            EXPECT_LE(pause, least * 5 / 4);
        }
        EXPECT_TRUE(queue_.finished.empty());
    }
}

TEST_F(LoopTest, GivesAJobTheTimeItAsksFor)
{
    Timestamp const next{std::chrono::seconds(1'800'000'000)};
    queue_.due = {job(1)};
    auto loop = make([next](Job) -> Task<Result<Next>> { return later(next); });
    bell_.waited = [&] { loop.stop(); };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.run();
    ended.get();
    ASSERT_EQ(queue_.finished.size(), 1U);
    EXPECT_EQ(queue_.finished[0].second, next);
}

TEST_F(LoopTest, TakesNothingWhileAllItsPlacesAreTaken)
{
    Gate gate(io_);
    for (std::uint8_t number = 1; number <= 9; ++number)
        queue_.due.push_back(job(number));
    auto loop = make([&gate](Job taken) { return gate.pass(taken); });
    bell_.waited = [&] {
        if (bell_.waits.size() == 3)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.poll();
    EXPECT_EQ(queue_.takes, 1);
    EXPECT_EQ(gate.entered, 8);
    EXPECT_EQ(bell_.waits.back().most, 500ms);
    gate.opened.cancel();
    io_.restart();
    io_.poll();
    EXPECT_EQ(queue_.finished.size(), 8U);
}

TEST_F(LoopTest, IsNotDrainedWhileAJobRuns)
{
    Gate gate(io_);
    queue_.due = {job(1)};
    auto loop = make([&gate](Job taken) { return gate.pass(taken); });
    bell_.waited = [&] { loop.stop(); };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.poll();
    EXPECT_FALSE(test::run_on(io_, loop.drain(Deadline::after(0s))));
    gate.opened.cancel();
    EXPECT_TRUE(test::run_on(io_, loop.drain(Deadline::after(1h))));
}

TEST_F(LoopTest, SaysInTheLogWhatFailedAndWhatWasNotStored)
{
    test::LogFile file;
    Loop loop(io_, queue_, {kHealth, 8, 2}, fail, bell_, metrics_, file.log());
    queue_.due = {job(1)};
    queue_.is_full = true;
    bell_.waited = [&] {
        queue_.is_down = true;
        if (bell_.waits.size() == 2)
            loop.stop();
    };
    auto ended = asio::co_spawn(io_, loop.run(), asio::use_future);
    io_.run();
    ended.get();
    auto const text = file.text();
    for (auto const* line : {R"("message":"job failed","code":"upstream_failed")",
                             R"("message":"the end of a job was not stored","code":"unavailable")",
                             R"("message":"jobs could not be taken","code":"unavailable")"})
        EXPECT_NE(text.find(line), std::string::npos) << line << '\n' << text;
    EXPECT_EQ(metrics_.failures.value(), 2U);
    EXPECT_EQ(metrics_.done.value(), 0U);
}

TEST(PauseTest, GrowsFromAMinuteToFourHours)
{
    EXPECT_EQ(pause_after_failures(1, 0), 1min);
    EXPECT_EQ(pause_after_failures(2, 0), 2min);
    EXPECT_EQ(pause_after_failures(8, 0), 128min);
    EXPECT_EQ(pause_after_failures(9, 0), 4h);
    EXPECT_EQ(pause_after_failures(1000, 0), 4h);
    EXPECT_EQ(pause_after_failures(1, 1), 75s) << "a quarter more at most";
    EXPECT_EQ(pause_after_failures(0, 0), 1min);
}

} // namespace
} // namespace sluice::jobs
