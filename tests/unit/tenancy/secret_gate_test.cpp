#include "tenancy/secret_gate.hpp"

#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace sluice::tenancy {
namespace {

using namespace std::chrono_literals;

class SecretGateTest : public ::testing::Test {
protected:
    int admitted(int guesses)
    {
        int count = 0;
        for (int i = 0; i < guesses; ++i)
            count += gate_.admit_guess() ? 1 : 0;
        return count;
    }

    test::FakeSteadyClock steady_;
    crypto::Keyring keyring_ = *crypto::Keyring::parse(
        R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    SecretGate gate_{keyring_, {.unkeyed_per_second = 1}, steady_};
};

TEST_F(SecretGateTest, LetsSoManyGuessesThroughEachSecond)
{
    EXPECT_EQ(admitted(1000), SecretGate::kGuessesPerSecond);
    EXPECT_EQ(gate_.admit_guess().error().code(), ErrorCode::rate_limited);
    steady_.advance(100ms);
    EXPECT_EQ(admitted(1000), SecretGate::kGuessesPerSecond / 10);
    steady_.advance(1h);
    EXPECT_EQ(admitted(1000), SecretGate::kGuessesPerSecond) << "what was not used is not saved up";
}

TEST_F(SecretGateTest, GuessesLeaveRoomForTokensOfTheOldForm)
{
    std::ignore = admitted(1000);
    auto const minted = crypto::mint_token(keyring_, crypto::TokenKind::api);
    auto const text = minted.reveal();
    EXPECT_TRUE(gate_.admit(crypto::TokenKind::api, text.substr(0, text.size() - 8))) << "without its MAC";
    EXPECT_EQ(admitted(1), 0);
}

} // namespace
} // namespace sluice::tenancy
