#include "http_client/call_places.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;

class CallPlacesTest : public testing::Test {
protected:
    static Owner owner(std::uint8_t environment, std::uint8_t account)
    {
        return {EnvironmentId{Uuid{environment}}, IntegratedAccountId{Uuid{account}}};
    }
    /// A call that waits keeps the places, as calls of the client do: the io_context ends last.
    static Task<std::optional<CallPlaces::Refusal>> waiting(std::shared_ptr<CallPlaces> places, Shares& server,
                                                            Owner owner, CallPlaces::Refusal refusal, Deadline deadline)
    {
        co_return co_await places->wait(server, owner, refusal, deadline);
    }
    /// Takes as many places as the owner may have.
    void fill(Owner const& whose)
    {
        while (!places_->take(server_, whose)) {
        }
    }
    /// Starts to wait; the end of the wait is written into `ended_`.
    void wait(std::string name, Owner const& whose, std::chrono::milliseconds limit = 1h)
    {
        auto const refusal = places_->take(server_, whose);
        ASSERT_TRUE(refusal) << name << " has a place already";
        asio::co_spawn(io_, waiting(places_, server_, whose, *refusal, Deadline::after(limit)),
                       [this, name](std::exception_ptr const&, std::optional<CallPlaces::Refusal> const& refused) {
                           ended_.push_back(name + (refused ? " refused" : ""));
                       });
        io_.restart();
        io_.poll();
    }
    void give_back(Owner const& whose)
    {
        places_->give_back(server_, whose);
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    Shares server_{16};
    std::shared_ptr<CallPlaces> const places_ = std::make_shared<CallPlaces>(io_, 1000, 16, 1h);
    std::vector<std::string> ended_;
};

TEST_F(CallPlacesTest, GoToACallThatWaits)
{
    fill(owner(1, 1));
    wait("call", owner(1, 1));
    ASSERT_TRUE(ended_.empty());

    give_back(owner(1, 1));

    EXPECT_EQ(ended_, std::vector<std::string>{"call"});
    EXPECT_EQ(places_->waiting(), 0U);
}

TEST_F(CallPlacesTest, GoFirstToTheAccountWithTheFewestCalls)
{
    fill(owner(1, 1));
    fill(owner(1, 2));
    fill(owner(1, 3));
    wait("first of 1", owner(1, 1));
    wait("second of 1", owner(1, 1));
    wait("of 3", owner(1, 3));

    give_back(owner(1, 3));

    EXPECT_EQ(ended_, std::vector<std::string>{"of 3"}) << "it came last, and its account has fewer";
}

TEST_F(CallPlacesTest, AreGivenInTheOrderOfArrivalOtherwise)
{
    fill(owner(1, 1));
    wait("first", owner(1, 1));
    wait("second", owner(1, 1));

    give_back(owner(1, 1));
    give_back(owner(1, 1));

    EXPECT_EQ(ended_, (std::vector<std::string>{"first", "second"}));
}

TEST_F(CallPlacesTest, AreNotWaitedForLongerThanTheDeadline)
{
    fill(owner(1, 1));
    wait("call", owner(1, 1), 0ms);
    io_.restart();
    io_.run_one();

    EXPECT_EQ(ended_, std::vector<std::string>{"call refused"});
    give_back(owner(1, 1));
    EXPECT_FALSE(places_->take(server_, owner(1, 1))) << "nobody keeps the place of a call that has given up";
}

TEST_F(CallPlacesTest, HaveABoundedQueueOfWhichATenantGetsItsShare)
{
    fill(owner(1, 1));
    for (int i = 0; i < 20; ++i)
        wait("one", owner(1, 1));
    EXPECT_EQ(places_->waiting(), 4U);
    EXPECT_EQ(ended_.size(), 16U);

    fill(owner(2, 2));
    wait("other", owner(2, 2));

    EXPECT_EQ(places_->waiting(), 5U);
}

} // namespace
} // namespace sluice::http
