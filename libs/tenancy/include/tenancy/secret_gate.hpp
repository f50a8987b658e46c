#pragma once

#include "base/result.hpp"
#include "base/steady_clock.hpp"
#include "crypto/token.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace sluice::tenancy {

struct SecretGateConfig {
    /// Whether secrets of the old form, without a MAC, are looked up at all.
    bool accept_unkeyed = true;
    /// How many of them are looked up in a second, in the whole process.
    std::int64_t unkeyed_per_second = 50;
};

/// Decides whether a secret that is not cached may cost a query. An invented secret has no valid MAC and costs none.
/// Secrets without a MAC may be invented, so they have rates of their own and cannot use up the database's connections.
/// Shared by all threads; takes no lock.
class SecretGate {
public:
    /// How many look-ups by an id and a short code are made in a second, in the whole process. Anybody may ask for
    /// them.
    static constexpr std::int64_t kGuessesPerSecond = 50;

    /// Both must outlive it.
    SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock = kSystemSteadyClock);

    /// Asks for a look-up of a secret. Errors: not_found if it is mistyped, invented or of a form that is not accepted
    /// any more; rate_limited while too many are looked up.
    [[nodiscard]] Result<void> admit(crypto::TokenKind kind, std::string_view secret);
    /// Asks for a look-up by an id and a short code. Errors: rate_limited while too many are looked up.
    [[nodiscard]] Result<void> admit_guess();

private:
    /// A rate: lets so many through in each second.
    class Lane {
    public:
        Lane(std::int64_t per_second, SteadyClock const& clock);
        [[nodiscard]] bool has_room();

    private:
        std::int64_t const per_second_;
        SteadyClock const& clock_;
        std::atomic<std::int64_t> next_; ///< The time, in nanoseconds, at which the lane is empty.
    };

    crypto::Keyring const& keyring_;
    bool const accept_unkeyed_;
    Lane unkeyed_;
    Lane guesses_;
};

} // namespace sluice::tenancy
