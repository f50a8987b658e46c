#include "limits/own_limits.hpp"
#include "limits/tally.hpp"

#include "support/clock.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace sluice::limits {
namespace {

using namespace std::chrono_literals;

ApiTokenId const kToken{uuid_of_name("token")};
IntegratedAccountId const kAccount{uuid_of_name("account")};
UserId const kUser{uuid_of_name("user")};

class OwnLimitsTest : public testing::Test {
protected:
    test::FakeSteadyClock clock_;
    test::FakeClock wall_;
    telemetry::Registry registry_;
    ProcessLimits process_{{.api_token = 500, .account = 50, .user = 20}, registry_, wall_, clock_};
    Counters& counters_ = process_.counters;
    Metrics& metrics_ = process_.metrics;
    ShardLimits limits_{process_};
    OwnLimits& own_ = limits_.own();
};

TEST_F(OwnLimitsTest, RefusesTheCallAfterTheLastThatMayBeMade)
{
    for (int i = 0; i < 499; ++i)
        ASSERT_FALSE(own_.take(kToken).throttled);
    auto const last = own_.take(kToken);
    EXPECT_FALSE(last.throttled);
    EXPECT_EQ(last.remaining, 0);
    auto const refused = own_.take(kToken);
    EXPECT_TRUE(refused.throttled);
    EXPECT_EQ(refused.limit, 500);
    EXPECT_EQ(refused.retry_after_s, 10);
}

TEST_F(OwnLimitsTest, CountsAUserApart)
{
    Tally tally(&limits_);
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(Tally(&limits_).count(kUser));
    EXPECT_FALSE(tally.expect(kUser)) << "before the body is read";
    auto const refused = tally.count(kUser);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(refused.error().public_detail().starts_with("This user may make 20 requests in 10 s"));
    EXPECT_EQ(tally.limits().retry_after_s, 10);
    EXPECT_TRUE(Tally(&limits_).count(kToken));
    EXPECT_EQ(metrics_.refused_for_user.value(), 1);
}

TEST_F(OwnLimitsTest, HasRoomAgainWhenItSaid)
{
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(own_.take(kAccount).throttled);
        clock_.advance(100ms);
    }
    auto const refused = own_.take(kAccount);
    EXPECT_EQ(refused.retry_after_s, 6); // The first two calls, at 0 and 100 ms, leave 10 s after the second.
    EXPECT_EQ(refused.reset_s, 6);
    clock_.advance(5'200ms);
    EXPECT_FALSE(own_.take(kAccount).throttled);
}

TEST_F(OwnLimitsTest, SaysWhatIsLeftAndWhenTheOldestCallLeaves)
{
    (void)own_.take(kAccount);
    clock_.advance(4s);
    auto const limits = own_.take(kAccount);
    EXPECT_EQ(limits.limit, 50);
    EXPECT_EQ(limits.remaining, 48);
    EXPECT_EQ(limits.reset_s, 6);
    EXPECT_FALSE(limits.retry_after_s);
    EXPECT_EQ(own_.look(kAccount).remaining, 48);
}

TEST_F(OwnLimitsTest, CountsNoRefusedCall)
{
    for (int i = 0; i < 100; ++i)
        (void)own_.take(kAccount);
    clock_.advance(10'001ms);
    EXPECT_EQ(own_.take(kAccount).remaining, 49);
}

TEST_F(OwnLimitsTest, ChargesBeyondTheLimitWithoutRefusing)
{
    for (int i = 0; i < 60; ++i)
        EXPECT_FALSE(own_.charge(kAccount).throttled);
    EXPECT_EQ(own_.look(kAccount).remaining, 0);
    EXPECT_TRUE(own_.take(kAccount).throttled);
}

TEST_F(OwnLimitsTest, WithoutALimitCountsNothingAndSaysNothing)
{
    Counters counters({.api_token = 0, .account = 0}, clock_);
    OwnLimits own(counters, metrics_);
    for (int i = 0; i < 1'000; ++i)
        ASSERT_EQ(own.take(kToken), ratelimit::Limits{});
    EXPECT_EQ(counters.tokens().size(), 0U);
}

TEST_F(OwnLimitsTest, IsExactForAllThreadsTogether)
{
    std::atomic<int> admitted{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                OwnLimits own(counters_, metrics_);
                for (int i = 0; i < 1'000; ++i)
                    if (!own.take(kToken).throttled)
                        ++admitted;
            });
    }
    EXPECT_EQ(admitted, 500);
}

TEST_F(OwnLimitsTest, ForgetsTheKeysThatWereUsedLongestAgo)
{
    (void)own_.take(kAccount);
    for (std::size_t i = 0; i < Counters::kMost + 1'000; ++i) {
        if (i % 1'000 == 0)
            clock_.advance(1s);
        (void)own_.take(IntegratedAccountId{uuid_of_name(std::to_string(i))});
    }
    EXPECT_LE(counters_.accounts().size(), Counters::kMost);
    EXPECT_EQ(own_.take(kAccount).remaining, 49);
}

TEST_F(OwnLimitsTest, ARequestIsCountedOnceForItsAccountAndShowsTheTighterLimit)
{
    Tally tally(&limits_);
    EXPECT_TRUE(tally.count(kToken));
    EXPECT_EQ(tally.limits().limit, 500);
    EXPECT_TRUE(tally.count(kAccount));
    EXPECT_TRUE(tally.count(kAccount));
    EXPECT_EQ(tally.limits().limit, 50);
    EXPECT_EQ(tally.limits().remaining, 49);
    tally.charge();
    EXPECT_EQ(tally.limits().remaining, 48);
    EXPECT_EQ(own_.look(kToken).remaining, 499);
}

TEST_F(OwnLimitsTest, TheRefusalSaysWhoseLimitItIsAndWhenToTryAgain)
{
    for (int i = 0; i < 50; ++i)
        (void)own_.take(kAccount);
    Tally tally(&limits_);
    auto const counted = tally.count(kAccount);
    ASSERT_FALSE(counted);
    EXPECT_EQ(counted.error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(counted.error().public_detail().starts_with("This integrated account may make 50 requests in 10 s"));
    EXPECT_TRUE(counted.error().public_detail().ends_with("try again in 10 s."));
    EXPECT_TRUE(tally.limits().throttled);
}

TEST(Tighter, IsTheLimitWithFewerCallsLeftThenTheLaterReset)
{
    ratelimit::Limits const vendor{.limit = 40, .remaining = 3, .reset_s = 20};
    ratelimit::Limits const own{.limit = 50, .remaining = 4, .reset_s = 60};
    EXPECT_EQ(tighter(vendor, own), vendor);
    EXPECT_EQ(tighter(own, vendor), vendor);
    ratelimit::Limits const equal{.limit = 50, .remaining = 3, .reset_s = 21};
    EXPECT_EQ(tighter(vendor, equal), equal);
    EXPECT_EQ(tighter(ratelimit::Limits{}, own), own);
    EXPECT_EQ(tighter(own, ratelimit::Limits{}), own);
}

TEST(Tighter, KeepsTheWaitThatAVendorAskedFor)
{
    ratelimit::Limits const vendor{.remaining = 0, .reset_s = 3, .retry_after_s = 3, .throttled = true};
    ratelimit::Limits const own{.limit = 50, .remaining = 0, .reset_s = 9};
    auto const both = tighter(vendor, own);
    EXPECT_EQ(both.reset_s, 9);
    EXPECT_EQ(both.retry_after_s, 3);
    EXPECT_TRUE(both.throttled);
}

} // namespace
} // namespace sluice::limits
