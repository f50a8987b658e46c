#include "runtime/shared_flight.hpp"

#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace sluice {
namespace {

/// Two threads, as far as they matter: each has its io_context, and the test runs them in turn.
class SharedFlightTest : public ::testing::Test {
protected:
    using Value = Result<std::string>;
    static Deadline over() { return Deadline{Deadline::clock::time_point::min()}; }

    void ask(asio::io_context& io, std::string name, Deadline deadline = test::soon())
    {
        asio::co_spawn(io, asking(std::move(name), deadline), asio::detached);
        settle();
    }
    Task<void> asking(std::string name, Deadline deadline)
    {
        auto fetch = [this](int const&) { return fetched(); };
        answers_[name] = co_await flights_.run(1, deadline, fetch);
    }
    Task<Value> fetched()
    {
        auto const number = gates_.size();
        SteadyTimer gate(co_await asio::this_coro::executor, SteadyTimer::time_point::max());
        gates_.push_back(&gate);
        co_await gate.async_wait(kUseTask);
        if (!results_.contains(number))
            throw std::runtime_error("broken");
        co_return results_.at(number);
    }
    void settle()
    {
        for (auto* const io : {&one_, &other_, &one_}) {
            io->restart();
            io->poll();
        }
    }
    void finish(std::size_t number, Value value)
    {
        results_[number] = std::move(value);
        gates_.at(number)->cancel();
        settle();
    }
    void break_off(std::size_t number)
    {
        gates_.at(number)->cancel();
        settle();
    }

    asio::io_context one_{1};
    asio::io_context other_{1};
    SharedFlight<int, std::string> flights_;
    std::vector<SteadyTimer*> gates_;
    std::map<std::size_t, Value> results_;
    std::map<std::string, Value> answers_;
};

TEST_F(SharedFlightTest, GivesOneFetchToAllThreadsThatAskMeanwhile)
{
    ask(one_, "here");
    ask(other_, "there");
    finish(0, std::string("a"));
    EXPECT_EQ(gates_.size(), 1U);
    EXPECT_EQ(*answers_.at("here"), "a");
    EXPECT_EQ(*answers_.at("there"), "a");
}

TEST_F(SharedFlightTest, GivesAFailureInTimeToAllThatAskMeanwhile)
{
    ask(one_, "here");
    ask(other_, "there");
    finish(0, Error{ErrorCode::unavailable, "down"});
    EXPECT_EQ(gates_.size(), 1U);
    EXPECT_EQ(answers_.at("there").error().public_detail(), "down");
}

TEST_F(SharedFlightTest, AsksAgainForWhoeverHasTimeLeftWhenTheFirstRanOutOfIt)
{
    ask(one_, "hurried", over());
    ask(other_, "patient");
    finish(0, Error{ErrorCode::unavailable, "out of time"});
    EXPECT_EQ(answers_.at("hurried").error().public_detail(), "out of time");
    ASSERT_FALSE(answers_.contains("patient"));
    finish(1, std::string("a"));
    EXPECT_EQ(*answers_.at("patient"), "a");
}

TEST_F(SharedFlightTest, GivesALateSuccessToWhoeverStillWaits)
{
    ask(one_, "hurried", over());
    ask(other_, "patient");
    finish(0, std::string("a"));
    EXPECT_EQ(*answers_.at("hurried"), "a");
    EXPECT_EQ(*answers_.at("patient"), "a");
}

TEST_F(SharedFlightTest, EndsForAFollowerAtItsOwnDeadline)
{
    ask(one_, "patient");
    ask(other_, "hurried", over());
    ASSERT_TRUE(answers_.contains("hurried"));
    EXPECT_EQ(answers_.at("hurried").error().log_message(), "shared fetch exceeded the follower's deadline");
    finish(0, std::string("a"));
    EXPECT_EQ(*answers_.at("patient"), "a");
}

TEST_F(SharedFlightTest, GoesOnForAFollowerWhenTheFetchThrew)
{
    ask(one_, "here");
    ask(other_, "there");
    break_off(0);
    EXPECT_FALSE(answers_.contains("here")) << "it threw";
    finish(1, std::string("b"));
    EXPECT_EQ(*answers_.at("there"), "b");
}

} // namespace
} // namespace sluice
