#include "telemetry/metrics.hpp"

#include <algorithm>
#include <map>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace sluice::telemetry {
namespace {

/// Groups metrics by name, since Prometheus wants all series of one name together.
class Families {
public:
    prometheus::ClientMetric& add(std::string const& name, std::string const& help, prometheus::MetricType type,
                                  Labels const& labels)
    {
        auto [position, is_new] = by_name_.try_emplace(name);
        auto& family = position->second;
        if (is_new) {
            family.name = name;
            family.help = help;
            family.type = type;
        }
        auto& metric = family.metric.emplace_back();
        for (auto const& [label, value] : labels)
            metric.label.push_back({label, value});
        return metric;
    }

    [[nodiscard]] std::string text() &&
    {
        std::vector<prometheus::MetricFamily> families;
        for (auto& [name, family] : by_name_)
            families.push_back(std::move(family));
        return prometheus::TextSerializer{}.Serialize(families);
    }

private:
    std::map<std::string, prometheus::MetricFamily> by_name_;
};

template <class Entries>
auto* find_entry(Entries& entries, std::string const& name, Labels const& labels)
{
    auto const found =
        std::ranges::find_if(entries, [&](auto const& entry) { return entry.name == name && entry.labels == labels; });
    return found == entries.end() ? nullptr : &*found;
}

} // namespace

std::uint64_t Counter::value() const noexcept
{
    std::uint64_t sum = 0;
    for (auto const& cell : cells_)
        sum += cell.value.load(std::memory_order_relaxed);
    return sum;
}

Histogram::Histogram(std::span<double const> upper_bounds)
    : upper_bounds_(upper_bounds.begin(),
                    upper_bounds.begin() + static_cast<std::ptrdiff_t>(std::min(upper_bounds.size(), kMaxBuckets)))
{
}

void Histogram::observe(double value) noexcept
{
    auto const bucket =
        static_cast<std::size_t>(std::ranges::lower_bound(upper_bounds_, value) - upper_bounds_.begin());
    auto& cell = cells_[this_shard()];
    cell.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
    cell.sum.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const
{
    Snapshot snapshot;
    snapshot.buckets.resize(upper_bounds_.size() + 1);
    for (auto const& cell : cells_) {
        for (std::size_t i = 0; i < snapshot.buckets.size(); ++i)
            snapshot.buckets[i] += cell.buckets[i].load(std::memory_order_relaxed);
        snapshot.sum += cell.sum.load(std::memory_order_relaxed);
    }
    for (auto const bucket : snapshot.buckets)
        snapshot.count += bucket;
    return snapshot;
}

Counter& Registry::counter(std::string name, std::string help, Labels labels)
{
    std::lock_guard const lock(mutex_);
    if (auto* known = find_entry(counters_, name, labels))
        return known->metric;
    return counters_.emplace_back(std::move(name), std::move(help), std::move(labels)).metric;
}

Histogram& Registry::histogram(std::string name, std::string help, Labels labels, std::span<double const> upper_bounds)
{
    std::lock_guard const lock(mutex_);
    if (auto* known = find_entry(histograms_, name, labels))
        return known->metric;
    return histograms_.emplace_back(std::move(name), std::move(help), std::move(labels), upper_bounds).metric;
}

void Registry::gauge(std::string name, std::string help, std::function<double()> read, Labels labels)
{
    std::lock_guard const lock(mutex_);
    gauges_.emplace_back(std::move(name), std::move(help), std::move(labels), std::move(read));
}

void Registry::sum(std::string name, std::string help, std::function<double()> read, Labels labels)
{
    std::lock_guard const lock(mutex_);
    sums_.emplace_back(std::move(name), std::move(help), std::move(labels), std::move(read));
}

std::string Registry::text() const
{
    std::lock_guard const lock(mutex_);
    Families families;
    for (auto const& entry : counters_)
        families.add(entry.name, entry.help, prometheus::MetricType::Counter, entry.labels).counter.value =
            static_cast<double>(entry.metric.value());
    for (auto const& entry : sums_)
        families.add(entry.name, entry.help, prometheus::MetricType::Counter, entry.labels).counter.value =
            entry.metric();
    for (auto const& entry : gauges_)
        families.add(entry.name, entry.help, prometheus::MetricType::Gauge, entry.labels).gauge.value = entry.metric();
    for (auto const& entry : histograms_) {
        auto const snapshot = entry.metric.snapshot();
        auto& metric = families.add(entry.name, entry.help, prometheus::MetricType::Histogram, entry.labels);
        metric.histogram.sample_count = snapshot.count;
        metric.histogram.sample_sum = snapshot.sum;
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < snapshot.buckets.size(); ++i) {
            cumulative += snapshot.buckets[i];
            auto const bound = i < entry.metric.upper_bounds().size() ? entry.metric.upper_bounds()[i]
                                                                      : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({cumulative, bound});
        }
    }
    return std::move(families).text();
}

} // namespace sluice::telemetry
