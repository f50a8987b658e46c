#include "limits/vendor_state.hpp"

#include "support/clock.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::limits {
namespace {

using namespace std::chrono_literals;

class VendorStateTest : public testing::Test {
protected:
    std::optional<WindowState> note(ratelimit::Window const& window, ratelimit::Rule const* rule = nullptr)
    {
        return state_.note({&window, 1}, rule, clock_.now());
    }
    std::optional<Forecast> forecast() { return state_.forecast(clock_.now()); }

    test::FakeClock clock_;
    VendorState state_;
    /// As the definition of Gorgias has it.
    ratelimit::Rule const leaky_ = test::must(ratelimit::Rule::parse(test::must(
        json::parse(R"({"windows": [{"name": "account", "ratio": {"header": "x-limit"}, "drain_s": 20}]})"))));
};

TEST_F(VendorStateTest, KnowsNothingBeforeAnAnswer)
{
    EXPECT_FALSE(forecast());
    EXPECT_TRUE(state_.windows(clock_.now()).empty());
}

TEST_F(VendorStateTest, KeepsAWindowUntilItResets)
{
    note({.name = "minute", .limit = 60, .remaining = 37, .reset_s = 14});
    EXPECT_EQ(forecast()->text(), "37 calls left for 14 s");
    clock_.advance(13s);
    EXPECT_EQ(forecast()->text(), "37 calls left for 1 s");
    clock_.advance(1s);
    EXPECT_FALSE(forecast());
}

TEST_F(VendorStateTest, ALeakyBucketDrainsMeanwhile)
{
    note({.name = "account", .limit = 40, .remaining = 10}, &leaky_);
    EXPECT_EQ(forecast()->calls_left, 10);
    EXPECT_EQ(forecast()->for_s, 15);
    clock_.advance(2'400ms); // Two a second.
    EXPECT_EQ(forecast()->calls_left, 14);
    EXPECT_EQ(forecast()->for_s, 13);
    clock_.advance(17s);
    EXPECT_EQ(forecast()->calls_left, 40);
}

TEST_F(VendorStateTest, TheWindowOfWhichLeastIsLeftGoverns)
{
    note({.name = "minute", .limit = 60, .remaining = 37, .reset_s = 14});
    note({.name = "day", .limit = 5'000, .remaining = 3, .reset_s = 3'600});
    note({.name = "tokens", .unit = "tokens", .limit = 100, .remaining = 1, .reset_s = 60});
    EXPECT_EQ(state_.governing(clock_.now())->told.name, "day");
    EXPECT_EQ(state_.windows(clock_.now()).size(), 3U);
    note({.name = "tokens", .unit = "tokens", .limit = 100, .remaining = 0, .reset_s = 60});
    EXPECT_EQ(state_.governing(clock_.now())->told.name, "tokens");
}

TEST_F(VendorStateTest, WarnsOnceOfAWindowUntilItResets)
{
    EXPECT_FALSE(note({.name = "day", .limit = 60, .remaining = 7, .reset_s = 7'200}));
    EXPECT_TRUE(note({.name = "day", .limit = 60, .remaining = 6, .reset_s = 7'200}));
    clock_.advance(7'199s);
    EXPECT_FALSE(note({.name = "day", .limit = 60, .remaining = 5, .reset_s = 1}));
    EXPECT_TRUE(note({.name = "month", .limit = 60, .remaining = 5, .reset_s = 13}));
    clock_.advance(1s);
    EXPECT_TRUE(note({.name = "day", .limit = 60, .remaining = 0, .reset_s = 60}));
}

TEST_F(VendorStateTest, WarnsOfAShortWindowOnceAnHour)
{
    int warnings = 0;
    for (int i = 0; i < 3'600; ++i, clock_.advance(1s))
        warnings += note({.name = "second", .limit = 10, .remaining = 0, .reset_s = 1}) ? 1 : 0;
    EXPECT_EQ(warnings, 1);
    EXPECT_TRUE(note({.name = "second", .limit = 10, .remaining = 0, .reset_s = 1}));
}

TEST_F(VendorStateTest, WarnsAFewTimesAnHourWhateverTheNames)
{
    std::size_t warnings = 0;
    for (int i = 0; i < 3'600; ++i, clock_.advance(1s))
        warnings += note({.name = std::to_string(i), .limit = 10, .remaining = 0, .reset_s = 1}) ? 1U : 0U;
    EXPECT_EQ(warnings, VendorState::kMostWarnings);
}

TEST_F(VendorStateTest, WarnsOfEachLowWindowOfAnAnswer)
{
    std::vector<ratelimit::Window> const low{{.name = "minute", .limit = 60, .remaining = 1},
                                             {.name = "day", .limit = 60, .remaining = 1}};
    auto const first = state_.note(low, nullptr, clock_.now());
    auto const second = state_.note(low, nullptr, clock_.now());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->told.name, "minute");
    EXPECT_EQ(second->told.name, "day");
}

TEST_F(VendorStateTest, EveryWindowOfCallsHasACapacity)
{
    note({.name = "minute", .limit = 60, .remaining = 7, .reset_s = 14, .length_s = 60});
    note({.name = "day", .limit = 5'000, .remaining = 55, .reset_s = 60, .length_s = 86'400});
    note({.name = "tokens", .unit = "tokens", .limit = 100, .remaining = 0, .reset_s = 60, .length_s = 60});
    note({.name = "bare", .remaining = 3, .reset_s = 60, .length_s = 60});
    auto const all = state_.capacities(clock_.now());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].length, 60s);
    EXPECT_EQ(all[1].window, "day");
    EXPECT_EQ(all[1].left, 55);
}

TEST_F(VendorStateTest, ALeakyBucketHasTheCapacityOfWhatItDrains)
{
    note({.name = "account", .limit = 40, .remaining = 10}, &leaky_);
    auto const all = state_.capacities(clock_.now());
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].calls, 40);
    EXPECT_EQ(all[0].length, 20s);
    EXPECT_EQ(all[0].left, 10);
}

TEST_F(VendorStateTest, WithoutALengthTheLongestTimeToTheResetIsOne)
{
    note({.name = "minute", .limit = 60, .remaining = 7});
    EXPECT_TRUE(state_.capacities(clock_.now()).empty());
    note({.name = "minute", .limit = 60, .remaining = 7, .reset_s = 60});
    clock_.advance(46s);
    note({.name = "minute", .limit = 60, .remaining = 6, .reset_s = 14});
    EXPECT_EQ(state_.capacities(clock_.now())[0].length, 60s);
    clock_.advance(14s);
    note({.name = "minute", .limit = 60, .remaining = 6, .reset_s = 30});
    EXPECT_EQ(state_.capacities(clock_.now())[0].length, 30s) << "after it has begun again";
}

TEST_F(VendorStateTest, KeepsNoMoreWindowsThanARuleMayHave)
{
    for (int i = 0; i < 100; ++i)
        note({.name = std::to_string(i), .limit = 60, .remaining = 37, .reset_s = 14});
    EXPECT_EQ(state_.windows(clock_.now()).size(), ratelimit::kMaxWindows);
}

TEST_F(VendorStateTest, TheViewSaysWhatIsLeftNow)
{
    note({.name = "account", .limit = 40, .remaining = 10}, &leaky_);
    clock_.advance(1s);
    EXPECT_EQ(boost::json::serialize(view_of(*state_.governing(clock_.now()), clock_.now())),
              R"({"name":"account","unit":"requests","limit":40,"remaining":12,"reset":14,)"
              R"("seen_at":"2026-11-20T12:00:00Z"})");
}

} // namespace
} // namespace sluice::limits
