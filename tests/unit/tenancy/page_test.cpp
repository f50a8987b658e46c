#include "tenancy/page.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::tenancy {
namespace {

TEST(ConditionTest, HasNineOperatorsByName)
{
    std::set<Condition::Operator> found;
    for (auto const* name : {"eq", "ne", "in", "gt", "gte", "lt", "lte", "like", "exist"}) {
        ASSERT_TRUE(operator_of(name)) << name;
        found.insert(*operator_of(name));
    }
    EXPECT_EQ(found.size(), 9U);
    EXPECT_EQ(operator_of("gte"), Condition::Operator::gte);
    for (auto const* name : {"", "EQ", "between"})
        EXPECT_FALSE(operator_of(name)) << name;
}

} // namespace
} // namespace sluice::tenancy
