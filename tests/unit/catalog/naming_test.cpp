#include "catalog/naming.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::catalog {
namespace {

TEST(Naming, CutsOnlyWhatIsLongerThanClientsTake)
{
    EXPECT_EQ(tool_name_of("desk", std::string(50, 'r'), "", "list"), "list_all_desk_" + std::string(50, 'r'));
    EXPECT_TRUE(is_tool_name(tool_name_of("desk", std::string(51, 'r'), "", "list")));
    EXPECT_EQ(tool_name_of("desk", std::string(51, 'r'), "", "list").size(), 64U);
}

TEST(Naming, TakesAsAToolsNameWhatEveryClientTakes)
{
    for (auto const& name : {std::string("a"), std::string("Z_9-x"), std::string(64, 'a')})
        EXPECT_TRUE(is_tool_name(name)) << name;
    for (auto const& name : {std::string(), std::string("1a"), std::string("_a"), std::string("a.b"), std::string("ä"),
                             std::string(65, 'a')})
        EXPECT_FALSE(is_tool_name(name)) << name;
}

} // namespace
} // namespace sluice::catalog
