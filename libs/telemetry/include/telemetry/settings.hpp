#pragma once

#include "base/settings_table.hpp"
#include "telemetry/log.hpp"

namespace sluice::telemetry {

struct LogConfig {
    std::string level = "info"; ///< Lines below it are not written.

    [[nodiscard]] Level threshold() const;
};

/// `log.…`
void add_settings(SettingsTable& table, LogConfig& config);

} // namespace sluice::telemetry
