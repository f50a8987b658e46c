#include "support/run.hpp"
#include "tenancy/change.hpp"
#include "tenancy/snapshot_cache.hpp"

#include <gtest/gtest.h>

namespace sluice::tenancy {
namespace {

using Cache = SnapshotCache<int, std::string>;
using Value = Result<std::shared_ptr<std::string const>>;

/// A database of one row that counts how often it is asked.
class SnapshotCacheTest : public ::testing::Test {
protected:
    Value get(Cache& cache)
    {
        auto fetch = [this, &cache](int const&) -> Task<Value> {
            ++reads_;
            if (while_reading_)
                while_reading_(cache);
            co_return row_;
        };
        return test::run(cache.get(1, Deadline::after(std::chrono::seconds(5)), fetch));
    }
    static Value found(std::string text) { return std::make_shared<std::string const>(std::move(text)); }

    Value row_ = found("a");
    int reads_ = 0;
    std::function<void(Cache&)> while_reading_;
};

TEST_F(SnapshotCacheTest, ReadsOnceAndThenServesFromMemory)
{
    Cache cache;
    EXPECT_EQ(**get(cache), "a");
    EXPECT_EQ(**get(cache), "a");
    EXPECT_EQ(reads_, 1);
    EXPECT_NE(cache.find(1), nullptr);
}

TEST_F(SnapshotCacheTest, DropsWhatAnAnnouncementAffects)
{
    Cache cache;
    (void)get(cache);
    cache.drop_if([](int, std::string const& text) { return text == "b"; });
    EXPECT_NE(cache.find(1), nullptr);
    cache.drop_if([](int, std::string const& text) { return text == "a"; });
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(SnapshotCacheTest, DoesNotKeepWhatChangedWhileItWasRead)
{
    Cache cache;
    while_reading_ = [](Cache& reading) { reading.drop_if([](int, std::string const&) { return false; }); };
    EXPECT_EQ(**get(cache), "a");
    EXPECT_EQ(cache.find(1), nullptr);
}

TEST_F(SnapshotCacheTest, ReadsAgainOnEachUseWhileAnnouncementsMayBeMissed)
{
    Cache cache;
    (void)get(cache);
    cache.set_listening(false);
    row_ = found("b");
    EXPECT_EQ(**get(cache), "b");
    EXPECT_EQ(**get(cache), "b");
    EXPECT_EQ(reads_, 3);
    cache.set_listening(true);
    (void)get(cache);
    (void)get(cache);
    EXPECT_EQ(reads_, 4);
}

TEST_F(SnapshotCacheTest, ServesTheOldEntryWhileTheDatabaseIsDownAndNotForever)
{
    Cache cache({.stale_lifetime = std::chrono::milliseconds(40), .retry_pause = std::chrono::milliseconds(0)});
    (void)get(cache);
    cache.set_listening(false);
    row_ = Error{ErrorCode::unavailable, "down"};
    EXPECT_EQ(**get(cache), "a");
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds(45);
    while (std::chrono::steady_clock::now() < until) {
    }
    EXPECT_EQ(get(cache).error().code(), ErrorCode::unavailable);
}

TEST_F(SnapshotCacheTest, AsksADeadDatabaseOnceAPauseOnly)
{
    Cache cache({.retry_pause = std::chrono::hours(1)});
    (void)get(cache);
    cache.set_listening(false);
    row_ = Error{ErrorCode::unavailable, "down"};
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(get(cache));
    EXPECT_EQ(reads_, 2);
}

TEST_F(SnapshotCacheTest, RemembersBrieflyWhatIsNotThere)
{
    Cache cache({.miss_lifetime = std::chrono::hours(1)});
    row_ = Error{ErrorCode::not_found, "no"};
    EXPECT_FALSE(get(cache));
    EXPECT_FALSE(get(cache));
    EXPECT_EQ(reads_, 1);
    cache.drop_if([](int, std::string const&) { return false; });
    row_ = found("a");
    EXPECT_TRUE(get(cache));
}

TEST_F(SnapshotCacheTest, StaysWithinItsCapacity)
{
    Cache cache({.capacity = 2});
    auto fetch = [](int const& key) -> Task<Value> { co_return found(std::to_string(key)); };
    for (int key = 0; key < 10; ++key)
        (void)test::run(cache.get(key, Deadline::after(std::chrono::seconds(5)), fetch));
    EXPECT_EQ(cache.size(), 2U);
}

TEST(Change, ReadsWhatItWrites)
{
    Change const change{Change::Kind::account, EnvironmentId{uuid_of_name("e")}, uuid_of_name("a")};
    auto const parsed = Change::parse(change.str());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->environment, change.environment);
    EXPECT_EQ(parsed->id, change.id);
    EXPECT_FALSE(Change::parse("account:x"));
    EXPECT_FALSE(Change::parse(""));
}

} // namespace
} // namespace sluice::tenancy
