#pragma once

#include "accounts/account.hpp"

#include <chrono>
#include <string_view>

namespace sluice::accounts {

// What speaks against an account, and when that is enough. Pure functions on its row, for an `AccountChange`.
//
// An account is dead only by a verdict: the token endpoint says `invalid_grant`; or it refuses the grant otherwise,
// twice, `kGrantApart` apart; or the health method answers 401 to a fresh credential, twice, `kCredentialApart` apart.
// One call's 401, a token endpoint that is down and a renewal that was cut off are none.

inline constexpr std::chrono::seconds kGrantApart{60};
inline constexpr std::chrono::minutes kCredentialApart{5};

/// The account needs to be connected again: status and `last_error`.
void mark_dead(Account& account, std::string_view message, Timestamp now);

/// The token endpoint refused the grant, not by `invalid_grant`: the second time is the verdict; until then it will be
/// asked again.
void note_refused_grant(Account& account, std::string_view message, Timestamp now);

/// A renewal came to nothing that says anything of the grant: it is tried again after pauses that grow from 5 s to an
/// hour, and more often while the access token is about to end. `jitter` is from 0 to 1.
void note_failed_renewal(Account& account, Timestamp now, double jitter);

/// The token endpoint gave new tokens.
void note_renewal(Account& account);

/// The health method answered 401 to a fresh credential: the second time is the verdict.
void note_refused_credential(Account& account, std::string_view message, Timestamp now);

} // namespace sluice::accounts
