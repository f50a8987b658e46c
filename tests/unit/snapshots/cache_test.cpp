#include "snapshots/cache.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <random>

namespace sluice::snapshots {

/// A row of the test's database.
struct Text {
    std::string text;
    Dependencies dependencies;
};

Dependencies dependencies_of(Text const& text)
{
    return text.dependencies;
}

std::size_t weight_of(Text const& text)
{
    return text.text.size();
}

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using Key = std::uint64_t;
using Value = Result<std::shared_ptr<Text const>>;
using Kind = Change::Kind;

/// Counts how often it is asked.
struct CountingHash {
    static inline std::size_t count = 0;
    std::size_t operator()(Key key) const noexcept
    {
        ++count;
        return key * 0x9E3779B97F4A7C15U;
    }
};
using Cache = Cache<Key, Text, CountingHash>;

EnvironmentId const kEnvironment{uuid_of_name("environment")};

Change account(std::string const& name)
{
    return {Kind::account, kEnvironment, uuid_of_name(name)};
}

Value found(std::string text, Dependencies dependencies)
{
    return std::make_shared<Text const>(std::move(text), std::move(dependencies));
}

Deadline soon()
{
    return Deadline::after(std::chrono::seconds(30));
}

/// A database of one row that counts how often it is asked. The row depends on the account `mine`.
class CacheTest : public ::testing::Test {
protected:
    Value get(Cache& cache, Key key = 1, Deadline deadline = soon())
    {
        auto fetch = [this, &cache](Key const& wanted, Deadline) { return read(cache, wanted); };
        return test::run(cache.get(key, deadline, fetch));
    }
    Task<Value> read(Cache& cache, Key key)
    {
        ++reads_;
        auto row = row_of_ ? row_of_(key) : row_;
        if (while_reading_)
            while_reading_(cache);
        co_return row;
    }
    static Value mine(std::string text) { return found(std::move(text), {account("mine")}); }
    static Value down() { return Error{ErrorCode::unavailable, "down"}; }

