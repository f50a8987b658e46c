#include "crypto/totp.hpp"

#include "support/clock.hpp"

#include <gtest/gtest.h>

namespace sluice::crypto {
namespace {

Clock::time_point at(std::int64_t seconds)
{
    return Clock::time_point{std::chrono::seconds(seconds)};
}

Secret const kSecret{"12345678901234567890"};

/// RFC 4226 appendix D.
TEST(Totp, MakesTheCodesOfRfc4226)
{
    constexpr std::string_view kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                                           "254676", "287922", "162583", "399871", "520489"};
    for (std::int64_t step = 0; step < 10; ++step)
        EXPECT_EQ(totp_code(kSecret, step), kCodes[step]) << step;
}

/// RFC 6238 appendix B; ours are the last six digits of its eight.
TEST(Totp, MakesTheCodesOfRfc6238)
{
    struct Case {
        std::int64_t time;
        std::string_view code;
    };
    for (auto const& [time, code] :
         {Case{59, "287082"}, Case{1111111109, "081804"}, Case{1111111111, "050471"}, Case{1234567890, "005924"},
          Case{2000000000, "279037"}, Case{20000000000, "353130"}})
        EXPECT_EQ(totp_code(kSecret, time / kTotpStep.count()), code) << time;
}

TEST(Totp, CountsStepsFrom1970)
{
    EXPECT_EQ(totp_step(at(59)), 1);
    EXPECT_EQ(totp_step(at(60)), 2);
}

TEST(Totp, TakesTheStepBeforeAndAfterAndNoOther)
{
    auto const now = at(1111111111);
    auto const step = totp_step(now);
    EXPECT_EQ(matching_totp_step(kSecret, totp_code(kSecret, step), now), step);
    EXPECT_EQ(matching_totp_step(kSecret, totp_code(kSecret, step - 1), now), step - 1);
    EXPECT_EQ(matching_totp_step(kSecret, totp_code(kSecret, step + 1), now), step + 1);
    EXPECT_FALSE(matching_totp_step(kSecret, totp_code(kSecret, step - 2), now));
    EXPECT_FALSE(matching_totp_step(kSecret, totp_code(kSecret, step + 2), now));
}

TEST(Totp, TakesNothingButSixDigits)
{
    auto const now = at(1234567890); // Its code begins with zeros.
    for (auto const* wrong : {"", "5924", "05924", "0005924", "005924 ", "00592x", "-05924"})
        EXPECT_FALSE(matching_totp_step(kSecret, wrong, now)) << wrong;
    EXPECT_TRUE(matching_totp_step(kSecret, "005924", now));
}

/// RFC 4648 section 10, without padding.
TEST(Totp, WritesBase32)
{
    EXPECT_EQ(base32({}), "");
    EXPECT_EQ(base32(bytes_of("f")), "MY");
    EXPECT_EQ(base32(bytes_of("fo")), "MZXQ");
    EXPECT_EQ(base32(bytes_of("foo")), "MZXW6");
    EXPECT_EQ(base32(bytes_of("foob")), "MZXW6YQ");
    EXPECT_EQ(base32(bytes_of("fooba")), "MZXW6YTB");
    EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
}

TEST(Totp, WritesAUriForTheQrCode)
{
    EXPECT_EQ(totp_uri(kSecret, "Sluice", "ann&bob@example.com").reveal(),
              "otpauth://totp/Sluice:ann%26bob%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice"
              "&algorithm=SHA1&digits=6&period=30");
}

TEST(Totp, NewSecretsAreLongAndDiffer)
{
    EXPECT_EQ(new_totp_secret().reveal().size(), kTotpSecretSize);
    EXPECT_NE(new_totp_secret().reveal(), new_totp_secret().reveal());
}

} // namespace
} // namespace sluice::crypto
