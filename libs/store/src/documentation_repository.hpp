#pragma once

#include "accounts/installation.hpp"

#include <vector>

#include <pqxx/transaction>

namespace sluice::store {

/// The rows that change the tools of an installed integration, the most specific last.
[[nodiscard]] std::vector<accounts::DocumentationRow> documentation_of(pqxx::work& transaction,
                                                                       EnvironmentId environment,
                                                                       EnvironmentIntegrationId installation,
                                                                       IntegrationId integration);

} // namespace sluice::store
