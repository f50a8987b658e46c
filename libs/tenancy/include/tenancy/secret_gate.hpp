#pragma once

#include "base/result.hpp"
#include "base/steady_clock.hpp"
#include "crypto/token.hpp"
#include "tenancy/asker.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::tenancy {

struct SecretGateConfig {
    /// Whether secrets of the old form, without a MAC, are looked up at all.
    bool accept_unkeyed = true;
    /// How many of them are looked up in a second, in the whole process.
    std::int64_t unkeyed_per_second = 50;
    /// How many passwords are tried in a second, in the whole process. Each costs two short transactions and a hash.
    std::int64_t sign_ins_per_second = 50;
};

/// Decides whether a secret that is not cached may cost a query. An invented secret has no valid MAC and costs none.
/// Secrets without a MAC may be invented, so they have rates of their own and cannot use up the database's connections.
/// Each asker who is known may use a fifth of each rate, so that none uses up what there is for all. Shared by all
/// threads; takes no lock.
class SecretGate {
public:
    /// How many look-ups by an id and a short code are made in a second, in the whole process. Anybody may ask for
    /// them.
    static constexpr std::int64_t kGuessesPerSecond = 50;
    /// An asker may have one part of so many of each rate.
    static constexpr std::int64_t kParts = 5;
    /// A user may sign in so often in a second, with browsers in which they have before.
    static constexpr std::int64_t kSignInsOfUser = 2;

    /// Both must outlive it.
    SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock = kSystemSteadyClock);

    /// Asks for a look-up of a secret. Errors: not_found if it is mistyped, invented or of a form that is not accepted
    /// any more; rate_limited while too many are looked up.
    [[nodiscard]] Result<void> admit(crypto::TokenKind kind, std::string_view secret, Asker asker);
    /// Asks for a look-up by an id and a short code. Errors: rate_limited while too many are looked up.
    [[nodiscard]] Result<void> admit_guess(Asker asker);
    /// Asks for an attempt to sign in, or for a letter with a link to. Errors: rate_limited while there are too many.
    [[nodiscard]] Result<void> admit_sign_in(Asker asker);
    /// Asks for an attempt of a user from a browser in which they have signed in before. No stranger is in their way.
    /// Errors: rate_limited while the user makes too many.
    [[nodiscard]] Result<void> admit_known(UserId user);

private:
    /// The time, in nanoseconds, at which all that was let through has had its time.
    using Pace = std::atomic<std::int64_t>;

    /// A rate: lets so many through in each second, and of each asker a part of them.
    class Lane {
    public:
        /// An asker who is known may have `part` of the rate.
        Lane(std::int64_t per_second, std::int64_t part, SteadyClock const& clock);
        [[nodiscard]] bool has_room(Asker asker);

    private:
        /// Askers who meet in one place share its part. With this many places few do, and a random number, which nobody
        /// knows, decides who.
        static constexpr unsigned kPlaceBits = 12;

        [[nodiscard]] Pace& pace_of(Asker asker) noexcept;

        std::int64_t const per_second_;
        std::int64_t const part_;
        SteadyClock const& clock_;
        std::uint64_t const seed_;
        Pace all_{0};
        std::array<Pace, std::size_t{1} << kPlaceBits> askers_{};
    };

    crypto::Keyring const& keyring_;
    bool const accept_unkeyed_;
    Lane unkeyed_;
    Lane guesses_;
    Lane sign_ins_;
    Lane known_; ///< Sign-ins of those who have before.
};

} // namespace sluice::tenancy
