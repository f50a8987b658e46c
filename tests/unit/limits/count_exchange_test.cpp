#include "limits/count_exchange.hpp"

#include "limits/own_limits.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::limits {
namespace {

using namespace std::chrono_literals;

ApiTokenId const kToken{uuid_of_name("token")};

/// The table of counts, at a simulated time.
class FakeCounts final : public CountRepository {
public:
    explicit FakeCounts(SteadyClock const& clock)
        : clock_(clock)
    {
    }

    Task<Result<std::vector<Heard>>> exchange(Uuid replica, Report report, Deadline) override
    {
        ++statements;
        if (is_broken)
            throw std::runtime_error("broken");
        if (is_down)
            co_return Error{ErrorCode::unavailable, "down"};
        std::erase_if(rows_, [this](auto const& row) { return clock_.now() - row.second.at > kLifetime; });
        for (auto const& key : report.gone)
            rows_.erase({key, replica});
        std::vector<Heard> heard;
        for (auto const& key : report.asked) {
            Heard of{key, {}};
            for (auto const& [id, row] : rows_)
                if (id.first == key && id.second != replica) {
                    of.others.calls += row.calls;
                    ++of.others.replicas;
                }
            if (of.others.replicas > 0)
                heard.push_back(of);
        }
        for (auto const& each : report.told)
            rows_[{each.key, replica}] = {each.calls, clock_.now()};
        told += report.told.size();
        asked += report.asked.size();
        co_return heard;
    }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    int statements = 0;
    std::size_t told = 0;
    std::size_t asked = 0;
    bool is_down = false;
    bool is_broken = false;

private:
    struct Row {
        std::int64_t calls = 0;
        SteadyClock::time_point at;
    };
    SteadyClock const& clock_;
    std::map<std::pair<Uuid, Uuid>, Row> rows_;
};

/// A process that counts.
struct Replica {
    Replica(Config config, SteadyClock const& clock, CountRepository& counts, telemetry::Log& log)
        : counters(config, clock)
        , exchange(io, counters, counts, log)
    {
        exchange.attach();
    }

    /// Counts a call; true if it may be made.
    bool take(ApiTokenId token = kToken) { return !own.take(token).throttled; }
    void exchange_once() { static_cast<void>(test::run(exchange.once())); }

    asio::io_context io{1};
    telemetry::Registry registry;
    Metrics metrics{registry};
    Counters counters;
    OwnLimits own{counters, metrics};
    Exchange exchange;
};

class ExchangeTest : public testing::Test {
protected:
    Replica& add(std::int64_t limit = 500)
    {
        return *replicas_.emplace_back(
            std::make_unique<Replica>(Config{.api_token = limit, .account = 0}, clock_, counts_, log_file_.log()));
    }
    void exchange()
    {
        for (auto& replica : replicas_)
            replica->exchange_once();
    }

