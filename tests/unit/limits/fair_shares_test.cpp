#include "limits/consumers.hpp"
#include "limits/shard_limits.hpp"
#include "limits/tally.hpp"

#include "support/clock.hpp"
#include "support/must.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sluice::limits {
namespace {

using namespace std::chrono_literals;

McpServerId const kOne{uuid_of_name("one")};
McpServerId const kTwo{uuid_of_name("two")};
ApiTokenId const kToken{uuid_of_name("token")};

std::string mistakes_of(std::string_view text)
{
    auto const parsed = FairShares::parse(test::must(json::parse(text)));
    std::string all;
    if (!parsed)
        for (auto const& failure : parsed.error().failures())
            all += failure.path + " " + failure.message + "\n";
    return all;
}

TEST(FairShares, AreWrittenAsTheyWereRead)
{
    auto const text = R"({"shares":[{"mcp_server_id":")" + kOne.str() +
                      R"(","weight":3,"budget":{"calls":100,"seconds":60}},{"api_token_id":")" + kToken.str() +
                      R"(","weight":1}],"default_weight":2})";
    auto const shares = test::must(FairShares::parse(test::must(json::parse(text))));
    EXPECT_EQ(boost::json::serialize(shares.to_json()), text);
    EXPECT_EQ(shares.weight_of(kOne.uuid()), 3);
    EXPECT_EQ(shares.weight_of(kTwo.uuid()), 2);
}

TEST(FairShares, EveryMistakeIsToldWithItsPath)
{
    EXPECT_EQ(mistakes_of("[]"), "fair_share must be an object\n");
    EXPECT_EQ(mistakes_of(R"({"shares":3})"), "fair_share.shares must be a list of at most 100 shares\n");
    EXPECT_EQ(mistakes_of(R"({"default_weight":0,"weights":1})"),
              "fair_share.weights is not known\n"
              "fair_share.default_weight must be a whole number from 1 to 100\n");
    EXPECT_EQ(mistakes_of(R"({"shares":[{"weight":101},{"mcp_server_id":"tok_1","budget":{"calls":0}}]})"),
              "fair_share.shares[0] must have mcp_server_id or api_token_id, and not both\n"
              "fair_share.shares[0].weight must be a whole number from 1 to 100\n"
              "fair_share.shares[1].mcp_server_id must be an id that starts with mcp_srv_\n"
              "fair_share.shares[1].budget.seconds is required\n"
              "fair_share.shares[1].budget.calls must be a whole number from 1 to 1000000\n");
    EXPECT_EQ(mistakes_of(R"({"shares":[{"api_token_id":null},{"mcp_server_id":null,"api_token_id":null}]})"),
              "fair_share.shares[0] must have mcp_server_id or api_token_id, and not both\n"
              "fair_share.shares[1] must have mcp_server_id or api_token_id, and not both\n");
    auto const no_calls =
        R"({"shares":[{"mcp_server_id":")" + kOne.str() + R"(","budget":{"calls":null,"seconds":1}}]})";
    EXPECT_EQ(mistakes_of(no_calls), "fair_share.shares[0].budget.calls is required\n");
    auto const twice = R"({"mcp_server_id":")" + kOne.str() + R"("})";
    EXPECT_EQ(mistakes_of(R"({"shares":[)" + twice + "," + twice + "]}"),
              "fair_share.shares[1] has the same consumer as one before it\n");
}

TEST(FairShares, NullStandsForNoConsumer)
{
    auto const text = R"({"shares":[{"mcp_server_id":")" + kOne.str() + R"(","api_token_id":null}]})";
    auto const shares = test::must(FairShares::parse(test::must(json::parse(text))));
    EXPECT_EQ(shares.shares.front().consumer(), kOne.uuid());
}

