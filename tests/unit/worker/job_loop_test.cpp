#include "worker/job_loop.hpp"

#include "support/fake_bell.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::worker {
namespace {

using namespace std::chrono_literals;
using tenancy::Job;
using tenancy::JobKind;

/// A queue in memory.
class FakeQueue final : public tenancy::JobQueue {
public:
    Task<Result<std::vector<Job>>> take(JobKind, std::size_t most, std::chrono::seconds, Deadline) override
    {
        if (++takes > 1000)
            throw std::runtime_error("the loop spins");
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is not available."};
        std::vector<Job> taken;
        while (!due.empty() && taken.size() < most) {
            taken.push_back(due.back());
            due.pop_back();
        }
        co_return taken;
    }
    Task<Result<void>> finish(Job job, std::optional<Timestamp>, Deadline) override
    {
        finished.push_back(job);
        co_return Result<void>{};
    }

    int takes = 0;
    bool is_down = false;
    std::vector<Job> due;
    std::vector<Job> finished;
};

Job job(std::uint8_t number)
{
    Job made;
    made.kind = JobKind::account_health;
    made.id = Uuid{number};
    return made;
}

class JobLoopTest : public testing::Test {
protected:
    JobLoop make(JobLoop::Run run)
    {
        return {io_, queue_, JobKind::account_health, std::move(run), bell_, metrics_, log_};
    }

    asio::io_context io_{1};
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    LoopMetrics metrics_{registry_, "account_health"};
    FakeQueue queue_;
    test::FakeBell bell_;
};

Task<Result<std::optional<Timestamp>>> done(Job)
{
    co_return std::nullopt;
}

TEST_F(JobLoopTest, PausesLongerAfterEachRoundThatFailsAndShortAgainAfterOneThatDoesNot)
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

TEST_F(JobLoopTest, TakesNoMoreOnceItIsStoppedAndFinishesWhatItTook)
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

} // namespace
} // namespace sluice::worker
