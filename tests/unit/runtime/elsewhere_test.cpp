#include "runtime/elsewhere.hpp"

#include "runtime/offload.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice {
namespace {

using namespace std::chrono_literals;

class ElsewhereTest : public testing::Test {
protected:
    static Task<bool> say(bool yes) { co_return yes; }
    static Task<bool> fail()
    {
        throw std::runtime_error("broken");
        co_return true;
    }
    /// Never told to go on: it ends with its io_context.
    static Task<bool> wait_for_ever()
    {
        SteadyTimer gate(co_await asio::this_coro::executor, SteadyTimer::time_point::max());
        co_await gate.async_wait(kUseTask);
        co_return true;
    }
    std::vector<Elsewhere> both(Task<bool> one, Task<bool> other)
    {
        std::vector<Elsewhere> tasks;
        tasks.push_back({&one_, std::move(one)});
        tasks.push_back({&other_, std::move(other)});
        return tasks;
    }
    static Task<void> ask(std::vector<Elsewhere> tasks, Deadline limit, std::optional<bool>& said)
    {
        said = co_await run_elsewhere(std::move(tasks), limit);
    }
    /// What came of it until nothing more happens.
    std::optional<bool> asked(std::vector<Elsewhere> tasks, Deadline limit = Deadline::after(1h))
    {
        std::optional<bool> said;
        asio::io_context here(1);
        asio::co_spawn(here, ask(std::move(tasks), limit, said), asio::detached);
        for (auto* const io : {&here, &one_, &other_, &here}) {
            io->restart();
            io->poll();
        }
        return said;
    }

    asio::io_context one_{1};
    asio::io_context other_{1};
};

TEST_F(ElsewhereTest, IsTrueOnceAllHaveSaidYes)
{
    EXPECT_EQ(asked(both(say(true), say(true))), true);
    EXPECT_EQ(asked(both(say(true), say(false))), false);
    EXPECT_EQ(asked(both(fail(), say(true))), false);
    EXPECT_EQ(asked(both(say(true), wait_for_ever())), std::nullopt);
    EXPECT_EQ(asked({}), true);
}

TEST_F(ElsewhereTest, WaitsNoLongerThanTheLimit)
{
    EXPECT_EQ(asked(both(say(true), wait_for_ever()), Deadline::after(0s)), false);
}

// AddressSanitizer is what fails otherwise.
TEST_F(ElsewhereTest, LeavesNothingOfTheCallerWithWhatIsCutOff)
{
    {
        asio::io_context elsewhere(1);
        {
            std::optional<bool> said;
            asio::io_context here(1);
            std::vector<Elsewhere> tasks;
            tasks.push_back({&elsewhere, wait_for_ever()});
            asio::co_spawn(here, ask(std::move(tasks), Deadline::after(0s), said), asio::detached);
            here.run();
            elsewhere.poll();
            EXPECT_EQ(said, false);
        }
    }
}

} // namespace
} // namespace sluice
