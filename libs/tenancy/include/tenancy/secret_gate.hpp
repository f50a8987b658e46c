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

/// Says whether a secret that is not in memory may cost a query. One that was made up does not get through; what has no
/// MAC may be made up, so that has lanes of its own and cannot use up the connections to the database. Shared by all
/// threads; takes no lock.
class SecretGate {
public:
    /// Look-ups a second, in the whole process, of what everybody may ask for with an id and a short code.
    static constexpr std::int64_t kGuessesPerSecond = 50;

    /// Both must outlive it.
    SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock = kSystemSteadyClock);

    /// Errors: not_found for what is mistyped, made up or no longer accepted; rate_limited while the lane is full.
    [[nodiscard]] Result<void> admit(crypto::TokenKind kind, std::string_view secret);
    /// For what is found by an id and a short code. Errors: rate_limited while the lane is full.
    [[nodiscard]] Result<void> admit_guess();

private:
    /// Lets a number through each second.
    class Lane {
    public:
        Lane(std::int64_t per_second, SteadyClock const& clock);
        [[nodiscard]] bool has_room();

    private:
        std::int64_t const per_second_;
        SteadyClock const& clock_;
        std::atomic<std::int64_t> next_; ///< Nanoseconds at which the lane is empty.
    };

    crypto::Keyring const& keyring_;
    bool const accept_unkeyed_;
    Lane unkeyed_;
    Lane guesses_;
};

} // namespace sluice::tenancy
