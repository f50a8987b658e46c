#pragma once

#include "telemetry/shard.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::telemetry {

/// Label names and values. Values come from bounded sets (route template, integration, code), never from ids or paths.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// A sum that only grows. Adding is one relaxed atomic in the thread's own cache line.
class Counter {
public:
    void add(std::uint64_t n = 1) noexcept { cells_[this_shard()].value.fetch_add(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept;

private:
    struct alignas(kCacheLine) Cell {
        std::atomic<std::uint64_t> value{0};
    };
    std::array<Cell, kShards> cells_;
};

/// Counts observations in buckets with upper bounds.
class Histogram {
public:
    explicit Histogram(std::span<double const> upper_bounds);
    void observe(double value) noexcept;

    struct Snapshot {
        std::vector<std::uint64_t>
            buckets; ///< One for each bound, then one for values above all bounds; not cumulative.
        std::uint64_t count = 0;
        double sum = 0;
    };
    [[nodiscard]] Snapshot snapshot() const;
    [[nodiscard]] std::vector<double> const& upper_bounds() const noexcept { return upper_bounds_; }

private:
    static constexpr std::size_t kMaxBuckets = 15;
    struct alignas(kCacheLine) Cell {
        std::array<std::atomic<std::uint64_t>, kMaxBuckets + 1> buckets{};
        std::atomic<double> sum{0};
    };
    std::vector<double> upper_bounds_;
    std::array<Cell, kShards> cells_;
};

/// Seconds, from half a millisecond to a minute.
inline constexpr std::array<double, 14> kLatencyBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,    0.25,  0.5,    1,     5,    20,    60};

/// All metrics of a process, named `sluice_<lib>_<what>_<unit>`. The references that it gives live as long as the
/// registry. Thread-safe. The same name and labels always give the same metric.
class Registry {
public:
    Counter& counter(std::string name, std::string help, Labels labels = {});
    Histogram& histogram(std::string name, std::string help, Labels labels = {},
                         std::span<double const> upper_bounds = kLatencyBounds);
    /// A value read at each scrape. `read` is called from the scraping thread.
    void gauge(std::string name, std::string help, std::function<double()> read, Labels labels = {});
    /// The same for a sum that only grows and is counted elsewhere. Its name ends in `_total`.
    void sum(std::string name, std::string help, std::function<double()> read, Labels labels = {});

    /// The Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    template <class Metric>
    struct Entry {
        template <class... Args>
        Entry(std::string the_name, std::string the_help, Labels the_labels, Args&&... args)
            : name(std::move(the_name))
            , help(std::move(the_help))
            , labels(std::move(the_labels))
            , metric(std::forward<Args>(args)...)
        {
        }
        std::string name;
        std::string help;
        Labels labels;
        Metric metric;
    };

    mutable std::mutex mutex_;
    std::deque<Entry<Counter>> counters_;
    std::deque<Entry<Histogram>> histograms_;
    std::deque<Entry<std::function<double()>>> gauges_;
    std::deque<Entry<std::function<double()>>> sums_;
};

} // namespace sluice::telemetry
