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
    , config_(config)
    , clock_(clock)
    , next_(nanoseconds(clock.now()))
{
}

Result<void> SecretGate::admit(crypto::TokenKind kind, std::string_view secret)
{
    using crypto::TokenForm;
    auto const form = crypto::form_of(keyring_, kind, secret);
    if (form == TokenForm::malformed || (form == TokenForm::unkeyed && !config_.accept_unkeyed))
        return Error{ErrorCode::not_found, "The secret is not one of ours."};
    if (form == TokenForm::unkeyed && !has_room())
        return Error{ErrorCode::rate_limited, "Too many tokens of the old form are being looked up. Retry in a second, "
                                              "or replace this one: new tokens do not wait."};
    return {};
}

/// The generic cell rate algorithm with room for one second.
bool SecretGate::has_room()
{
    auto const now = nanoseconds(clock_.now());
    auto const step = kSecond / std::max<std::int64_t>(config_.unkeyed_per_second, 1);
    auto next = next_.load(std::memory_order_relaxed);
    for (;;) {
        auto const start = std::max(next, now);
        if (config_.unkeyed_per_second <= 0 || start + step - now > kSecond)
            return false;
        if (next_.compare_exchange_weak(next, start + step, std::memory_order_relaxed))
            return true;
    }
}

} // namespace sluice::tenancy
