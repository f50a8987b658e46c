#include "tenancy/secret_gate.hpp"

#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace sluice::tenancy {
namespace {

using namespace std::chrono_literals;

class SecretGateTest : public ::testing::Test {
protected:
    int admitted(int guesses, Asker asker = {})
    {
        int count = 0;
        for (int i = 0; i < guesses; ++i)
            count += gate_.admit_guess(asker) ? 1 : 0;
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
    EXPECT_EQ(gate_.admit_guess({}).error().code(), ErrorCode::rate_limited);
    steady_.advance(100ms);
    EXPECT_EQ(admitted(1000), SecretGate::kGuessesPerSecond / 10);
    steady_.advance(1h);
    EXPECT_EQ(admitted(1000), SecretGate::kGuessesPerSecond) << "what was not used is not saved up";
}

TEST_F(SecretGateTest, GuessesLeaveRoomForTokensOfTheOldForm)
{
    std::ignore = admitted(1000);
    auto const minted = crypto::mint_token(keyring_, crypto::TokenKind::api);
    auto const& text = minted.reveal();
    EXPECT_TRUE(gate_.admit(crypto::TokenKind::api, text.substr(0, text.size() - 8), {})) << "without its MAC";
    EXPECT_EQ(admitted(1), 0);
}

TEST_F(SecretGateTest, OneAskerMayUseAFifthAndNoMore)
{
    constexpr auto kFifth = SecretGate::kGuessesPerSecond / 5;
    Asker const one("192.0.2.1");
    EXPECT_EQ(admitted(1000, one), kFifth);
    EXPECT_EQ(gate_.admit_guess(one).error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(admitted(1000, Asker("2001:db8::1")), kFifth);
    EXPECT_EQ(admitted(1000), 3 * kFifth) << "what it was refused was not taken from the others";
    steady_.advance(100ms);
    EXPECT_EQ(admitted(1000, one), kFifth / 10);
    steady_.advance(1h);
    EXPECT_EQ(admitted(1000, one), kFifth) << "what was not used is not saved up";
}

TEST_F(SecretGateTest, ManyAskersMayUseTheRateOfAll)
{
    int count = 0;
    for (int i = 0; i < 200; ++i)
        count += admitted(1, Asker("192.0.2." + std::to_string(i)));
    EXPECT_EQ(count, SecretGate::kGuessesPerSecond);
}

TEST_F(SecretGateTest, OneAskerLeavesTokensOfTheOldFormToTheOthers)
{
    SecretGate gate(keyring_, {.unkeyed_per_second = 10}, steady_);
    auto const minted = crypto::mint_token(keyring_, crypto::TokenKind::api);
    auto const& text = minted.reveal();
    auto const old = text.substr(0, text.size() - 8);
    auto const admits = [&](Asker asker) { return gate.admit(crypto::TokenKind::api, old, asker).has_value(); };
    Asker const one("192.0.2.1");
    EXPECT_TRUE(admits(one) && admits(one));
    EXPECT_FALSE(admits(one));
    EXPECT_TRUE(gate.admit(crypto::TokenKind::api, text, one)) << "a new token does not wait";
    EXPECT_TRUE(admits(Asker("192.0.2.2")));
}

TEST_F(SecretGateTest, ASmallRateLeavesOneToEachAsker)
{
    auto const minted = crypto::mint_token(keyring_, crypto::TokenKind::api);
    auto const& text = minted.reveal();
    EXPECT_TRUE(gate_.admit(crypto::TokenKind::api, text.substr(0, text.size() - 8), Asker("192.0.2.1")));
}

TEST(Asker, IsAnAddressOrTheNetworkOfOne)
{
    EXPECT_EQ(Asker("192.0.2.1").number(), Asker("192.0.2.1").number());
    EXPECT_NE(Asker("192.0.2.1").number(), Asker("192.0.2.2").number());
    EXPECT_EQ(Asker("2001:db8::1").number(), Asker("2001:db8:0:0:ffff::2").number());
    EXPECT_NE(Asker("2001:db8::1").number(), Asker("2001:db8:0:1::1").number());
    for (auto const* text : {"0.0.0.0", "::1", "192.0.2.1"})
        EXPECT_TRUE(Asker(text).is_known()) << text;
    for (auto const* text : {"", "unknown", "192.0.2.1:80"})
        EXPECT_FALSE(Asker(text).is_known()) << text;
}

TEST(Asker, IsAUserToo)
{
    UserId const ann{uuid_of_name("ann")};
    EXPECT_TRUE(Asker(ann).is_known());
    EXPECT_EQ(Asker(ann).number(), Asker(ann).number());
    EXPECT_NE(Asker(ann).number(), Asker(UserId{uuid_of_name("bob")}).number());
}

/// Strangers have none of it, and one user leaves it to the others.
TEST_F(SecretGateTest, KnownUsersHaveARateOfTheirOwn)
{
    for (int i = 0; i < 1000; ++i)
        std::ignore = gate_.admit_sign_in(Asker());
    UserId const ann{uuid_of_name("ann")};
    int count = 0;
    for (int i = 0; i < 1000; ++i)
        count += gate_.admit_known(ann) ? 1 : 0;
    EXPECT_EQ(count, SecretGate::kSignInsOfUser);
    EXPECT_TRUE(gate_.admit_known(UserId{uuid_of_name("bob")}));
}

TEST_F(SecretGateTest, SignInsHaveARateOfTheirOwn)
{
    std::ignore = admitted(1000);
    int count = 0;
    for (int i = 0; i < 1000; ++i)
        count += gate_.admit_sign_in(Asker("192.0.2.1")) ? 1 : 0;
    EXPECT_EQ(count, SecretGateConfig{}.sign_ins_per_second / SecretGate::kParts);
    EXPECT_TRUE(gate_.admit_sign_in(Asker("192.0.2.2")));
}

} // namespace
} // namespace sluice::tenancy
