#pragma once

#include "base/json.hpp"
#include "events/destinations.hpp"

namespace sluice::api {

[[nodiscard]] json::object destination_view(events::Destination const& destination);
[[nodiscard]] json::object test_view(events::TestResult const& result);

} // namespace sluice::api
