#include "safeguards/decisions.hpp"

#include "support/clock.hpp"
#include "support/fake_write_calls.hpp"
#include "support/must.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::safeguards {
namespace {

/// One call that waits for approval.
class DecisionsTest : public ::testing::Test {
protected:
    DecisionsTest()
    {
        Approval approval;
        approval.id = id_;
        approval.code = "7Q2MX4TR";
        approval.ends_at = clock_.now() + std::chrono::hours(1);
        test::must(test::run(calls_.ask({environment_, McpServerId{Uuid{9}}, {}}, approval, test::soon())));
    }

    Result<Approval> use(std::string code, std::optional<Decision> decision = std::nullopt)
    {
        tenancy::Author author{{tenancy::Actor::Kind::code, id_.str(), ""}, "", ""};
        return test::run(
            decisions_.use_code(environment_, id_, std::move(code), decision, {}, std::move(author), test::soon()));
    }
    Result<Approval> decide(Decision decision)
    {
        tenancy::Author author{{tenancy::Actor::Kind::api_token, "tok_1", "ci"}, "", ""};
        return test::run(decisions_.decide(environment_, id_, decision, std::move(author), test::soon()));
    }

    test::FakeClock clock_;
    test::FakeSteadyClock steady_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    tenancy::SecretGate gate_{keyring_, {}, steady_};
    test::FakeWriteCalls calls_{clock_};
    Decisions decisions_{calls_, gate_};
    EnvironmentId const environment_{Uuid{7}};
    ApprovalId const id_{Uuid{8}};
};

TEST_F(DecisionsTest, AreMadeByWhoeverHoldsAToken)
{
    auto const approved = decide(Decision::approve);
    ASSERT_TRUE(approved);
    EXPECT_EQ(approved->state, WriteCall::State::approved);
    EXPECT_EQ(approved->decided_by, "tok_1");
    EXPECT_EQ(decide(Decision::decline).error().code(), ErrorCode::conflict) << "once";
}

TEST_F(DecisionsTest, ACodeShowsTheCallAndDecidesNothingByItself)
{
    auto const shown = use("7Q2MX4TR");
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->state, WriteCall::State::pending);
    EXPECT_TRUE(calls_.authors.empty()) << "who only looks changes nothing";
    auto const declined = use("7Q2MX4TR", Decision::decline);
    ASSERT_TRUE(declined);
    EXPECT_EQ(declined->state, WriteCall::State::declined);
    EXPECT_EQ(declined->decided_by, "link");
    ASSERT_EQ(calls_.authors.size(), 1U);
    EXPECT_EQ(calls_.authors[0].actor.kind, tenancy::Actor::Kind::code);
}

TEST_F(DecisionsTest, AWrongCodeDecidesNothing)
{
    auto const wrong = use("00000000", Decision::approve);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().failures().front().path, "code");
    EXPECT_EQ(calls_.rows.front().call.state, WriteCall::State::pending);
}

TEST_F(DecisionsTest, CodesAreLookedUpSoManyTimesASecondOnly)
{
    for (int i = 0; i < tenancy::SecretGate::kGuessesPerSecond; ++i)
        EXPECT_FALSE(use("00000000"));
    auto const limited = use("7Q2MX4TR", Decision::approve);
    ASSERT_FALSE(limited);
    EXPECT_EQ(limited.error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(decide(Decision::approve)) << "who needs no code does not wait";
}

} // namespace
} // namespace sluice::safeguards