    test::FakeSteadyClock clock_;
    test::LogFile log_file_;
    FakeCounts counts_{clock_};
    std::vector<std::unique_ptr<Replica>> replicas_;
};

TEST_F(ExchangeTest, AReplicaThatIsAloneHasTheWholeLimitExactly)
{
    auto& only = add();
    for (int i = 0; i < 500; ++i) {
        if (i % 50 == 0)
            exchange();
        ASSERT_TRUE(only.take()) << i;
    }
    exchange();
    EXPECT_FALSE(only.take());
}

TEST_F(ExchangeTest, WhatOthersCountedIsTakenFromTheRoom)
{
    auto& one = add();
    auto& two = add();
    for (int i = 0; i < 400; ++i)
        ASSERT_TRUE(one.take());
    ASSERT_TRUE(two.take());
    exchange();
    exchange();
    int made = 0;
    for (int i = 0; i < 20; ++i, exchange(), clock_.advance(200ms))
        while (two.take())
            ++made;
    EXPECT_GE(made, 97);
    EXPECT_LE(made, 99);
}

TEST_F(ExchangeTest, AnIdleReplicaAsksForNothingAndItsRowsGo)
{
    auto& one = add();
    for (int i = 0; i < 25; ++i)
        ASSERT_TRUE(one.take());
    exchange();
    EXPECT_EQ(counts_.size(), 1U);
    clock_.advance(10'300ms);
    exchange();
    EXPECT_EQ(counts_.size(), 0U);
    auto const before = counts_.statements;
    exchange();
    EXPECT_EQ(counts_.statements, before);
}

TEST_F(ExchangeTest, ANumberIsToldWhenItChangesAndElseNowAndThen)
{
    auto& one = add();
    for (int i = 0; i < 25; ++i)
        ASSERT_TRUE(one.take());
    exchange();
    EXPECT_EQ(counts_.told, 1U);
    ASSERT_TRUE(one.take());
    exchange();
    EXPECT_EQ(counts_.told, 2U);
    for (int i = 0; i < 45; ++i, clock_.advance(200ms))
        exchange();
    EXPECT_EQ(counts_.told, 4U) << "after 3 and 6 s";
}

TEST_F(ExchangeTest, SparseCallsAreNeverToldAndSeldomAskedFor)
{
    auto& one = add(50);
    for (int i = 0; i < 50; ++i, clock_.advance(200ms)) {
        for (int call = 0; call < 100; ++call)
            ASSERT_TRUE(one.take(ApiTokenId{uuid_of_name("token " + std::to_string(i * 100 + call))}));
        exchange();
    }
    EXPECT_EQ(counts_.told, 0U) << "500 calls a second";
    EXPECT_LE(counts_.asked, 50'000U) << "instead of 127,500";
}

TEST_F(ExchangeTest, WhoUsesLittleTellsAsSoonAsAnotherDoes)
{
    auto& one = add();
    auto& two = add();
    for (int i = 0; i < 400; ++i)
        ASSERT_TRUE(one.take());
    ASSERT_TRUE(two.take());
    exchange();
    EXPECT_EQ(counts_.size(), 1U);
    exchange();
    EXPECT_EQ(counts_.size(), 2U);
}

TEST_F(ExchangeTest, SixteenReplicasThatTellNothingAreWithinTheLimit)
{
    for (int i = 0; i < 16; ++i)
        for (int call = add().take() ? 1 : 0; call < 24; ++call)
            ASSERT_TRUE(replicas_.back()->take());
    exchange();
    EXPECT_EQ(counts_.told, 0U);
    EXPECT_LT(16 * 24, 500);
}

TEST_F(ExchangeTest, AnExchangeThatEndsWithAnExceptionStartsAgain)
{
    auto& one = add();
    counts_.is_broken = true;
    ASSERT_TRUE(one.take());
    one.io.restart();
    one.io.poll();
    EXPECT_TRUE(log_file_.text().contains("exchange of counts")) << log_file_.text();
    counts_.is_broken = false;
    ASSERT_TRUE(one.take());
    one.io.restart();
    one.io.poll();
    EXPECT_EQ(counts_.statements, 2);
}

TEST_F(ExchangeTest, TheFirstCallAfterAPauseStartsTheExchange)
{
    auto& one = add();
    one.io.poll();
    EXPECT_EQ(counts_.statements, 0);
    ASSERT_TRUE(one.take());
    one.io.restart();
    one.io.poll();
    EXPECT_EQ(counts_.statements, 1);
}

TEST_F(ExchangeTest, WithoutTheDatabaseEachReplicaCountsAlone)
{
    auto& one = add();
    auto& two = add();
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(one.take());
    ASSERT_TRUE(two.take());
    exchange();
    exchange();
    EXPECT_FALSE(two.take());
    counts_.is_down = true;
    exchange();
    int made = 1;
    while (two.take())
        ++made;
    EXPECT_EQ(made, 500);
}

struct Load {
    std::size_t replicas;
    std::int64_t limit;
    int times;               ///< The limit is asked for so many times over.
    bool is_uneven;          ///< The first replica gets nine of ten calls.
    std::int64_t least = 90; ///< Parts of 100 of the limit that are given at least.
};

class LoadTest : public ExchangeTest, public testing::WithParamInterface<Load> {
protected:
    /// 120 s of calls, each replica with exchanges of its own. Gives the times of the calls that were made.
    std::vector<std::int64_t> run()
    {
        auto const& load = GetParam();
        for (std::size_t i = 0; i < load.replicas; ++i)
            add(load.limit);
        std::vector<std::int64_t> made;
        double due = 0;
        std::size_t turn = 0;
        for (std::int64_t ms = 0; ms < 120'000; ++ms, clock_.advance(1ms)) {
            for (std::size_t i = 0; i < replicas_.size(); ++i)
                if ((ms + static_cast<std::int64_t>(i) * 67) % 200 == 0)
                    replicas_[i]->exchange_once();
            for (due += static_cast<double>(load.limit) * load.times / 10'000; due >= 1; due -= 1, ++turn)
                if (replicas_[load.is_uneven && turn % 10 != 0 ? 0 : turn / 3 % replicas_.size()]->take())
                    made.push_back(ms);
        }
        return made;
    }
    /// The most calls of any span of this length.
    static std::int64_t most_within(std::vector<std::int64_t> const& made, std::int64_t length)
    {
        std::int64_t most = 0;
        std::size_t first = 0;
        for (std::size_t i = 0; i < made.size(); ++i) {
            while (made[i] - made[first] >= length)
                ++first;
            most = std::max(most, static_cast<std::int64_t>(i - first + 1));
        }
        return most;
    }
};

TEST_P(LoadTest, KeepsTheLimitAndGivesItAll)
{
    auto const& load = GetParam();
    auto const made = run();
    EXPECT_LE(most_within(made, 10'000), load.limit * static_cast<std::int64_t>(load.replicas));
    // Before the replicas have heard of each other the first window may have more.
    std::vector<std::int64_t> later;
    std::ranges::copy_if(made, std::back_inserter(later), [](std::int64_t ms) { return ms >= 10'000; });
    EXPECT_LE(most_within(later, 10'000), load.limit + static_cast<std::int64_t>(load.replicas));
    for (std::int64_t from : {10'000, 30'000, 60'000}) {
        auto const sustained =
            std::ranges::count_if(made, [&](std::int64_t ms) { return ms >= from && ms < from + 60'000; });
        EXPECT_GE(sustained, load.limit * 6 * load.least / 100) << from;
        EXPECT_LE(sustained, load.limit * 6 * 11 / 10) << from;
    }
}

// Where a limit is small for so many replicas, or one of many has nearly all the calls, not all of it is given.
INSTANTIATE_TEST_SUITE_P(Loads, LoadTest,
                         testing::Values(Load{2, 500, 2, false}, Load{2, 500, 20, false}, Load{3, 500, 2, false},
                                         Load{3, 500, 20, false}, Load{2, 50, 2, false}, Load{3, 50, 20, false},
                                         Load{2, 500, 2, true}, Load{3, 500, 20, true}, Load{10, 500, 2, false},
                                         Load{10, 500, 20, false}, Load{10, 500, 2, true}, Load{10, 500, 20, true},
                                         Load{16, 500, 2, false}, Load{16, 500, 2, true, 75},
                                         Load{10, 50, 2, false, 75}),
                         [](auto const& info) {
                             auto const& load = info.param;
                             return fmt::format("{}Replicas{}Times{}{}", load.replicas, load.times, load.limit,
                                                load.is_uneven ? "Uneven" : "");
                         });

} // namespace
} // namespace sluice::limits
