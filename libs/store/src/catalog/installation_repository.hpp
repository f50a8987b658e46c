#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <string_view>

#include <pqxx/transaction>

namespace sluice::store {

/// The vendor accepts the OAuth app again, or it was replaced: nothing speaks against it any more, and what its
/// accounts waited with is due.
void accept_app(pqxx::work& transaction, Timestamp now, EnvironmentId environment, EnvironmentIntegrationId id);

/// `environment_integration:<what>`, for the webhooks that want it.
void record_installation_event(pqxx::work& transaction, Timestamp now, EnvironmentId environment,
                               EnvironmentIntegrationId id, std::string_view what, json::value const& last_error);

} // namespace sluice::store
