#include "tenancy/secret_gate.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace sluice::tenancy {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(SteadyClock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::uint64_t random_number()
{
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    random_bytes(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

/// The finaliser of SplitMix64: each bit of the input changes half of the output's.
std::uint64_t mixed(std::uint64_t value) noexcept
{
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

/// Lets so many through in each second: the generic cell rate algorithm with room for one second.
bool passes(std::atomic<std::int64_t>& pace, std::int64_t per_second, std::int64_t now)
{
    if (per_second <= 0)
        return false;
    auto const step = kSecond / per_second;
    auto next = pace.load(std::memory_order_relaxed);
    for (;;) {
        auto const start = std::max(next, now);
        if (start + step - now > kSecond)
            return false;
        if (pace.compare_exchange_weak(next, start + step, std::memory_order_relaxed))
            return true;
    }
}

std::int64_t part_of(std::int64_t per_second)
{
    return std::min(per_second, std::max<std::int64_t>(per_second / SecretGate::kParts, 1));
}

Error too_many_sign_in()
{
    return {ErrorCode::rate_limited, "Too many are signing in. Retry in a second."};
}

} // namespace

SecretGate::SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock)
    : keyring_(keyring)
    , accept_unkeyed_(config.accept_unkeyed)
    , unkeyed_(config.unkeyed_per_second, part_of(config.unkeyed_per_second), clock)
    , guesses_(kGuessesPerSecond, part_of(kGuessesPerSecond), clock)
    , sign_ins_(config.sign_ins_per_second, part_of(config.sign_ins_per_second), clock)
    , known_(config.sign_ins_per_second, std::min(config.sign_ins_per_second, kSignInsOfUser), clock)
{
}

Result<void> SecretGate::admit(crypto::TokenKind kind, std::string_view secret, Asker asker)
{
    using crypto::TokenForm;
    auto const form = crypto::form_of(keyring_, kind, secret);
    if (form == TokenForm::malformed || (form == TokenForm::unkeyed && !accept_unkeyed_))
        return Error{ErrorCode::not_found, "The secret is not one of ours."};
    if (form == TokenForm::unkeyed && !unkeyed_.has_room(asker))
        return Error{ErrorCode::rate_limited, "Too many tokens of the old form are being looked up. Retry in a second, "
                                              "or replace this one: new tokens do not wait."};
    return {};
}

Result<void> SecretGate::admit_guess(Asker asker)
{
    if (!guesses_.has_room(asker))
        return Error{ErrorCode::rate_limited, "Too many codes are being looked up. Retry in a second."};
    return {};
}

Result<void> SecretGate::admit_sign_in(Asker asker)
{
    return sign_ins_.has_room(asker) ? Result<void>() : too_many_sign_in();
}

Result<void> SecretGate::admit_known(UserId user)
{
    return known_.has_room(Asker(user)) ? Result<void>() : too_many_sign_in();
}

SecretGate::Lane::Lane(std::int64_t per_second, std::int64_t part, SteadyClock const& clock)
    : per_second_(per_second)
    , part_(part)
    , clock_(clock)
    , seed_(random_number())
{
}

SecretGate::Pace& SecretGate::Lane::pace_of(Asker asker) noexcept
{
    return askers_[mixed(asker.number() ^ seed_) >> (64U - kPlaceBits)];
}

bool SecretGate::Lane::has_room(Asker asker)
{
    auto const now = nanoseconds(clock_.now());
    // The asker's own part comes first: whoever has used it up takes nothing of the others'.
    if (asker.is_known() && !passes(pace_of(asker), part_, now))
        return false;
    return passes(all_, per_second_, now);
}

} // namespace sluice::tenancy
