#include "runtime/single_flight.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace sluice {
namespace {

/// A fetch that takes until the test says what came of it.
class SingleFlightTest : public ::testing::Test {
protected:
    using Value = Result<std::string>;
    static Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }
    static Deadline over() { return Deadline{Deadline::clock::time_point::min()}; }

    /// Asks; what comes goes into `answers_` under `name`.
    void ask(std::string name, Deadline deadline)
    {
        asio::co_spawn(io_, asking(std::move(name), deadline), asio::detached);
    }
    Task<void> asking(std::string name, Deadline deadline)
    {
        auto fetch = [this](int const&) { return fetched(); };
        answers_[name] = co_await flights_.run(1, deadline, fetch);
    }
    Task<Value> fetched()
    {
        auto const number = fetches_++;
        SteadyTimer gate(io_.get_executor(), SteadyTimer::time_point::max());
        gates_.push_back(&gate);
        co_await gate.async_wait(kUseTask);
        if (std::exchange(is_broken_, false))
            throw std::runtime_error("broken");
        co_return results_.at(number);
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }
    void finish(std::size_t number, Value value)
    {
        results_[number] = std::move(value);
        gates_.at(number)->cancel();
        settle();
    }

    asio::io_context io_{1};
    SingleFlight<int, std::string> flights_;
    std::size_t fetches_ = 0;
    bool is_broken_ = false;
    std::vector<SteadyTimer*> gates_;
    std::map<std::size_t, Value> results_;
    std::map<std::string, Value> answers_;
};

TEST_F(SingleFlightTest, GivesOneFetchToAllThatAskMeanwhile)
{
    ask("first", soon());
    ask("second", soon());
    settle();
    finish(0, std::string("a"));
    EXPECT_EQ(fetches_, 1U);
    EXPECT_EQ(*answers_.at("first"), "a");
    EXPECT_EQ(*answers_.at("second"), "a");
}

TEST_F(SingleFlightTest, GivesAFailureToAllThatAskMeanwhile)
{
    ask("first", soon());
    ask("second", soon());
    settle();
    finish(0, Error{ErrorCode::unavailable, "down"});
    EXPECT_EQ(fetches_, 1U);
    EXPECT_EQ(answers_.at("second").error().code(), ErrorCode::unavailable);
}

TEST_F(SingleFlightTest, GoesOnForWhoeverHasTimeLeftWhenTheFirstRanOutOfIt)
{
    ask("hurried", over());
    ask("patient", soon());
    settle();
    finish(0, Error{ErrorCode::unavailable, "out of time"});
    EXPECT_EQ(answers_.at("hurried").error().code(), ErrorCode::unavailable);
    ASSERT_FALSE(answers_.contains("patient"));
    finish(1, std::string("a"));
    EXPECT_EQ(*answers_.at("patient"), "a");
}

TEST_F(SingleFlightTest, AsksAgainOnceTheFirstHasLanded)
{
    ask("first", soon());
    settle();
    finish(0, std::string("a"));
    ask("second", soon());
    settle();
    finish(1, std::string("b"));
    EXPECT_EQ(*answers_.at("first"), "a");
    EXPECT_EQ(*answers_.at("second"), "b");
}

TEST_F(SingleFlightTest, EndsForAFollowerAtItsOwnDeadline)
{
    ask("patient", soon());
    ask("hurried", over());
    settle();
    ASSERT_TRUE(answers_.contains("hurried"));
    EXPECT_EQ(answers_.at("hurried").error().code(), ErrorCode::unavailable);
    finish(0, std::string("a"));
    EXPECT_EQ(*answers_.at("patient"), "a");
}

TEST_F(SingleFlightTest, GoesOnForAFollowerWhenTheFetchThrew)
{
    ask("first", soon());
    ask("second", soon());
    settle();
    is_broken_ = true;
    finish(0, std::string("never seen"));
    EXPECT_FALSE(answers_.contains("first")) << "it threw";
    finish(1, std::string("b"));
    EXPECT_EQ(*answers_.at("second"), "b");
}

} // namespace
} // namespace sluice
