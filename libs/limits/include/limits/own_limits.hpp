#pragma once

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "limits/counters.hpp"
#include "ratelimit/normalise.hpp"
#include "telemetry/metrics.hpp"

namespace sluice::limits {

struct Metrics {
    explicit Metrics(telemetry::Registry& registry);
    telemetry::Counter& refused_for_token;
    telemetry::Counter& refused_for_account;
    telemetry::Counter& refused_for_user;
    telemetry::Counter& refused_for_share;
};

/// Whether of two limits that hold for one answer this one is used up sooner: fewer calls left, or else a later reset.
/// What is unknown counts as no limit.
[[nodiscard]] bool is_tighter(ratelimit::Limits const& one, ratelimit::Limits const& other);
/// The tighter one; the first if they are equal. A time to wait stays, whosever it is.
[[nodiscard]] ratelimit::Limits tighter(ratelimit::Limits const& one, ratelimit::Limits const& other);

/// The normal form of a standing.
[[nodiscard]] ratelimit::Limits limits_of(Standing const& standing);

/// Our own limits of one I/O thread: counts calls, and says where they stand. `throttled` in what it gives means that
/// the call is refused. All members are empty where there is no limit.
class OwnLimits {
public:
    /// Both must outlive it.
    OwnLimits(Counters& counters, Metrics& metrics);

    [[nodiscard]] ratelimit::Limits take(ApiTokenId token);
    [[nodiscard]] ratelimit::Limits take(IntegratedAccountId account);
    [[nodiscard]] ratelimit::Limits take(UserId user);
    /// Counts a call that is part of one that was let in, whether there is room for it or not.
    ratelimit::Limits charge(IntegratedAccountId account);
    /// Counts nothing.
    [[nodiscard]] ratelimit::Limits look(ApiTokenId token);
    [[nodiscard]] ratelimit::Limits look(IntegratedAccountId account);
    [[nodiscard]] ratelimit::Limits look(UserId user);

    /// What a refused caller is told.
    [[nodiscard]] static Error refusal(ApiTokenId token, ratelimit::Limits const& limits);
    [[nodiscard]] static Error refusal(IntegratedAccountId account, ratelimit::Limits const& limits);
    [[nodiscard]] static Error refusal(UserId user, ratelimit::Limits const& limits);

private:
    /// Those who have the same limit.
    struct Kind {
        std::int64_t limit; ///< 0: none.
        Seen<Counter> counters;
        telemetry::Counter& refused;
    };

    [[nodiscard]] ratelimit::Limits take(Kind& kind, Uuid const& key);
    [[nodiscard]] ratelimit::Limits look(Kind& kind, Uuid const& key);
    [[nodiscard]] ratelimit::Limits taken(Counter& counter, Standing const& standing);

    Counters& counters_;
    Kind tokens_;
    Kind accounts_;
    Kind users_;
};

} // namespace sluice::limits
