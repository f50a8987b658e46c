#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http_server/server.hpp"
#include "simulator/simulator.hpp"
#include "telemetry/log.hpp"

namespace sluice::simulator {

/// Serves a simulator on one thread until SIGTERM or SIGINT, and makes its webhook calls. Blocks.
/// Errors: what keeps it from starting.
[[nodiscard]] Result<void> run_server(Config config, http::ServerConfig server, Clock const& clock,
                                      telemetry::Log& log);

} // namespace sluice::simulator
