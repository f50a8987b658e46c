#pragma once

#include "world.hpp"

namespace sluice::simulator {

/// The browser's part: GET shows the consent page, POST is the decision made on it.
[[nodiscard]] http::Response answer_authorize(World& world, Account& account, http::Request const& request);

} // namespace sluice::simulator
