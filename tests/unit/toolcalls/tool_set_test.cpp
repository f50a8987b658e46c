#include "toolcalls/tool_set.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

std::shared_ptr<tools::ToolList const> empty_list()
{
    return std::make_shared<tools::ToolList const>(std::vector<tools::ToolPtr>(),
                                                   std::map<std::string, std::string, std::less<>>());
}

TEST(ToolSets, ShareASetAmongAllWithTheSameToolsAndFilter)
{
    ToolSets sets;
    auto const tools = empty_list();
    auto const one = sets.get(tools, {});
    EXPECT_EQ(sets.get(tools, {}), one);
    EXPECT_NE(sets.get(empty_list(), {}), one);
}

/// Looking for what nobody uses at each call would look at everything each time.
TEST(ToolSets, LookForWhatNobodyUsesOnceInAWhile)
{
    ToolSets sets;
    std::vector<std::shared_ptr<tools::ToolList const>> lists;
    for (int i = 0; i < 100; ++i)
        (void)sets.get(lists.emplace_back(empty_list()), {});
    EXPECT_EQ(sets.size(), 100U);
    for (int i = 0; i < 20'000; ++i)
        (void)sets.get(lists.emplace_back(empty_list()), {});
    EXPECT_LE(sets.size(), 2'048U);
}

} // namespace
} // namespace sluice::toolcalls
