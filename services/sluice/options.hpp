#pragma once

#include "api/config.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "telemetry/settings.hpp"
#include "worker/app.hpp"

#include <string>

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
    [[nodiscard]] Secret const& database_url() const noexcept { return api_.database.url; }
    [[nodiscard]] Secret const& migrate_url() const noexcept { return migrate_url_; }
    [[nodiscard]] std::string const& keyring_file() const noexcept { return api_.keyring_file; }
    [[nodiscard]] tenancy::QuotaConfig const& quotas() const noexcept { return api_.quotas; }
    /// Empty: the clock is the system's.
    [[nodiscard]] std::string const& clock_offset_file() const noexcept { return clock_offset_file_; }
    [[nodiscard]] telemetry::Level log_level() const { return log_.threshold(); }
    /// Lists are printed as JSON, also on a terminal.
    bool wants_json = false;

private:
    config::Settings settings_;
    api::Config api_;
    worker::Config worker_;
    telemetry::LogConfig log_;
    Secret migrate_url_;
    std::string clock_offset_file_;
};

} // namespace sluice
