#pragma once

#include "world.hpp"

namespace sluice::simulator {

/// Answers `/_simulator/...`, by which tests steer the simulator; `path` is what follows.
[[nodiscard]] http::Response answer_control(World& world, http::Request const& request, std::string_view path);

} // namespace sluice::simulator
