#include "http_api/byte_budget.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace sluice::http {
namespace {

EnvironmentId const kOne(Uuid{1});

TEST(ByteBudgetTest, GivesAnOwnerItsShareAndNoMore)
{
    ByteBudget budget(100, 40);
    ByteBudget::Hold first(budget, kOne);
    ByteBudget::Hold second(budget, kOne);

    EXPECT_TRUE(first.grow(30));
    EXPECT_FALSE(second.grow(11));
    EXPECT_TRUE(second.grow(10));
    EXPECT_FALSE(first.grow(1));
    EXPECT_EQ(budget.held(), 40U);
}

TEST(ByteBudgetTest, LeavesSomethingHoweverManyOwnersTakeAllTheyGet)
{
    ByteBudget budget(1024, 256);
    std::vector<std::unique_ptr<ByteBudget::Hold>> holds;
    for (std::uint8_t owner = 0; owner < 8; ++owner) { // The first is nobody.
        auto& hold = holds.emplace_back(std::make_unique<ByteBudget::Hold>(budget, EnvironmentId(Uuid{owner})));
        while (hold->grow(1)) {
        }
        EXPECT_GT(hold->bytes(), 0U) << int{owner};
    }
    EXPECT_LT(budget.held(), 1024U);
}

TEST(ByteBudgetTest, TakesBackWhatWasHeld)
{
    ByteBudget budget(40, 40);
    std::optional<ByteBudget::Hold> gone(std::in_place, budget, kOne);
    ASSERT_TRUE(gone->grow(40));
    gone.reset();
    ByteBudget::Hold next(budget, kOne);

    EXPECT_EQ(budget.held(), 0U);
    EXPECT_TRUE(next.grow(40));
}

TEST(ByteBudgetTest, CountsWhatIsThereWhetherThereIsRoomOrNot)
{
    constexpr std::size_t kLarge = ByteBudget::kFree + 1;
    ByteBudget budget(kLarge, kLarge);
    ByteBudget::Hold hold(budget, kOne);

    hold.keep(ByteBudget::kFree);
    EXPECT_EQ(budget.held(), 0U);
    hold.keep(3 * kLarge);
    EXPECT_EQ(budget.held(), 3 * kLarge);
    EXPECT_TRUE(budget.is_full(kOne));
    EXPECT_FALSE(budget.is_full(EnvironmentId(Uuid{2})));
    hold.keep(0);
    EXPECT_EQ(budget.held(), 0U);
    EXPECT_FALSE(budget.is_full(kOne));
}

TEST(ByteBudgetTest, ARefusalTakesNothing)
{
    ByteBudget budget(40, 40);
    ByteBudget::Hold hold(budget, kOne);

    EXPECT_FALSE(hold.grow(41));
    EXPECT_EQ(hold.bytes(), 0U);
    EXPECT_EQ(budget.held(), 0U);
    EXPECT_FALSE(hold.grow(static_cast<std::size_t>(-1)));
}

} // namespace
} // namespace sluice::http
