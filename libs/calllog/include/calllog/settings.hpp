#pragma once

#include "base/settings_table.hpp"
#include "calllog/pipe.hpp"

#include <string>

namespace sluice::calllog {

struct Config {
    bool is_enabled = true; ///< Whether calls are logged at all.
    Pipe::Config pipe;
    std::string count_file; ///< See `Counts`; empty: none.
    std::string collector;  ///< The base URL of an OTLP/HTTP collector; empty: no spans are exported.

    [[nodiscard]] bool exports_spans() const noexcept { return !collector.empty(); }
};

/// `call_log.…` and `traces.…`
void add_settings(SettingsTable& table, Config& config);

} // namespace sluice::calllog
