#include "events/signature.hpp"

#include "events/deliverer.hpp"

#include <gtest/gtest.h>

namespace sluice::events {
namespace {

// The example of standardwebhooks.com.
TEST(Signature, IsThatOfStandardWebhooks)
{
    Secret const secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    EXPECT_EQ(standard_signature({secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, HasOneForEachSecretTheNewestFirst)
{
    Secret const one = mint_signing_secret();
    Secret const two = mint_signing_secret();
    auto const both = standard_signature({one, two}, "evt_1", 1, "{}");
    EXPECT_EQ(both, standard_signature({one}, "evt_1", 1, "{}") + ' ' + standard_signature({two}, "evt_1", 1, "{}"));
}

// RFC 4231, test case 2: a key that is a text.
TEST(Signature, OfTheBodyIsHmacUnderTheWholeText)
{
    EXPECT_EQ(body_signature(Secret{"Jefe"}, "what do ya want for nothing?"),
              "format=sha256,v=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Pause, GrowsFromSecondsToHours)
{
    EXPECT_EQ(pause_after(1, 0.5), std::chrono::seconds(5));
    EXPECT_EQ(pause_after(2, 0.5), std::chrono::seconds(30));
    EXPECT_EQ(pause_after(100, 0.5), std::chrono::hours(4));
    EXPECT_LT(pause_after(3, 0), pause_after(3, 1));
    for (int attempts = 1; attempts < 12; ++attempts)
        EXPECT_LE(pause_after(attempts, 0.5), pause_after(attempts + 1, 0.5));
}

} // namespace
} // namespace sluice::events
