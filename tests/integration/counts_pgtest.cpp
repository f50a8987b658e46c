// Our own limits, counted by several replicas through the real table.
#include "limits/count_exchange.hpp"
#include "limits/fair_shares.hpp"
#include "limits/own_limits.hpp"
#include "store_fixture.hpp"
#include "support/steady_clock.hpp"

namespace sluice::store {
namespace {

using namespace std::chrono_literals;

class CountsTest : public StoreTest {
protected:
    std::vector<limits::Heard> tell(std::string const& replica, std::int64_t calls, std::vector<Uuid> gone = {})
    {
        limits::Report report{{{key_, calls}}, {key_}, std::move(gone)};
        return must(test::run(store_.counts().exchange(uuid_of_name(replica), std::move(report), soon())));
    }
    std::string rows() { return database_.value("SELECT count(*) FROM limit_counts"); }

    Uuid const key_ = uuid_of_name("token");
};

TEST_F(CountsTest, AReplicaHearsWhatTheOthersTold)
{
    EXPECT_TRUE(tell("one", 3).empty());
    auto const first = tell("two", 4);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first.front().others.calls, 3);
    EXPECT_EQ(first.front().others.replicas, 1);
    tell("two", 7);
    auto const second = tell("three", 0);
    EXPECT_EQ(second.front().others.calls, 10);
    EXPECT_EQ(second.front().others.replicas, 2);
}

TEST_F(CountsTest, WhoOnlyAsksTellsNothing)
{
    tell("one", 3);
    limits::Report report{{}, {key_}, {}};
    auto const heard = must(test::run(store_.counts().exchange(uuid_of_name("two"), std::move(report), soon())));
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard.front().others.calls, 3);
    EXPECT_EQ(rows(), "1");
}

TEST_F(CountsTest, WhatIsOldCountsAsNothingAndGoesOnceInTenSeconds)
{
    auto const old = "UPDATE limit_counts SET told_at = now() - interval '11 seconds', "
                     "told_minute = extract(epoch FROM now() - interval '11 seconds')::bigint / 60";
    database_.execute("INSERT INTO limit_counts (key, replica, calls) SELECT gen_random_uuid(), gen_random_uuid(), 3");
    database_.execute(old);
    EXPECT_TRUE(tell("one", 3).empty());
    EXPECT_EQ(rows(), "1");
    database_.execute(old);
    EXPECT_TRUE(tell("two", 4).empty());
    EXPECT_EQ(rows(), "2") << "it is not looked for each time";
}

TEST_F(CountsTest, WhatAReplicaTakesBackGoesAtOnce)
{
    tell("one", 3);
    must(test::run(store_.counts().exchange(uuid_of_name("one"), {{}, {}, {key_}}, soon())));
    EXPECT_EQ(rows(), "0");
}

TEST_F(CountsTest, TwoReplicasTogetherStayWithinALimit)
{
    struct Replica {
        Replica(SteadyClock const& clock, limits::CountRepository& counts, telemetry::Log& log)
            : counters({.api_token = 100, .account = 0}, clock)
            , exchange(io, counters, counts, log)
        {
            exchange.attach();
        }
        asio::io_context io{1};
        telemetry::Registry registry;
        limits::Metrics metrics{registry};
        limits::Counters counters;
        limits::OwnLimits own{counters, metrics};
        limits::Exchange exchange;
    };
    test::FakeSteadyClock steady;
    Replica one(steady, store_.counts(), log_);
    Replica two(steady, store_.counts(), log_);
    ApiTokenId const token{key_};
    int made = 0;
    for (int period = 0; period < 150; ++period, steady.advance(200ms)) {
        bool const counts = period >= 50; // The first window may have more.
        for (auto* replica : {&one, &two}) {
            for (int i = 0; i < 4; ++i) // 400 in 10 s.
                made += !replica->own.take(token).throttled && counts ? 1 : 0;
            must(Result<bool>(test::run(replica->exchange.once())));
        }
    }
    EXPECT_GE(made, 180);
    EXPECT_LE(made, 220);
}

TEST_F(CountsTest, AWarningIsWrittenOnceUntilItsTimeAndFewOfOneAccount)
{
    auto const in = environment("team", "production");
    auto const of = account(in);
    auto const warn = [&](std::string const& window, Timestamp until) {
        accounts::LimitWarning warning{window, until, {{"name", window}}};
        must(test::run(store_.accounts().warn_of_limit(in, of.id, std::move(warning), soon())));
    };
    auto const events = [&] {
        return database_.value("SELECT count(*) FROM events WHERE type = 'rate_limit:warning'");
    };
    auto const now = clock_.now();
    warn("minute", now + 60s);
    warn("minute", now + 60s);
    EXPECT_EQ(events(), "1");
    warn("day", now + 60s);
    EXPECT_EQ(events(), "2");
    database_.execute(R"(UPDATE integrated_accounts SET limit_warnings = '{"minute": "2020-01-01T00:00:00Z"}')");
    warn("minute", now + 60s);
    EXPECT_EQ(events(), "3");
    EXPECT_EQ(database_.value("SELECT payload->'window'->>'name' FROM events WHERE type = 'rate_limit:warning' "
                              "ORDER BY id DESC LIMIT 1"),
              "minute");
    for (int i = 0; i < 20; ++i)
        warn(std::to_string(i), now + 60s);
    EXPECT_EQ(events(), "6") << "four at the same time";
}

TEST_F(CountsTest, AnAccountsSharesAreStoredWithIt)
{
    auto const in = environment("team", "production");
    auto const of = account(in);
    EXPECT_EQ(of.fair_share, nullptr);
    auto const set = [&](std::shared_ptr<limits::FairShares const> shares) {
        accounts::AccountChange change = [shares](accounts::Account& changed, accounts::Context&) -> Result<void> {
            changed.fair_share = shares;
            return {};
        };
        return must(test::run(store_.accounts().update(in, of.id, false, std::move(change), {}, soon())));
    };
    limits::FairShares shares;
    shares.shares.push_back({McpServerId{key_}, {}, 3, {}});
    set(std::make_shared<limits::FairShares const>(shares));
    auto const state = must(test::run(store_.accounts().load_state(in, of.id, soon())));
    ASSERT_NE(state.account.fair_share, nullptr);
    EXPECT_EQ(state.account.fair_share->weight_of(key_), 3);
    set(nullptr);
    EXPECT_EQ(must(test::run(store_.accounts().find(in, of.id, soon()))).fair_share, nullptr);
}

} // namespace
} // namespace sluice::store
