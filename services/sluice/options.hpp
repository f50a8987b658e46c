#pragma once

#include "api/config.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "telemetry/log.hpp"
#include "worker/app.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// Every setting of every subcommand, with its default. One table serves the file, the environment and the help.
class Options {
public:
    Options();

    /// Reads `config_file` (if not empty) and the environment. Errors: every mistake at once.
    [[nodiscard]] Result<void> load(std::string const& config_file);
    [[nodiscard]] std::string help() const { return settings_.help(); }
    [[nodiscard]] std::string dump() const { return settings_.dump(); }

    [[nodiscard]] api::Config api() const;
    [[nodiscard]] worker::Config worker() const;
    [[nodiscard]] Secret const& database_url() const noexcept { return database_url_; }
    [[nodiscard]] Secret const& migrate_url() const noexcept { return migrate_url_; }
    [[nodiscard]] std::string const& keyring_file() const noexcept { return keyring_file_; }
    [[nodiscard]] telemetry::Level log_level() const;

private:
    config::Settings settings_;
    api::Config api_;
    Secret database_url_;
    Secret migrate_url_;
    Secret worker_database_url_;
    std::string keyring_file_;
    std::string log_level_ = "info";
    std::int64_t port_ = 8080;
    std::int64_t threads_ = 0;
    std::int64_t database_connections_ = 4;
    std::int64_t connection_limit_ = 10'000;
    std::int64_t concurrent_requests_ = 2'000;
    std::int64_t body_memory_ = 256;
    std::int64_t body_memory_share_ = 64;
    std::int64_t vendor_connections_ = 512;
    std::string worker_address_ = "127.0.0.1";
    std::int64_t worker_port_ = 8081;
    std::int64_t management_port_ = 8082;
    std::chrono::milliseconds health_interval_{900'000};
    std::chrono::milliseconds schema_interval_{45'000};
};

} // namespace sluice
