#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "events/destinations.hpp"

namespace sluice::api {

// Errors of both: invalid_argument with every mistake.

/// Reads a notification destination; a new one must have `type`, `label` and `config`. `destinations` checks event
/// types and address.
[[nodiscard]] Result<events::DestinationPatch> read_destination(json::object const& body, EnvironmentId environment,
                                                                events::Destinations const& destinations);
[[nodiscard]] Result<events::DestinationPatch> read_destination_patch(json::object const& body,
                                                                      events::Destinations const& destinations);

} // namespace sluice::api
