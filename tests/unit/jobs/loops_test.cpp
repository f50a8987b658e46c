#include "jobs/loops.hpp"

#include "fake_queue.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::jobs {
namespace {

using namespace std::chrono_literals;

constexpr Kind kOther{"other"};

/// Two kinds in real time: what is rung for is looked for at once, and nothing here waits for a pause to end.
class LoopsTest : public testing::Test {
protected:
    LoopsTest()
    {
        for (auto const& kind : {kHealth, kOther})
            loops_.add(kind, [this](Job taken) { return run(taken); });
    }

    Task<Result<Next>> run(Job taken)
    {
        ran_.push_back(taken);
        if (holds_)
            co_await gate_.async_wait(kUseTask);
        co_return std::nullopt;
    }
    /// How often it was asked for jobs of the kind.
    [[nodiscard]] std::ptrdiff_t asked_for(Kind kind) const
    {
        return std::ranges::count(queue_.wishes, kind, &Wish::kind);
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    test::LogFile file_;
    telemetry::Registry registry_;
    FakeQueue queue_;
    Loops loops_{io_, queue_, registry_, file_.log()};
    TaskGroup group_{io_, 10, file_.log(), "loops"};
    SteadyTimer gate_{io_, SteadyTimer::time_point::max()};
    bool holds_ = false;
    std::vector<Job> ran_;
};

TEST_F(LoopsTest, AskForJobsOfEachKindOnceTheyStart)
{
    settle();
    EXPECT_TRUE(queue_.wishes.empty());
    queue_.due = {job(1)};
    loops_.start(group_);
    settle();
    EXPECT_EQ(asked_for(kHealth), 1);
    EXPECT_EQ(asked_for(kOther), 1);
    EXPECT_EQ(ran_.size(), 1U);
    EXPECT_EQ(queue_.finished.size(), 1U);
    EXPECT_NE(registry_.text().find(R"(sluice_worker_jobs_total{kind="health",outcome="done"} 1)"), std::string::npos);
    loops_.stop();
    settle();
}

TEST_F(LoopsTest, EndOnceTheyAreStoppedAndDrained)
{
    holds_ = true;
    queue_.due = {job(1)};
    loops_.start(group_);
    settle();
    loops_.stop();
    settle();
    EXPECT_EQ(group_.running(), 0U) << "the loops themselves have ended";
    EXPECT_FALSE(test::run_on(io_, loops_.drain(Deadline::after(0s)))) << "a job has not";
    gate_.cancel();
    EXPECT_TRUE(test::run_on(io_, loops_.drain(Deadline::after(1h))));
    EXPECT_EQ(queue_.finished.size(), 1U);
}

} // namespace
} // namespace sluice::jobs
