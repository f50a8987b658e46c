#include "http_api/behind.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;

EnvironmentId const kOne(Uuid{1});
EnvironmentId const kTwo(Uuid{2});

class BehindTest : public ::testing::Test {
protected:
    Task<Result<void>> work()
    {
        SteadyTimer gate(io_, SteadyTimer::time_point::max());
        gates_.push_back(&gate);
        co_await gate.async_wait(kUseTask);
        ++done_;
        co_return Result<void>{};
    }
    Task<void> answering(EnvironmentId environment)
    {
        co_await behind_.leave(environment, work());
        ++answered_;
    }
    void answer(EnvironmentId environment)
    {
        asio::co_spawn(io_, answering(environment), asio::detached);
        settle();
    }
    void finish(std::size_t number)
    {
        gates_.at(number)->cancel();
        settle();
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    telemetry::Log log_{2, telemetry::Level::error};
    std::vector<SteadyTimer*> gates_;
    int done_ = 0;
    int answered_ = 0;
    Behind behind_{io_, 4, log_};
};

TEST_F(BehindTest, DoesBeforeTheAnswerWhatHasNoRoomBehindIt)
{
    for (int i = 0; i < 3; ++i)
        answer(kOne);
    EXPECT_EQ(gates_.size(), 3U) << "all are under way";
    EXPECT_EQ(answered_, 2);

    answer(kTwo);
    EXPECT_EQ(answered_, 3) << "the others have room";

    finish(2);
    EXPECT_EQ(answered_, 4);
    EXPECT_EQ(done_, 1);
}

TEST_F(BehindTest, HasRoomAgainWhenSomethingIsDone)
{
    answer(kOne);
    answer(kOne);
    finish(0);
    answer(kOne);

    EXPECT_EQ(answered_, 3);
    EXPECT_EQ(done_, 1);
}

} // namespace
} // namespace sluice::http
