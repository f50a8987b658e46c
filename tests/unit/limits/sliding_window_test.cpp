#include "limits/sliding_window.hpp"

#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

namespace sluice::limits {
namespace {

using namespace std::chrono_literals;

class SlidingWindowTest : public testing::Test {
protected:
    test::FakeSteadyClock clock_;
    SlidingWindow window_{10s};
};

TEST_F(SlidingWindowTest, KeepsACallForItsLengthAndNotLonger)
{
    window_.add(clock_.now());
    clock_.advance(10s);
    EXPECT_EQ(window_.count(clock_.now()), 1);
    clock_.advance(1ms);
    EXPECT_EQ(window_.count(clock_.now()), 0);
}

TEST_F(SlidingWindowTest, TellsWhenSoManyCallsHaveLeft)
{
    window_.add(clock_.now(), 3);
    clock_.advance(2s);
    window_.add(clock_.now(), 2);
    EXPECT_EQ(window_.until_gone(clock_.now(), 0), 0ms);
    EXPECT_EQ(window_.until_gone(clock_.now(), 3), 8001ms);
    EXPECT_EQ(window_.until_gone(clock_.now(), 4), 10001ms);
    EXPECT_EQ(window_.until_gone(clock_.now(), 99), 10001ms);
}

TEST_F(SlidingWindowTest, AnotherLengthForgetsNoCallThatIsWithinIt)
{
    window_.add(clock_.now(), 3);
    clock_.advance(2s);
    window_.add(clock_.now(), 2);
    window_.set_length(60s);
    EXPECT_EQ(window_.count(clock_.now()), 5);
    EXPECT_EQ(window_.until_gone(clock_.now(), 1), 58'001ms);
    window_.set_length(1s);
    EXPECT_EQ(window_.count(clock_.now()), 2);
    clock_.advance(1'001ms);
    EXPECT_EQ(window_.count(clock_.now()), 0);
}

TEST_F(SlidingWindowTest, TakesAnEarlierTimeForTheLatestItKnows)
{
    auto const early = clock_.now();
    clock_.advance(1s);
    window_.add(clock_.now());
    window_.add(early);
    EXPECT_EQ(window_.count(clock_.now()), 2);
    clock_.advance(10s);
    EXPECT_EQ(window_.count(clock_.now()), 2);
}

TEST_F(SlidingWindowTest, NeverCountsFewerCallsThanTheTrueWindowHas)
{
    std::mt19937 random(7);
    std::deque<SlidingWindow::Time> calls;
    auto const younger_than = [&](std::chrono::milliseconds age) {
        return std::ranges::count_if(calls, [&](auto call) { return clock_.now() - call <= age; });
    };
    for (int i = 0; i < 5'000; ++i) {
        clock_.advance(std::chrono::milliseconds(random() % 40));
        window_.add(clock_.now());
        calls.push_back(clock_.now());
        auto const counted = window_.count(clock_.now());
        ASSERT_GE(counted, younger_than(10s));
        ASSERT_LE(counted, younger_than(10s + 200ms)); // At most a fiftieth stays too long.
        while (clock_.now() - calls.front() > 11s)
            calls.pop_front();
    }
}

} // namespace
} // namespace sluice::limits
