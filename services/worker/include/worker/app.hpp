#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "http_client/pooled_client.hpp"
#include "http_server/server.hpp"
#include "pg/pool.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sluice::worker {

struct Config {
    http::ServerConfig server;
    pg::PoolConfig database;
    /// Between two health checks of an account. One call: at the smallest bucket of the vendors known, 40 calls that
    /// leak in 20 s, a quarter of an hour is 0.06 % of it.
    std::chrono::milliseconds health_interval{900'000};
    /// Between two looks at what an account changed of its own fields: below a minute.
    std::chrono::milliseconds schema_interval{45'000};
    http::ClientConfig client;
    std::vector<std::string> egress_allow;
    std::string keyring_file; ///< Watched: keys that are added to it are loaded.
};

/// Runs the loops until SIGTERM or SIGINT. Blocks. Errors: what keeps it from starting, in one line.
[[nodiscard]] Result<void> run(Config config, crypto::Keyring keyring, Clock const& clock, telemetry::Log& log);

} // namespace sluice::worker
