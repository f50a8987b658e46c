#pragma once

#include "base/settings_table.hpp"
#include "worker/app.hpp"

namespace sluice::worker {

/// `worker.…`
void add_settings(SettingsTable& table, Config& config);

} // namespace sluice::worker
