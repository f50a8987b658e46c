#include "telemetry/process_metrics.hpp"

#include "base/version.hpp"
#include "support/log_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace sluice::telemetry {
namespace {

TEST(CounterTest, IsTheSumOverAllThreads)
{
    Counter counter;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 20; ++i) // More than there are shards.
            threads.emplace_back([&] {
                for (int n = 0; n < 100; ++n)
                    counter.add();
            });
    }
    counter.add(5);
    EXPECT_EQ(counter.value(), 2005U);
}

TEST(HistogramTest, CountsAValueOnABoundBelowIt)
{
    constexpr std::array kBounds{1.0, 2.0};
    Histogram histogram(kBounds);
    for (double const value : {0.5, 1.0, 1.5, 2.0, 2.5, 100.0})
        histogram.observe(value);
    auto const snapshot = histogram.snapshot();
    EXPECT_EQ(snapshot.buckets, (std::vector<std::uint64_t>{2, 2, 2}));
    EXPECT_EQ(snapshot.count, 6U);
    EXPECT_DOUBLE_EQ(snapshot.sum, 107.5);
}

TEST(HistogramTest, HasAtMostFifteenBounds)
{
    std::vector<double> bounds;
    for (int i = 0; i < 20; ++i)
        bounds.push_back(i);
    Histogram histogram(bounds);
    histogram.observe(1000);
    EXPECT_EQ(histogram.upper_bounds().size(), 15U);
    EXPECT_EQ(histogram.snapshot().buckets.back(), 1U);
}

TEST(RegistryTest, GivesTheSameMetricForTheSameNameAndLabels)
{
    Registry registry;
    auto& first = registry.counter("calls_total", "Calls", {{"code", "200"}});
    EXPECT_EQ(&registry.counter("calls_total", "Calls", {{"code", "200"}}), &first);
    EXPECT_NE(&registry.counter("calls_total", "Calls", {{"code", "500"}}), &first);
    EXPECT_NE(&registry.counter("other_total", "Others", {{"code", "200"}}), &first);
    auto& times = registry.histogram("time_seconds", "Times");
    EXPECT_EQ(&registry.histogram("time_seconds", "Times"), &times);
    EXPECT_NE(&registry.histogram("time_seconds", "Times", {{"route", "/a"}}), &times);
}

TEST(RegistryTest, WritesTheSeriesOfOneNameTogether)
{
    Registry registry;
    registry.counter("calls_total", "Calls", {{"code", "200"}}).add(3);
    registry.counter("bytes_total", "Bytes").add();
    registry.counter("calls_total", "Calls", {{"code", "500"}}).add(1);
    auto const text = registry.text();
    EXPECT_NE(text.find("# HELP calls_total Calls\n# TYPE calls_total counter\n"
                        "calls_total{code=\"200\"} 3\ncalls_total{code=\"500\"} 1\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("# TYPE calls_total"), text.rfind("# TYPE calls_total")) << text;
}

TEST(RegistryTest, WritesCumulativeBucketsWithOneForAll)
{
    Registry registry;
    constexpr std::array kBounds{0.5, 1.0};
    auto& times = registry.histogram("time_seconds", "Times", {}, kBounds);
    for (double const value : {0.25, 0.75, 8.0})
        times.observe(value);
    auto const text = registry.text();
    for (auto const* line : {"time_seconds_bucket{le=\"0.5\"} 1\n", "time_seconds_bucket{le=\"1\"} 2\n",
                             "time_seconds_bucket{le=\"+Inf\"} 3\n", "time_seconds_count 3\n", "time_seconds_sum 9\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(RegistryTest, ReadsAGaugeAtEachScrape)
{
    Registry registry;
    double open = 1;
    registry.gauge("open", "Open connections", [&] { return open; }, {{"side", "client"}});
    EXPECT_NE(registry.text().find("open{side=\"client\"} 1\n"), std::string::npos);
    open = 2;
    EXPECT_NE(registry.text().find("open{side=\"client\"} 2\n"), std::string::npos);
}

TEST(RegistryTest, ASumIsACounter)
{
    Registry registry;
    registry.sum("lost_total", "Lost", [] { return 7.0; });
    EXPECT_NE(registry.text().find("# TYPE lost_total counter\nlost_total 7\n"), std::string::npos) << registry.text();
}

TEST(ProcessMetrics, AreThoseOfThisProcess)
{
    Registry registry;
    test::LogFile log;
    add_process_metrics(registry, log.log());
    auto const text = registry.text();
    auto const value = [&text](std::string const& name) {
        auto const at = text.find("\n" + name + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    };
    EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
    EXPECT_LT(value("process_resident_memory_bytes"), 1e11);
    EXPECT_GE(value("process_cpu_seconds_total"), 0);
    EXPECT_GE(value("process_open_fds"), 3);
    EXPECT_GT(value("process_max_fds"), value("process_open_fds"));
    auto const now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_NEAR(value("process_start_time_seconds"), now, 3600);
    EXPECT_NE(text.find("sluice_build_info{version=\"" + std::string(version()) + "\"} 1\n"), std::string::npos);
}

} // namespace
} // namespace sluice::telemetry
