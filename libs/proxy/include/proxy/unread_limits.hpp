#pragma once

#include "base/timestamp.hpp"
#include "catalog/integration.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::proxy {

/// Counts and logs the headers that should tell a vendor's limits and could not be read: the vendor has changed their
/// form, or the definition is wrong. Logs one line an hour for each integration. Thread-safe.
class UnreadLimits {
public:
    /// Both must outlive it.
    UnreadLimits(telemetry::Registry& registry, telemetry::Log& log);

    /// `value` must not contain a secret. A long one is not logged.
    void note(catalog::Integration const& integration, std::string_view header, std::string_view value, Timestamp now);

private:
    struct Seen {
        telemetry::Counter* counter;
        Timestamp next_line = Timestamp::min();
    };
    [[nodiscard]] telemetry::Counter& counter_of(std::string label);
    [[nodiscard]] Seen& seen_of(catalog::Integration const& integration, Timestamp now);

    telemetry::Registry& registry_;
    telemetry::Log& log_;
    std::mutex mutex_;
    std::unordered_map<IntegrationId, Seen> seen_;
    Seen others_; ///< All for which there is no more room.
};

} // namespace sluice::proxy
