#include "tenancy/waiters.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace sluice::tenancy {
namespace {

using namespace std::chrono_literals;

class WaitersTest : public ::testing::Test {
protected:
    Waiters::Place join(Uuid row) { return std::move(*waiters_.join(environment_, row)); }

    EnvironmentId const environment_{uuid_of_name("environment")};
    Uuid const row_ = uuid_of_name("row");
    asio::io_context io_{1};
    Waiters waiters_{io_};
};

TEST_F(WaitersTest, AreWokenByTheirRowAlone)
{
    waiters_.set_listening(true);
    auto place = join(row_);
    auto other = join(uuid_of_name("other"));
    bool is_other_woken = false;
    auto const wait_for_other = [](Waiters::Place& waiting, bool& is_woken) -> Task<void> {
        co_await waiting.wait(Deadline::after(1h));
        is_woken = true;
    };
    asio::co_spawn(io_, wait_for_other(other, is_other_woken), asio::detached);
    asio::post(io_, [&] { waiters_.heard(to_hex(row_)); });
    test::run_on(io_, place.wait(Deadline::after(1h)));
    EXPECT_FALSE(is_other_woken);
    waiters_.set_listening(false);
    io_.restart();
    io_.run();
    EXPECT_TRUE(is_other_woken) << "what was announced meanwhile is lost, so everybody looks";
}

TEST_F(WaitersTest, MissNothingThatHappensBetweenTheirLookAndTheirWait)
{
    waiters_.set_listening(true);
    auto place = join(row_);
    waiters_.heard(to_hex(row_));
    test::run_on(io_, place.wait(Deadline::after(1h)));
    asio::post(io_, [&] { waiters_.heard(to_hex(row_)); });
    test::run_on(io_, place.wait(Deadline::after(1h)));
    SUCCEED() << "each wait ended long before its deadline";
}

TEST_F(WaitersTest, WaitNoLongerThanTheirDeadline)
{
    auto place = join(row_);
    test::run_on(io_, place.wait(Deadline::after(0s)));
    waiters_.heard("nonsense");
    SUCCEED();
}

TEST_F(WaitersTest, AreBoundedForEachEnvironment)
{
    std::vector<Waiters::Place> places;
    for (std::size_t i = 0; i < Waiters::kMostOfEnvironment; ++i)
        places.push_back(join(row_));
    EXPECT_EQ(waiters_.join(environment_, row_).error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(waiters_.join(EnvironmentId{uuid_of_name("another")}, row_)) << "others are not kept";
    places.pop_back();
    EXPECT_TRUE(waiters_.join(environment_, row_));
    places.clear();
    EXPECT_EQ(waiters_.size(), 0U);
}

} // namespace
} // namespace sluice::tenancy
