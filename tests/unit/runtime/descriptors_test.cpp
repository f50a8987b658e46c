#include "runtime/descriptors.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace sluice {
namespace {

TEST(DescriptorsTest, AllThatIsWantedFitsWhereThereIsRoom)
{
    EXPECT_EQ(*connections_that_fit(1'048'576, 20'000, 40), 20'000U);
    EXPECT_EQ(*connections_that_fit(72 + 400, 300, 40), 300U);
}

TEST(DescriptorsTest, AQuarterIsKeptForVendors)
{
    EXPECT_EQ(*connections_that_fit(72 + 400, 20'000, 40), 300U);
    EXPECT_EQ(*connections_that_fit(72 + 400, 301, 40), 300U);
}

TEST(DescriptorsTest, WhatAllNeedIsTheFewestInWhichAllFit)
{
    for (std::size_t wanted = 16; wanted < 400; ++wanted) {
        EXPECT_EQ(*connections_that_fit(descriptors_for(wanted, 40), wanted, 40), wanted);
        auto const with_fewer = connections_that_fit(descriptors_for(wanted, 40) - 2, wanted, 40);
        EXPECT_TRUE(!with_fewer || *with_fewer < wanted) << wanted;
    }
}

TEST(DescriptorsTest, TooFewAreRefusedWithWhatToDo)
{
    auto const refused = connections_that_fit(64, 300, 40);

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().public_detail().find("to 472 or more"), std::string::npos)
        << refused.error().public_detail();
}

TEST(DescriptorsTest, TheSoftLimitIsRaisedToTheHardOne)
{
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    auto low = before;
    low.rlim_cur = 256;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);

    auto const raised = raise_descriptor_limit();

    rlimit after{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    EXPECT_EQ(raised, before.rlim_max);
    setrlimit(RLIMIT_NOFILE, &before);
}

} // namespace
} // namespace sluice
