#include "accounts/verdict.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

Timestamp const kNow = *parse_timestamp("2026-11-20T12:00:00Z");

Account active()
{
    Account account;
    account.status = Status::active;
    account.access_expires_at = kNow + minutes(10);
    return account;
}

TEST(VerdictTest, ARefusedGrantIsOneOnlyWhenItIsRefusedAgainAMinuteLater)
{
    auto account = active();
    note_refused_grant(account, "no", kNow);
    EXPECT_EQ(account.status, Status::active);
    EXPECT_EQ(account.refresh_due_at, kNow + seconds(60));
    note_refused_grant(account, "no", kNow + seconds(59));
    EXPECT_EQ(account.status, Status::active);
    note_refused_grant(account, "no", kNow + seconds(60));
    EXPECT_EQ(account.status, Status::needs_reauth);
    EXPECT_EQ(account.last_error.at("message"), "no");
    EXPECT_EQ(account.last_error.at("type"), "authentication_error");
}

TEST(VerdictTest, ARenewalBetweenTwoRefusalsTakesTheFirstBack)
{
    auto account = active();
    note_refused_grant(account, "no", kNow);
    note_renewal(account);
    note_refused_grant(account, "no", kNow + hours(1));
    EXPECT_EQ(account.status, Status::active);
}

TEST(VerdictTest, ACredentialIsRefusedTwiceFiveMinutesApart)
{
    auto account = active();
    note_refused_credential(account, "401", kNow);
    note_refused_credential(account, "401", kNow + minutes(5) - seconds(1));
    EXPECT_EQ(account.status, Status::active);
    note_refused_credential(account, "401", kNow + minutes(5));
    EXPECT_EQ(account.status, Status::needs_reauth);
}

TEST(VerdictTest, RenewalsThatFailAreTriedAgainAfterPausesThatGrowToAnHourAndEndNothing)
{
    auto account = active();
    account.access_expires_at = kNow;
    auto now = kNow;
    auto last = Timestamp::duration::zero();
    int tries = 0;
    for (; now < kNow + hours(24); now = *account.refresh_due_at, ++tries) {
        note_failed_renewal(account, now, 0);
        auto const pause = *account.refresh_due_at - now;
        EXPECT_GE(pause, last);
        EXPECT_GE(pause, seconds(5));
        EXPECT_LE(pause, hours(1));
        last = pause;
    }
    EXPECT_EQ(last, Timestamp::duration(hours(1)));
    EXPECT_LT(tries, 50);
    EXPECT_EQ(account.status, Status::active);
}

TEST(VerdictTest, WhileTheTokenIsAboutToEndItIsTriedOftener)
{
    auto account = active();
    account.doubts.renewals_fail_since = kNow - hours(1);
    account.access_expires_at = kNow + seconds(20);
    note_failed_renewal(account, kNow, 0);
    EXPECT_EQ(account.refresh_due_at, kNow + seconds(5));
    account.access_expires_at = kNow + seconds(2);
    note_failed_renewal(account, kNow, 0);
    EXPECT_EQ(account.refresh_due_at, kNow + seconds(1));
}

} // namespace
} // namespace sluice::accounts
