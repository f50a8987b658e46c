#include "tenancy/retention.hpp"

namespace sluice::tenancy {
namespace {

constexpr std::chrono::seconds kLimit{10};
/// The time for one run, so that other jobs run too.
constexpr std::chrono::seconds kTurn{5};
constexpr std::chrono::milliseconds kSweepInterval{std::chrono::hours(1)};

} // namespace

Task<Result<jobs::Next>> forget_history(Retention& retention, Clock const& clock)
{
    auto const until = Deadline::after(kTurn);
    for (bool is_more = true; is_more && !until.expired();) {
        auto const turned = co_await retention.turn_days(Deadline::after(kLimit));
        if (!turned)
            co_return turned.error();
        is_more = *turned > 0;
    }
    auto const environments = co_await retention.environments(Deadline::after(kLimit));
    if (!environments)
        co_return environments.error();
    for (auto const& environment : *environments) {
        for (bool is_more = true; is_more;) {
            if (until.expired())
                co_return clock.now();
            auto const gone = co_await retention.sweep(environment, Deadline::after(kLimit));
            if (!gone)
                co_return gone.error();
            is_more = *gone > 0;
        }
    }
    co_return clock.now() + kSweepInterval;
}

} // namespace sluice::tenancy
