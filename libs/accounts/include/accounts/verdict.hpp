#pragma once

#include "accounts/account.hpp"

#include <chrono>
#include <string_view>

namespace sluice::accounts {

// Decides when an account is dead. Pure functions on the account's row, for use in an `AccountChange`.
//
// An account is dead only by a verdict: the token endpoint says `invalid_grant`; or it refuses the grant in another
// way, twice, at least `kGrantApart` apart; or the health method answers 401 to a fresh credential, twice, at least
// `kCredentialApart` apart. No verdict are: the 401 of one call, a token endpoint that is down, a renewal that was cut
// off.

inline constexpr std::chrono::seconds kGrantApart{60};
inline constexpr std::chrono::minutes kCredentialApart{5};

/// Marks the account dead: sets the status needs_reauth and `last_error`.
void mark_dead(Account& account, std::string_view message, Timestamp now);

/// Notes that the token endpoint refused the grant, but not by `invalid_grant`. The first time the renewal is planned
/// again; the second time is the verdict.
void note_refused_grant(Account& account, std::string_view message, Timestamp now);

/// Notes a renewal that failed and says nothing about the grant. It is tried again after pauses that grow from 5 s to
/// an hour; more often shortly before the access token ends. `jitter` is from 0 to 1.
void note_failed_renewal(Account& account, Timestamp now, double jitter);

/// Notes that the token endpoint gave new tokens.
void note_renewal(Account& account);

/// Notes that the health method answered 401 to a fresh credential. The second time is the verdict.
void note_refused_credential(Account& account, std::string_view message, Timestamp now);

} // namespace sluice::accounts
