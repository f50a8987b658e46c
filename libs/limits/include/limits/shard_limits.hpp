#pragma once

#include "base/clock.hpp"
#include "limits/consumers.hpp"
#include "limits/counters.hpp"
#include "limits/own_limits.hpp"
#include "limits/vendor_state.hpp"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice::limits {

/// All that is known of limits in the process, shared by its shards. Thread-safe.
class ProcessLimits {
public:
    /// The most accounts of which limits are known, and of which consumers are.
    static constexpr std::size_t kMostAccounts = 20'000;

    /// All must outlive it.
    ProcessLimits(Config config, telemetry::Registry& registry, Clock const& clock,
                  SteadyClock const& steady = kSystemSteadyClock);

    Clock const& clock;
    SteadyClock const& steady;
    Metrics metrics;
    Counters counters;
    SharedMap<VendorState> vendors;
    SharedMap<Consumers> consumers;

    /// The histogram of an integration, which is made once.
    [[nodiscard]] telemetry::Histogram& left_of(std::string const& integration);

private:
    telemetry::Registry& registry_;
    std::mutex mutex_;
    std::map<std::string, telemetry::Histogram*, std::less<>> left_;
};

/// What one I/O thread knows of limits.
class ShardLimits {
public:
    /// `process` must outlive it.
    explicit ShardLimits(ProcessLimits& process);

    [[nodiscard]] OwnLimits& own() noexcept { return own_; }
    /// The last known limits of an account. The reference holds until the next call.
    [[nodiscard]] VendorState& vendor(IntegratedAccountId account);
    /// How many calls of the account are left at its vendor; nothing if that is not known.
    [[nodiscard]] std::optional<Forecast> forecast(IntegratedAccountId account);
    /// Counts a call of a consumer, or refuses it, as the account shares its calls out.
    [[nodiscard]] ratelimit::Limits share(IntegratedAccountId account, FairShares const& shares, Uuid const& consumer);
    void charge_share(IntegratedAccountId account, Uuid const& consumer);
    /// Counts the share of a vendor's limit that an answer says is left, 0 to 1. `is_known` is false for an integration
    /// of a team's own, whose name is no label.
    void observe_left(std::string_view integration, bool is_known, double left);
    [[nodiscard]] Timestamp now() const { return process_.clock.now(); }

private:
    ProcessLimits& process_;
    OwnLimits own_;
    Seen<VendorState> vendors_;
    Seen<Consumers> consumers_;
    std::map<std::string, telemetry::Histogram*, std::less<>> left_;
};

} // namespace sluice::limits
