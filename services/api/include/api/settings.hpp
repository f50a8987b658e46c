#pragma once

#include "api/config.hpp"
#include "base/error.hpp"
#include "base/settings_table.hpp"

#include <vector>

namespace sluice::api {

/// Adds every setting of the API, with those of the rooms that it uses.
void add_settings(SettingsTable& table, Config& config);
/// The mistakes in settings that contradict each other.
[[nodiscard]] std::vector<FieldFailure> faults_between(Config const& config);
/// Fills in values that follow from others: threads, budgets, the origins of Sluice's own pages.
[[nodiscard]] Config completed(Config config);

} // namespace sluice::api
