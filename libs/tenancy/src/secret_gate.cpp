#include "tenancy/secret_gate.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::tenancy {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(SteadyClock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

} // namespace

SecretGate::SecretGate(crypto::Keyring const& keyring, SecretGateConfig config, SteadyClock const& clock)
    : keyring_(keyring)
    , accept_unkeyed_(config.accept_unkeyed)
    , unkeyed_(config.unkeyed_per_second, clock)
    , guesses_(kGuessesPerSecond, clock)
{
}

Result<void> SecretGate::admit(crypto::TokenKind kind, std::string_view secret)
{
    using crypto::TokenForm;
    auto const form = crypto::form_of(keyring_, kind, secret);
    if (form == TokenForm::malformed || (form == TokenForm::unkeyed && !accept_unkeyed_))
        return Error{ErrorCode::not_found, "The secret is not one of ours."};
    if (form == TokenForm::unkeyed && !unkeyed_.has_room())
        return Error{ErrorCode::rate_limited, "Too many tokens of the old form are being looked up. Retry in a second, "
                                              "or replace this one: new tokens do not wait."};
    return {};
}

Result<void> SecretGate::admit_guess()
{
    if (!guesses_.has_room())
        return Error{ErrorCode::rate_limited, "Too many codes are being looked up. Retry in a second."};
    return {};
}

SecretGate::Lane::Lane(std::int64_t per_second, SteadyClock const& clock)
    : per_second_(per_second)
    , clock_(clock)
    , next_(nanoseconds(clock.now()))
{
}

/// The generic cell rate algorithm with room for one second.
bool SecretGate::Lane::has_room()
{
    auto const now = nanoseconds(clock_.now());
    auto const step = kSecond / std::max<std::int64_t>(per_second_, 1);
    auto next = next_.load(std::memory_order_relaxed);
    for (;;) {
        auto const start = std::max(next, now);
        if (per_second_ <= 0 || start + step - now > kSecond)
            return false;
        if (next_.compare_exchange_weak(next, start + step, std::memory_order_relaxed))
            return true;
    }
}

} // namespace sluice::tenancy
