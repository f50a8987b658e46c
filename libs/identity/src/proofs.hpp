#pragma once

#include "base/id.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "crypto/mac.hpp"
#include "crypto/token.hpp"
#include "identity/people.hpp"
#include "identity/user.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice::identity {

// What this room makes with the token key, which is never rotated, so that devices and recovery codes stay valid.

/// The value of a device cookie: that this user has signed in with the browser that has it.
[[nodiscard]] Secret mint_device(crypto::Keyring const& keyring, TeamId team, UserId user);

struct Device {
    TeamId team;
    UserId user;
    crypto::Digest key{}; ///< Under which its attempts are counted.
};
/// Nothing if it was not made with this keyring.
[[nodiscard]] std::optional<Device> device_in(crypto::Keyring const& keyring, Secret const& value);

/// The key under which attempts are counted. Nobody without the keyring can say whom it concerns. `purpose` has no `|`.
[[nodiscard]] crypto::Digest attempt_key(crypto::Keyring const& keyring, std::string_view purpose,
                                         std::string_view whom);

/// A code without blanks and `-`, in small letters: people type it in many ways.
[[nodiscard]] std::string normalised_code(Secret const& code);
/// A recovery code: 40 random bits, as `abcd-2345`.
[[nodiscard]] Secret mint_recovery_code();
inline constexpr std::size_t kRecoveryCodes = 10;
[[nodiscard]] crypto::Digest digest_of_recovery_code(crypto::Keyring const& keyring, UserId user,
                                                     std::string_view normalised);

/// What a code proves: that of an authenticator app for a step after the last one taken, or a recovery code, whose
/// existence is not checked here. Nothing if it is neither.
[[nodiscard]] std::optional<Proof> proof_in(crypto::Keyring const& keyring, UserId user, SecondFactor const& factor,
                                            Secret const& code, Timestamp now);
/// As above, for a code of an authenticator app only.
[[nodiscard]] std::optional<std::int64_t> step_in(SecondFactor const& factor, Secret const& code, Timestamp now);

/// The kind of token of a link.
[[nodiscard]] crypto::TokenKind token_of(LinkKind kind) noexcept;
/// The hashes a link's secret may be stored as. Errors: not_found if it was not made with this keyring, which costs no
/// query.
[[nodiscard]] Result<std::vector<crypto::TokenHash>> link_hashes(crypto::Keyring const& keyring, LinkKind kind,
                                                                 Secret const& secret);
/// What a link that was used or is over answers.
[[nodiscard]] Error link_over();

/// 401 with a failure at `code`.
[[nodiscard]] Error code_error(std::string_view message);

} // namespace sluice::identity
