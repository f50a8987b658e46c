#include "calllog/process_log.hpp"

namespace sluice::calllog {
namespace {

constexpr std::size_t kTasks = 2;

} // namespace

ProcessLog::ProcessLog(asio::io_context& io, Config config, LogRepository& repository, http::Client& client,
                       telemetry::Registry& registry, telemetry::Log& log)
    : config_(std::move(config))
    , repository_(repository)
    , log_(log)
    , metrics_(registry)
    , span_metrics_(registry)
    , lost_before_(registry.counter("sluice_calllog_lost_before_total",
                                    "Entries that the process before took and did not store (call_log.count_file)."))
    , rows_(io, config_.pipe)
    , spans_(io, config_.pipe)
    , exporter_(spans_, client, config_.collector, span_metrics_, log)
    , tasks_(io, kTasks, log, "call log")
{
    registry.sum("sluice_calllog_dropped_entries_total", "Entries of the call log that did not fit into the pipe.",
                 [this] { return static_cast<double>(rows_.dropped()); });
    registry.sum("sluice_calllog_dropped_spans_total", "Spans that did not fit into the pipe.",
                 [this] { return static_cast<double>(spans_.dropped()); });
}

ProcessLog::~ProcessLog() = default;

Result<void> ProcessLog::open()
{
    auto counts = Counts::open(config_.count_file);
    if (!counts)
        return counts.error();
    counts_.emplace(*std::move(counts));
    journal_.emplace(rows_, repository_, counts_->settled(), metrics_, log_);
    if (auto const lost = counts_->lost_before(); lost > 0) {
        lost_before_.add(lost);
        log_.write(telemetry::Level::warning, "entries of the call log were lost when the process before ended",
                   {{"entries", static_cast<std::int64_t>(lost)}});
    }
    return {};
}

Inlets ProcessLog::add_thread()
{
    auto* const rows = config_.is_enabled ? &rows_.add(counts_->taken(threads_++)) : nullptr;
    return {rows, config_.exports_spans() ? &spans_.add(spans_taken_.emplace_back(0)) : nullptr};
}

void ProcessLog::start()
{
    tasks_.spawn(journal_->run());
    if (config_.exports_spans())
        tasks_.spawn(exporter_.run());
}

Task<bool> ProcessLog::close(Deadline last_try)
{
    journal_->close(last_try);
    spans_.close();
    co_return co_await tasks_.drain(last_try);
}

} // namespace sluice::calllog
