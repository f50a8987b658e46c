#include "http_client/name_cache.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;
using asio::ip::make_address;

class NameCacheTest : public testing::Test {
protected:
    NameCacheTest()
    {
        auto resolver = std::make_unique<test::FakeResolver>();
        resolver_ = resolver.get();
        names_ = std::make_unique<NameCache>(io_, std::move(resolver), [this] { return now_; });
    }

    Result<std::vector<asio::ip::address>> find(std::string host, std::chrono::milliseconds limit = 5s)
    {
        return test::run_on(io_, names_->find(std::move(host), Deadline::after(limit)));
    }

    asio::io_context io_{1};
    std::chrono::steady_clock::time_point now_{};
    test::FakeResolver* resolver_ = nullptr;
    std::unique_ptr<NameCache> names_;
};

TEST_F(NameCacheTest, AsksOnceForTheLifetimeOfTheAnswer)
{
    resolver_->tell("vendor.example", {"192.0.2.1", "2001:db8::1"}, 60s);

    auto const first = find("vendor.example");
    now_ += 59s;
    auto const second = find("vendor.example");
    resolver_->tell("vendor.example", {"192.0.2.2"}, 60s);
    now_ += 1s;
    auto const third = find("vendor.example");

    ASSERT_TRUE(first && second && third);
    EXPECT_EQ(*first, (std::vector{make_address("192.0.2.1"), make_address("2001:db8::1")}));
    EXPECT_EQ(*second, *first);
    EXPECT_EQ(*third, std::vector{make_address("192.0.2.2")});
    EXPECT_EQ(resolver_->asked.size(), 2U);
}

TEST_F(NameCacheTest, BoundsLifetimes)
{
    resolver_->tell("short.example", {"192.0.2.1"}, 0s);
    resolver_->tell("long.example", {"192.0.2.1"}, 24h);

    for (auto const* name : {"short.example", "short.example", "long.example"})
        ASSERT_TRUE(find(name));
    EXPECT_EQ(resolver_->asked.size(), 2U);
    now_ += NameCache::kShortest;
    ASSERT_TRUE(find("short.example"));
    EXPECT_EQ(resolver_->asked.size(), 3U);
    now_ += NameCache::kLongest - NameCache::kShortest;
    ASSERT_TRUE(find("long.example"));
    EXPECT_EQ(resolver_->asked.size(), 4U);
}

TEST_F(NameCacheTest, RemembersAFailureBriefly)
{
    resolver_->fail("broken.example", Error{ErrorCode::upstream_unreachable, "no server"});

    for (auto const* name : {"missing.example", "missing.example", "broken.example", "broken.example"})
        EXPECT_FALSE(find(name));
    EXPECT_EQ(find("missing.example").error().code(), ErrorCode::not_found);
    EXPECT_EQ(resolver_->asked.size(), 2U);
    now_ += NameCache::kFailure / 2;
    EXPECT_EQ(find("broken.example").error().code(), ErrorCode::upstream_unreachable);
    EXPECT_FALSE(find("missing.example"));
    EXPECT_EQ(resolver_->asked.size(), 3U);
    now_ += NameCache::kFailure / 2;
    EXPECT_FALSE(find("missing.example"));
    EXPECT_EQ(resolver_->asked.size(), 4U);
}

TEST_F(NameCacheTest, RemembersThatANameHasNoAddressAsBriefly)
{
    resolver_->tell("empty.example", {}, 300s);

    for (auto const* name : {"empty.example", "empty.example"})
        EXPECT_EQ(find(name).error().code(), ErrorCode::not_found);
    EXPECT_EQ(resolver_->asked.size(), 1U);
    now_ += NameCache::kFailure;
    resolver_->tell("empty.example", {"192.0.2.1"}, 300s);
    EXPECT_TRUE(find("empty.example"));
}

TEST_F(NameCacheTest, AsksAgainAfterALookUpThatThrew)
{
    resolver_->tell("vendor.example", {"192.0.2.1"}, 60s);
    resolver_->break_once();

    auto const broken = find("vendor.example", 1s);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code(), ErrorCode::upstream_unreachable);
    now_ += NameCache::kFailure;
    EXPECT_TRUE(find("vendor.example", 1s));
}

TEST_F(NameCacheTest, LooksANameUpOnceHoweverManyAsk)
{
    resolver_->tell("vendor.example", {"192.0.2.1"}, 60s);
    resolver_->hold();
    int answered = 0;
    for (int i = 0; i < 50; ++i)
        asio::co_spawn(io_, names_->find("vendor.example", Deadline::after(5s)),
                       [&](std::exception_ptr const&, Result<std::vector<asio::ip::address>> const& said) {
                           answered += said ? 1 : 0;
                       });
    io_.poll();
    EXPECT_EQ(answered, 0);

    resolver_->release();
    io_.restart();
    io_.run();

    EXPECT_EQ(answered, 50);
    EXPECT_EQ(resolver_->asked.size(), 1U);
}

TEST_F(NameCacheTest, KeepsToTheDeadlineOfWhoeverAsks)
{
    resolver_->tell("vendor.example", {"192.0.2.1"}, 60s);
    resolver_->hold();

    auto const late = find("vendor.example", 5ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::upstream_timeout);

    // The look-up goes on for the next.
    resolver_->release();
    EXPECT_TRUE(find("vendor.example"));
    EXPECT_EQ(resolver_->asked.size(), 1U);
}

TEST_F(NameCacheTest, KeepsABoundedNumberOfNames)
{
    for (std::size_t i = 0; i < NameCache::kMaxNames + 10; ++i)
        EXPECT_FALSE(find(std::to_string(i) + ".example"));
    EXPECT_EQ(names_->size(), NameCache::kMaxNames);
    // The newest stay.
    auto const asked = resolver_->asked.size();
    EXPECT_FALSE(find(std::to_string(NameCache::kMaxNames + 9) + ".example"));
    EXPECT_EQ(resolver_->asked.size(), asked);
}

TEST_F(NameCacheTest, ForgetsWhatHasNotBeenAskedForForLongest)
{
    EXPECT_FALSE(find("used.example"));
    for (std::size_t i = 0; i < NameCache::kMaxNames; ++i) {
        EXPECT_FALSE(find(std::to_string(i) + ".example"));
        EXPECT_FALSE(find("used.example"));
    }
    EXPECT_EQ(std::ranges::count(resolver_->asked, "used.example"), 1);
}

TEST_F(NameCacheTest, AsksNobodyForALiteralAddress)
{
    for (auto const* literal : {"192.0.2.7", "2001:db8::7"}) {
        auto const said = find(literal);
        ASSERT_TRUE(said);
        EXPECT_EQ(*said, std::vector{make_address(literal)});
    }
    EXPECT_TRUE(resolver_->asked.empty());
}

} // namespace
} // namespace sluice::http
