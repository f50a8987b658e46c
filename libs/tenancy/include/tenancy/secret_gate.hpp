#pragma once

#include "base/result.hpp"
#include "base/steady_clock.hpp"
#include "crypto/token.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace sluice::tenancy {

struct SecretGateConfig {
    /// Whether secrets of the form before they had a MAC are looked up at all.
    bool accept_unkeyed = true;
    /// How many of those a second, in the whole process.
    std::int64_t unkeyed_per_second = 50;
};

/// Says whether a secret that is not in memory may cost a query. One that was made up does not get through; one without
/// a MAC may be made up, so those have a lane of their own and cannot use up the connections to the database. Shared by
/// all threads; takes no lock.
class SecretGate {
public:
    /// Both must outlive it.
    SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock = kSystemSteadyClock);

    /// Errors: not_found for what is mistyped, made up or no longer accepted; rate_limited while the lane is full.
    [[nodiscard]] Result<void> admit(crypto::TokenKind kind, std::string_view secret);

private:
    [[nodiscard]] bool has_room();

    crypto::Keyring const& keyring_;
    SecretGateConfig const config_;
    SteadyClock const& clock_;
    std::atomic<std::int64_t> next_; ///< Nanoseconds at which the lane is empty.
};

} // namespace sluice::tenancy
