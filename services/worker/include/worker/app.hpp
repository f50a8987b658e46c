#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "calllog/settings.hpp"
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
    calllog::Config call_log;
    /// The time between two health checks of an account. A check is one call. The smallest known quota of a vendor is
    /// 40 calls in 20 s; of that, one call in a quarter of an hour is 0.06 %.
    std::chrono::milliseconds health_interval{900'000};
    /// The time between two looks for changes of an account's own fields; less than a minute.
    std::chrono::milliseconds schema_interval{45'000};
    http::ClientConfig client;
    std::vector<std::string> egress_allow;
    std::string keyring_file; ///< The file is watched: keys that are added to it are loaded.
};

/// Runs the jobs until SIGTERM or SIGINT, then finishes those it has. Blocks. Errors: the reason why it cannot start,
/// in one line.
[[nodiscard]] Result<void> run(Config config, crypto::Keyring keyring, Clock const& clock, telemetry::Log& log);

} // namespace sluice::worker
