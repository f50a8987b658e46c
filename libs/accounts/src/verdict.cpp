#include "accounts/verdict.hpp"

#include <algorithm>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

constexpr Timestamp::duration kFirstPause = seconds(5);
constexpr Timestamp::duration kLongestPause = hours(1);

} // namespace

void mark_dead(Account& account, std::string_view message, Timestamp now)
{
    account.status = Status::needs_reauth;
    account.last_error =
        json::object{{"type", "authentication_error"}, {"message", message}, {"occurred_at", to_rfc3339(now)}};
}

void note_refused_grant(Account& account, std::string_view message, Timestamp now)
{
    auto& first = account.doubts.grant_refused_at;
    if (!first)
        first = now;
    if (now - *first >= kGrantApart)
        return mark_dead(account, message, now);
    account.refresh_due_at = *first + kGrantApart;
}

void note_failed_renewal(Account& account, Timestamp now, double jitter)
{
    auto& since = account.doubts.renewals_fail_since;
    if (!since)
        since = now;
    if (!account.access_expires_at)
        return; // Without a known end it is renewed only after the vendor refuses it.
    auto pause = std::clamp<Timestamp::duration>((now - *since) / 2, kFirstPause, kLongestPause);
    // Tries more often near the end, so that a vendor that recovers in time keeps the account usable.
    if (auto const left = *account.access_expires_at - now; left > Timestamp::duration::zero())
        pause = std::min(pause, std::max<Timestamp::duration>(left / 4, seconds(1)));
    account.refresh_due_at = now + duration_cast<Timestamp::duration>(pause * (1 + jitter / 4));
}

void note_renewal(Account& account)
{
    account.doubts.renewals_fail_since.reset();
    account.doubts.grant_refused_at.reset();
}

void note_refused_credential(Account& account, std::string_view message, Timestamp now)
{
    auto& first = account.doubts.credential_refused_at;
    if (!first)
        first = now;
    if (now - *first >= kCredentialApart)
        mark_dead(account, message, now);
}

} // namespace sluice::accounts
