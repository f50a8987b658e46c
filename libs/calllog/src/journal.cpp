#include "calllog/journal.hpp"

#include <algorithm>

namespace sluice::calllog {
namespace {

constexpr std::chrono::seconds kStoreLimit{10};
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{5'000};
/// How often rows are tried that the database refuses. The reason may pass: a day was made at that moment.
constexpr int kMostFaults = 3;

} // namespace

JournalMetrics::JournalMetrics(telemetry::Registry& registry)
    : stored(registry.counter("sluice_calllog_entries_total", "Entries of the call log, by what became of them.",
                              {{"outcome", "stored"}}))
    , lost(registry.counter("sluice_calllog_entries_total", "Entries of the call log, by what became of them.",
                            {{"outcome", "lost"}}))
    , lost_bodies(registry.counter("sluice_calllog_lost_bodies_total", "Bodies of calls that could not be stored."))
{
}

Journal::Journal(Pipe& pipe, LogRepository& repository, std::uint64_t& settled, JournalMetrics& metrics,
                 telemetry::Log& log)
    : pipe_(pipe)
    , repository_(repository)
    , settled_(settled)
    , metrics_(metrics)
    , log_(log)
    , waits_(log, telemetry::Level::warning, "entries of the call log wait for the database")
{
}

Task<void> Journal::run()
{
    for (;;) {
        auto batch = co_await pipe_.next();
        if (!batch)
            break;
        co_await store(*std::move(batch));
    }
}

void Journal::close(Deadline last_try)
{
    last_try_ = last_try;
    pipe_.close();
}

Task<void> Journal::store(Pipe::Batch batch)
{
    auto pause = kFirstPause;
    for (int faults = 0;;) {
        auto const limit = Deadline::after(kStoreLimit);
        auto const stored = co_await repository_.append(
            batch.rows, batch.day, last_try_ ? Deadline{std::min(limit.at(), last_try_->at())} : limit);
        faults += !stored && stored.error().code() != ErrorCode::unavailable ? 1 : 0;
        bool const is_over = faults == kMostFaults || (last_try_ && last_try_->expired());
        if (stored || is_over) {
            (stored ? metrics_.stored : metrics_.lost).add(batch.count);
            std::atomic_ref(settled_).fetch_add(batch.count, std::memory_order_relaxed);
            if (!stored)
                log_.write(telemetry::Level::error, "entries of the call log are lost", stored.error(),
                           {{"entries", static_cast<std::int64_t>(batch.count)}});
            co_return;
        }
        waits_.write(stored.error());
        co_await sleep_until(last_try_ ? last_try_->at_most(pause) : Deadline::after(pause));
        pause = std::min(pause * 2, kLongestPause);
    }
}

} // namespace sluice::calllog