    test::FakeSteadyClock clock_;
    Value row_ = mine("a");
    std::function<Value(Key)> row_of_;
    int reads_ = 0;
    std::function<void(Cache&)> while_reading_;
};

TEST_F(CacheTest, ReadsOnceAndThenServesFromMemory)
{
    Cache cache;
    EXPECT_EQ((*get(cache))->text, "a");
    EXPECT_EQ((*get(cache))->text, "a");
    EXPECT_EQ(reads_, 1);
    EXPECT_NE(cache.find(1), nullptr);
}

TEST_F(CacheTest, DropsWhatDependsOnAChange)
{
    Cache cache;
    (void)get(cache);
    cache.drop(account("other"));
    cache.drop({Kind::account, EnvironmentId{uuid_of_name("elsewhere")}, uuid_of_name("mine")});
    EXPECT_NE(cache.find(1), nullptr);
    cache.drop(account("mine"));
    EXPECT_EQ(cache.find(1), nullptr);
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(CacheTest, DropsAllOfAnEnvironmentWhateverItsChangeWas)
{
    Cache cache;
    row_ = found("a", {{Kind::environment, kEnvironment, {}}});
    (void)get(cache);
    cache.drop({Kind::environment, kEnvironment, uuid_of_name("a document")});
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(CacheTest, DropsWhatDependsOnAnythingOfItsEnvironment)
{
    Cache cache;
    row_ = found("a", {{Kind::any, kEnvironment, {}}});
    (void)get(cache);
    cache.drop({Kind::account, EnvironmentId{uuid_of_name("elsewhere")}, uuid_of_name("x")});
    EXPECT_NE(cache.find(1), nullptr);
    cache.drop(account("x"));
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(CacheTest, LooksAtNothingThatDoesNotDependOnAChange)
{
    Cache cache;
    row_of_ = [](Key key) { return found("a", {account(std::to_string(key))}); };
    for (Key key = 0; key < 1'000; ++key)
        (void)get(cache, key);
    CountingHash::count = 0;
    cache.drop(account("nobody's"));
    EXPECT_EQ(CountingHash::count, 0U);
    cache.drop(account("7"));
    EXPECT_LE(CountingHash::count, 5U);
    EXPECT_EQ(cache.size(), 999U);
}

TEST_F(CacheTest, DoesNotKeepWhatChangedWhileItWasRead)
{
    Cache cache;
    while_reading_ = [](Cache& reading) { reading.drop(account("mine")); };
    EXPECT_EQ((*get(cache))->text, "a");
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(CacheTest, KeepsWhatTheChangesOfOthersDoNotTouch)
{
    Cache cache;
    while_reading_ = [](Cache& reading) { reading.drop(account("other")); };
    for (Key key = 0; key < 2'000; ++key)
        (void)get(cache, key);
    EXPECT_EQ(cache.size(), 2'000U);
}

TEST_F(CacheTest, DoesNotKeepAReadDuringWhichMoreChangedThanIsRemembered)
{
    Cache cache;
    while_reading_ = [](Cache& reading) {
        for (std::size_t i = 0; i <= RecentChanges::kCapacity; ++i)
            reading.drop(account("other"));
    };
    (void)get(cache);
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(CacheTest, ReadsAgainOnEachUseWhileAnnouncementsMayBeMissed)
{
    Cache cache;
    (void)get(cache);
    cache.set_listening(false);
    row_ = mine("b");
    EXPECT_EQ((*get(cache))->text, "b");
    EXPECT_EQ((*get(cache))->text, "b");
    EXPECT_EQ(reads_, 3);
    cache.set_listening(true);
    (void)get(cache);
    (void)get(cache);
    EXPECT_EQ(reads_, 4);
}

TEST_F(CacheTest, DoesNotKeepAReadDuringWhichAnnouncementsWereLost)
{
    Cache cache;
    while_reading_ = [](Cache& reading) {
        reading.set_listening(false);
        reading.set_listening(true);
    };
    (void)get(cache);
    EXPECT_EQ(cache.find(1), nullptr);
}

/// The age of an entry is no reason not to serve it: it was true until announcements were lost.
TEST_F(CacheTest, ServesAnOldEntryWhileTheDatabaseIsDownFromWhenAnnouncementsWereLost)
{
    Cache cache({.stale_lifetime = minutes(15), .retry_pause = milliseconds(0)}, clock_);
    (void)get(cache);
    clock_.advance(std::chrono::hours(48));
    cache.set_listening(false);
    row_ = down();
    EXPECT_EQ((*get(cache))->text, "a");
    clock_.advance(minutes(15) - milliseconds(1));
    EXPECT_EQ((*get(cache))->text, "a");
    clock_.advance(milliseconds(1));
    EXPECT_EQ(get(cache).error().code(), ErrorCode::unavailable);
}

TEST_F(CacheTest, CountsFromTheFirstLossForWhatWasNotReadAgainSince)
{
    Cache cache({.stale_lifetime = minutes(15), .retry_pause = milliseconds(0)}, clock_);
    (void)get(cache);
    cache.set_listening(false);
    clock_.advance(minutes(10));
    cache.set_listening(true);
    row_ = down();
    EXPECT_EQ((*get(cache))->text, "a");
    cache.set_listening(false);
    clock_.advance(minutes(5));
    EXPECT_EQ(get(cache).error().code(), ErrorCode::unavailable);
}

TEST_F(CacheTest, CountsFromItsReadForWhatWasReadWhileAnnouncementsWereLost)
{
    Cache cache({.stale_lifetime = minutes(15), .retry_pause = milliseconds(0)}, clock_);
    cache.set_listening(false);
    clock_.advance(minutes(60));
    (void)get(cache);
    row_ = down();
    clock_.advance(minutes(14));
    EXPECT_EQ((*get(cache))->text, "a");
    clock_.advance(minutes(1));
    EXPECT_FALSE(get(cache));
}

TEST_F(CacheTest, DoesNotServeDuringAnOutageWhatWasChangedHereMeanwhile)
{
    Cache cache({}, clock_);
    (void)get(cache);
    cache.set_listening(false);
    row_ = down();
    cache.drop(account("mine"));
    EXPECT_FALSE(get(cache));
}

TEST_F(CacheTest, AsksADeadDatabaseOnceAPauseOnly)
{
    Cache cache({.retry_pause = milliseconds(1'000)}, clock_);
    (void)get(cache);
    cache.set_listening(false);
    row_ = down();
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(get(cache));
    EXPECT_EQ(reads_, 2);
    clock_.advance(milliseconds(1'000));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(get(cache));
    EXPECT_EQ(reads_, 3);
}

TEST_F(CacheTest, RemembersBrieflyWhatIsNotThereWhateverOthersChange)
{
    Cache cache({.miss_lifetime = milliseconds(2'000)}, clock_);
    row_ = Error{ErrorCode::not_found, "no"};
    EXPECT_FALSE(get(cache));
    cache.drop(account("other"));
    EXPECT_FALSE(get(cache));
    EXPECT_EQ(reads_, 1);
    clock_.advance(milliseconds(2'000));
    row_ = mine("a");
    EXPECT_TRUE(get(cache));
}

TEST_F(CacheTest, MissesTakeNoRoomOfWhatIsThere)
{
    Cache cache({.capacity = 10, .misses = 100}, clock_);
    for (Key key = 0; key < 10; ++key)
        (void)get(cache, key);
    row_ = Error{ErrorCode::not_found, "no"};
    for (Key key = 10; key < 10'000; ++key)
        (void)get(cache, key);
    EXPECT_EQ(cache.remembered_misses(), 100U);
    for (Key key = 0; key < 10; ++key)
        EXPECT_NE(cache.find(key), nullptr);
}

TEST_F(CacheTest, ForgetsWhatTheDatabaseNoLongerHas)
{
    Cache cache({.retry_pause = milliseconds(0)}, clock_);
    (void)get(cache);
    cache.set_listening(false);
    row_ = Error{ErrorCode::not_found, "no"};
    EXPECT_EQ(get(cache).error().code(), ErrorCode::not_found);
    clock_.advance(minutes(1));
    row_ = down();
    EXPECT_EQ(get(cache).error().code(), ErrorCode::unavailable);
}

TEST_F(CacheTest, GivesUpWhatIsLeastUsed)
{
    Cache cache({.capacity = 50'000});
    for (Key key = 0; key < 50'000; ++key)
        (void)get(cache, key);
    reads_ = 0;
    for (int use = 0; use < 10'000; ++use)
        (void)get(cache, 1'000'000 + static_cast<Key>(use) % 10);
    EXPECT_EQ(reads_, 10);
    // And they stay while as many unused ones come again.
    for (Key key = 50'000; key < 100'000; ++key) {
        (void)get(cache, key);
        EXPECT_NE(cache.find(1'000'000 + key % 10), nullptr);
    }
    EXPECT_EQ(cache.size(), 50'000U);
}

TEST_F(CacheTest, StaysWithinItsBytes)
{
    Cache cache({.byte_limit = 100'000});
    row_ = mine(std::string(10'000, 'x'));
    for (Key key = 0; key < 100; ++key)
        (void)get(cache, key);
    EXPECT_LE(cache.bytes(), 100'000U);
    EXPECT_GE(cache.size(), 9U);
    row_ = mine(std::string(100'001, 'x'));
    EXPECT_TRUE(get(cache, 1'000));
    EXPECT_EQ(cache.find(1'000), nullptr);
    EXPECT_GE(cache.size(), 9U);
}

/// Against a simple model: whatever happens, an entry that is found is what was read after the last change of it.
TEST_F(CacheTest, KeepsItsIndexTrueUnderRandomUse)
{
    std::mt19937 random(7);
    Cache cache({.capacity = 50});
    std::array<int, 20> versions{};
    row_of_ = [&](Key key) {
        return found(std::to_string(versions.at(key % 20)),
                     {account(std::to_string(key % 20)), {Kind::environment, kEnvironment, {}}});
    };
    for (int step = 0; step < 20'000; ++step) {
        auto const key = random() % 200;
        if (random() % 5 == 0) {
            ++versions.at(key % 20);
            cache.drop(account(std::to_string(key % 20)));
        }
        if (random() % 1'000 == 0)
            cache.drop({Kind::environment, kEnvironment, {}});
        ASSERT_EQ((*get(cache, key))->text, std::to_string(versions.at(key % 20)));
        ASSERT_LE(cache.size(), 50U);
    }
}

/// Reads that take until the test ends them.
class CacheFlightTest : public ::testing::Test {
protected:
    void ask(std::string name, Deadline deadline = soon())
    {
        asio::co_spawn(io_, asking(std::move(name), deadline), asio::detached);
        settle();
    }
    Task<void> asking(std::string name, Deadline deadline)
    {
        auto fetch = [this](Key const&, Deadline) { return read(); };
        auto answer = co_await cache_.get(1, deadline, fetch);
        answers_[name] = answer ? (*answer)->text : std::string(name_of(answer.error().code()));
    }
    /// Reads the row at once and answers later.
    Task<Value> read()
    {
        auto row = row_;
        SteadyTimer gate(io_.get_executor(), SteadyTimer::time_point::max());
        gates_.push_back(&gate);
        co_await gate.async_wait(kUseTask);
        co_return row;
    }
    void answer(std::size_t number)
    {
        gates_.at(number)->cancel();
        settle();
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }
    void revoke()
    {
        row_ = Error{ErrorCode::not_found, "revoked"};
        cache_.drop(account("mine"));
    }

    asio::io_context io_{1};
    Cache cache_;
    Value row_ = found("granted", {account("mine")});
    std::vector<SteadyTimer*> gates_;
    std::map<std::string, std::string> answers_;
};

TEST_F(CacheFlightTest, DoesNotTellWhoAsksAfterAChangeWhatWasReadBeforeIt)
{
    ask("before");
    revoke();
    ask("after");
    answer(0);
    EXPECT_EQ(answers_.at("before"), "granted");
    ASSERT_FALSE(answers_.contains("after"));
    answer(1);
    EXPECT_EQ(answers_.at("after"), "not_found");
    EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(CacheFlightTest, SharesAReadAcrossTheChangesOfOthers)
{
    ask("first");
    cache_.drop(account("other"));
    ask("second");
    answer(0);
    EXPECT_EQ(answers_.at("second"), "granted");
    EXPECT_EQ(gates_.size(), 1U);
    EXPECT_NE(cache_.find(1), nullptr);
}

TEST_F(CacheFlightTest, DoesNotTellWhoAsksAfterAnnouncementsWereLostWhatWasReadBefore)
{
    ask("before");
    cache_.set_listening(false);
    row_ = found("changed", {account("mine")});
    ask("after");
    answer(0);
    ASSERT_FALSE(answers_.contains("after"));
    answer(1);
    EXPECT_EQ(answers_.at("after"), "changed");
}

TEST_F(CacheFlightTest, ReadsOnForWhoHasTimeLeftWhenTheFirstRanOutOfIt)
{
    row_ = Error{ErrorCode::unavailable, "out of time"};
    ask("hurried", Deadline{Deadline::clock::time_point::min()});
    row_ = found("granted", {account("mine")});
    ask("patient");
    answer(0);
    EXPECT_EQ(answers_.at("hurried"), "unavailable");
    ASSERT_EQ(gates_.size(), 2U);
    answer(1);
    EXPECT_EQ(answers_.at("patient"), "granted");
}

TEST(Change, ReadsWhatItWrites)
{
    EnvironmentId const environment{uuid_of_name("e")};
    for (Change const& change :
         {Change{Kind::account, environment, uuid_of_name("a")}, Change{Kind::environment, environment, {}},
          Change{Kind::installation, environment, uuid_of_name("i")},
          Change{Kind::api_token, environment, uuid_of_name("t")},
          Change{Kind::tenant, environment, tenant_key("acme")}, Change{Kind::integration, {}, uuid_of_name("d")}})
        EXPECT_EQ(Change::parse(change.str()), change) << change.str();
    EXPECT_FALSE(Change::parse("account:x"));
    EXPECT_FALSE(Change::parse(""));
}

} // namespace
} // namespace sluice::snapshots
