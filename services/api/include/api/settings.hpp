#pragma once

#include "api/config.hpp"
#include "base/error.hpp"
#include "base/settings_table.hpp"

#include <vector>

namespace sluice::api {

/// Every setting of the API, with those of the rooms it is made of.
void add_settings(SettingsTable& table, Config& config);
/// What settings say of each other that cannot be.
[[nodiscard]] std::vector<FieldFailure> faults_between(Config const& config);
/// With what follows from what was set: threads, budgets, the Origins of our own pages.
[[nodiscard]] Config completed(Config config);

} // namespace sluice::api
