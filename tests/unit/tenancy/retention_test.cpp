#include "tenancy/retention.hpp"

#include "support/clock.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace sluice::tenancy {
namespace {

/// History of which some is to be deleted, in portions.
class FakeHistory final : public Retention {
public:
    Task<Result<std::size_t>> turn_days(Deadline) override
    {
        ++turns;
        if (is_down)
            co_return Error{ErrorCode::unavailable, "down"};
        auto const done = days.empty() ? 0 : days.front();
        if (!days.empty())
            days.pop_front();
        co_return done;
    }
    Task<Result<std::vector<EnvironmentId>>> environments(Deadline) override
    {
        if (has_no_list)
            co_return Error{ErrorCode::unavailable, "down"};
        std::vector<EnvironmentId> ids;
        for (auto const& [id, portions] : rows)
            ids.push_back(id);
        co_return ids;
    }
    Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline) override
    {
        ++sweeps;
        auto& portions = rows.at(environment);
        if (portions.empty())
            co_return std::size_t{0};
        auto const gone = portions.front();
        portions.pop_front();
        if (gone == 0)
            co_return Error{ErrorCode::unavailable, "down"};
        co_return gone;
    }

    std::deque<std::size_t> days;
    std::map<EnvironmentId, std::deque<std::size_t>> rows;
    bool is_down = false;
    bool has_no_list = false;
    int turns = 0;
    int sweeps = 0;
};

class RetentionTest : public ::testing::Test {
protected:
    Result<jobs::Next> forget() { return test::run(forget_history(history_, clock_)); }

    static inline EnvironmentId const kOne{Uuid{1}};
    static inline EnvironmentId const kTwo{Uuid{2}};
    FakeHistory history_;
    test::FakeClock clock_;
};

TEST_F(RetentionTest, GoesOnUntilNothingIsLeftAndComesBackInAnHour)
{
    history_.days = {3, 1};
    history_.rows = {{kOne, {1000, 5}}, {kTwo, {}}};
    auto const next = forget();
    ASSERT_TRUE(next);
    EXPECT_EQ(*next, jobs::Next(clock_.now() + std::chrono::hours(1)));
    EXPECT_EQ(history_.turns, 3);
    EXPECT_EQ(history_.sweeps, 4) << "each until it answers none";
}

TEST_F(RetentionTest, FailsWithWhatFails)
{
    history_.rows = {{kOne, {1, 0}}, {kTwo, {1}}};
    EXPECT_EQ(forget().error().code(), ErrorCode::unavailable);
    EXPECT_EQ(history_.rows.at(kTwo).size(), 1U) << "the rest comes with the next attempt";
    history_.has_no_list = true;
    EXPECT_FALSE(forget());
    history_.is_down = true;
    EXPECT_FALSE(forget());
}

} // namespace
} // namespace sluice::tenancy
