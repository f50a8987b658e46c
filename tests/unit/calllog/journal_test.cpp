#include "calllog/journal.hpp"

#include "calllog/counts.hpp"
#include "support/call_log.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include <unistd.h>

namespace sluice::calllog {
namespace {

class JournalTest : public ::testing::Test {
protected:
    void push(std::string_view row, Day day = 20'000) { inlet_.push(row, day); }
    /// Closes the pipe and runs the journal to its end.
    void end(std::chrono::milliseconds left = std::chrono::seconds(5))
    {
        journal_.close(Deadline::after(left));
        test::run_on(io_, run());
    }
    Task<bool> run()
    {
        co_await journal_.run();
        co_return true;
    }

    asio::io_context io_{1};
    test::LogFile log_file_;
    telemetry::Registry registry_;
    JournalMetrics metrics_{registry_};
    test::FakeLog repository_;
    std::uint64_t taken_ = 0;
    std::uint64_t settled_ = 0;
    Pipe pipe_{io_, {.ring_bytes = 1UL << 16, .gather = std::chrono::milliseconds(0)}};
    Inlet& inlet_ = pipe_.add(taken_);
    Journal journal_{pipe_, repository_, settled_, metrics_, log_file_.log()};
};

TEST_F(JournalTest, StoresTheRowsOfADayTogether)
{
    push("a\n");
    push("b\n");
    push("c\n", 20'001);
    end();
    ASSERT_EQ(repository_.appended.size(), 2U);
    EXPECT_EQ(repository_.appended[0].rows, "a\nb\n");
    EXPECT_EQ(repository_.appended[1].rows, "c\n");
    EXPECT_EQ(repository_.appended[1].day, 20'001);
    EXPECT_EQ(metrics_.stored.value(), 3U);
    EXPECT_EQ(settled_, taken_);
}

TEST_F(JournalTest, TriesAgainWhileTheDatabaseIsDown)
{
    repository_.failures.assign(2, Error{ErrorCode::unavailable, "down"});
    push("a\n");
    end();
    EXPECT_EQ(repository_.tries, 3);
    ASSERT_EQ(repository_.appended.size(), 1U);
    EXPECT_EQ(metrics_.lost.value(), 0U);
}

TEST_F(JournalTest, GivesRowsUpThatCannotBeStoredAndCountsThem)
{
    repository_.failures.assign(3, Error{ErrorCode::internal, "Unexpected fault.", "bad row"});
    push("a\n");
    end();
    EXPECT_EQ(repository_.tries, 3);
    EXPECT_EQ(metrics_.lost.value(), 1U);
    EXPECT_EQ(settled_, 1U);
}

TEST_F(JournalTest, GivesUpWhenTheProcessEnds)
{
    repository_.failures.assign(100, Error{ErrorCode::unavailable, "down"});
    push("a\n");
    push("b\n");
    end(std::chrono::milliseconds(0));
    EXPECT_EQ(metrics_.lost.value(), 2U);
}

TEST(CountsTest, KnowsWhatAProcessThatWasKilledLost)
{
    auto const file = std::filesystem::temp_directory_path() / ("sluice-counts-" + std::to_string(::getpid()));
    {
        auto counts = Counts::open(file);
        ASSERT_TRUE(counts);
        EXPECT_EQ(counts->lost_before(), 0U);
        counts->taken(0) = 70;
        counts->taken(1) = 30;
        counts->settled() = 95;
        EXPECT_FALSE(Counts::open(file)) << "two processes with one file";
    }
    {
        auto const next = Counts::open(file);
        ASSERT_TRUE(next);
        EXPECT_EQ(next->lost_before(), 5U);
    }
    EXPECT_EQ(Counts::open(file)->lost_before(), 0U);
    std::filesystem::remove(file);
}

TEST(CountsTest, SaysWhyAFileCannotBeUsed)
{
    auto const counts = Counts::open("/nowhere/at/all");
    ASSERT_FALSE(counts);
    EXPECT_NE(counts.error().public_detail().find("call_log.count_file"), std::string::npos);
}

} // namespace
} // namespace sluice::calllog
