#include "runtime/byte_budget.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace sluice {
namespace {

constexpr Uuid kOne{1};
constexpr Uuid kTwo{2};

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

TEST(ByteBudgetTest, GivesAllOwnersNoMoreThanThereIs)
{
    ByteBudget budget(60, 40);
    ByteBudget::Hold one(budget, kOne);
    ByteBudget::Hold two(budget, kTwo);

    EXPECT_TRUE(one.grow(40));
    EXPECT_FALSE(two.grow(21));
    EXPECT_TRUE(two.grow(20));
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
} // namespace sluice