class ConsumersTest : public testing::Test {
protected:
    bool take(McpServerId server)
    {
        last_ = consumers_.take(shares_, capacities_, server.uuid(), clock_.now());
        return !last_.is_refused;
    }
    int take_all(McpServerId server, int most = 1'000)
    {
        int made = 0;
        while (made < most && take(server))
            ++made;
        return made;
    }

    test::FakeSteadyClock clock_;
    FairShares shares_{{{kOne, {}, 3, {}}}, 1};
    std::vector<Capacity> capacities_{{"account", 40, 20s, {}}};
    Consumers consumers_;
    Standing last_;
};

TEST_F(ConsumersTest, WhoIsAloneHasTheWholeLimit)
{
    EXPECT_EQ(take_all(kTwo), 40);
    EXPECT_EQ(last_.until_room, 20'001ms);
}

TEST_F(ConsumersTest, AnActiveConsumerKeepsWhatItHasNotUsed)
{
    EXPECT_TRUE(take(kOne)); // Entitled to 30 of 40.
    EXPECT_EQ(take_all(kTwo), 10);
    EXPECT_EQ(take_all(kOne), 29);
}

TEST_F(ConsumersTest, WhatNobodyWantsIsGivenToWhoAsks)
{
    EXPECT_TRUE(take(kOne));
    clock_.advance(20'001ms);
    EXPECT_EQ(take_all(kTwo), 40);
}

TEST_F(ConsumersTest, WhoHasLessThanItsPartIsNotRefusedBecauseOfTheOthers)
{
    EXPECT_EQ(take_all(kTwo), 40);
    EXPECT_TRUE(take(kOne)) << "the vendor decides";
}

TEST_F(ConsumersTest, WhatTheVendorSaysIsLeftIsNotSharedTwice)
{
    capacities_.front().left = 20; // Others than we have used it.
    EXPECT_TRUE(take(kOne));
    EXPECT_EQ(take_all(kTwo, 15), 10);
}

TEST_F(ConsumersTest, ThereIsRoomWhenItSaid)
{
    EXPECT_TRUE(take(kOne));
    clock_.advance(5s);
    EXPECT_EQ(take_all(kTwo), 10);
    EXPECT_EQ(last_.limit, 10);
    clock_.advance(last_.until_room);
    EXPECT_TRUE(take(kTwo));
}

TEST_F(ConsumersTest, EachWindowIsSharedOutHoweverLongItIs)
{
    // Each may have 50 of the day, which has less left than the minute now and then.
    shares_ = {{}, 1};
    capacities_ = {{"minute", 60, 60s, {}}, {"day", 100, 86'400s, {}}};
    EXPECT_TRUE(take(kOne));
    int greedy = 0;
    for (std::int64_t minute = 0; minute < 10; ++minute, clock_.advance(60'001ms)) {
        capacities_.back().left = 99 - greedy;
        greedy += take_all(kTwo, 10);
    }
    EXPECT_EQ(greedy, 50);
    EXPECT_GT(last_.until_room, 80'000s) << "the day has to pass";
    capacities_.front().left = 0;
    EXPECT_EQ(take_all(kOne, 49), 49);
}

TEST_F(ConsumersTest, WhatAnAnswerDoesNotTellIsCountedAllTheSame)
{
    shares_ = {{}, 1};
    capacities_ = {{"minute", 60, 60s, {}}, {"day", 40, 86'400s, {}}};
    EXPECT_TRUE(take(kOne));
    auto const day = capacities_.back();
    capacities_.pop_back();
    EXPECT_EQ(take_all(kTwo, 20), 20);
    capacities_.push_back(day);
    EXPECT_FALSE(take(kTwo));
}

TEST_F(ConsumersTest, ALengthThatChangesForgetsNoCalls)
{
    EXPECT_TRUE(take(kOne));
    EXPECT_EQ(take_all(kTwo, 9), 9);
    capacities_.front().length = 21s;
    EXPECT_EQ(take_all(kTwo), 1);
}

TEST_F(ConsumersTest, KeepsNoMoreWindowsThanAVendorMayHave)
{
    for (int i = 0; i < 100; ++i) {
        capacities_.front().window = std::to_string(i % 17);
        EXPECT_TRUE(take(kTwo));
    }
    EXPECT_TRUE(take(kOne));
    EXPECT_EQ(last_.remaining, 30) << "the calls of another in a window that comes again are forgotten";
}

TEST_F(ConsumersTest, ABudgetIsABoundOfItsOwn)
{
    shares_.shares.front().budget = FairShares::Budget{5, 60s};
    EXPECT_EQ(take_all(kOne), 5);
    EXPECT_EQ(last_.limit, 5);
    EXPECT_EQ(last_.until_room, 60'001ms);
}

TEST_F(ConsumersTest, WithoutACapacityOnlyBudgetsHold)
{
    capacities_.clear();
    EXPECT_EQ(take_all(kTwo, 500), 500);
    shares_.shares.front().budget = FairShares::Budget{5, 60s};
    EXPECT_EQ(take_all(kOne), 5);
}

class SharedTallyTest : public testing::Test {
protected:
    Result<void> call(McpServerId server)
    {
        tally_ = Tally(&limits_);
        tally_.consumed_by(server);
        return tally_.count(account_, &shares_);
    }

    IntegratedAccountId const account_{uuid_of_name("account")};
    test::FakeClock wall_;
    test::FakeSteadyClock clock_;
    telemetry::Registry registry_;
    ProcessLimits process_{{.api_token = 0, .account = 0}, registry_, wall_, clock_};
    ShardLimits limits_{process_};
    FairShares shares_{{{kOne, {}, 1, {}}, {kTwo, {}, 1, {}}}, 1};
    Tally tally_;
};

TEST_F(SharedTallyTest, WithoutALengthTheTimeToTheResetIsOne)
{
    ratelimit::Window const window{.name = "minute", .limit = 10, .remaining = 10, .reset_s = 60};
    (void)limits_.vendor(account_).note({&window, 1}, nullptr, limits_.now());
    EXPECT_TRUE(call(kTwo));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(call(kOne)) << i;
    EXPECT_FALSE(call(kOne));
}

TEST_F(SharedTallyTest, WhereNoTimeIsKnownNobodyIsRefused)
{
    ratelimit::Window const window{.name = "minute", .limit = 10, .remaining = 10};
    (void)limits_.vendor(account_).note({&window, 1}, nullptr, limits_.now());
    EXPECT_TRUE(call(kTwo));
    for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(call(kOne)) << i;
}

TEST_F(SharedTallyTest, TheCapacityIsWhatTheVendorToldLast)
{
    ratelimit::Window const window{.name = "minute", .limit = 10, .remaining = 10, .reset_s = 60, .length_s = 60};
    (void)limits_.vendor(account_).note({&window, 1}, nullptr, limits_.now());
    EXPECT_TRUE(call(kTwo));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(call(kOne)) << i;
    auto const refused = call(kOne);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(refused.error().public_detail().contains("(5 calls)"));
    EXPECT_EQ(tally_.limits().retry_after_s, 60);
    EXPECT_TRUE(call(kTwo));
}

} // namespace
} // namespace sluice::limits
