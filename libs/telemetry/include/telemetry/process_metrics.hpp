#pragma once

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace sluice::telemetry {

/// What every process shows: its version, and its memory, processor time, files and start under the names that
/// Prometheus' client libraries have (`process_…`), and the lines that its log has dropped. Both must live as long as
/// the registry is read.
void add_process_metrics(Registry& registry, Log const& log);

} // namespace sluice::telemetry
