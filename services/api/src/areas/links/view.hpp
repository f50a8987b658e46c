#pragma once

#include "base/json.hpp"
#include "connecting/connection.hpp"

namespace sluice::api {

[[nodiscard]] json::object connection_view(connecting::Connection const& connection);

} // namespace sluice::api
