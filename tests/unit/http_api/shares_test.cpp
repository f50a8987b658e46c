#include "http_api/shares.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::http {
namespace {

EnvironmentId const kNobody;
EnvironmentId const kOne(Uuid{1});
EnvironmentId const kTwo(Uuid{2});

/// As many places as the environment gets.
std::vector<Place> fill(std::shared_ptr<Shares> const& shares, EnvironmentId environment)
{
    std::vector<Place> places;
    for (;;) {
        Place place(shares);
        if (!place.take(environment))
            return places;
        places.push_back(std::move(place));
    }
}

TEST(PlaceTest, WhoeverTakesAllItGetsLeavesHalf)
{
    auto const shares = std::make_shared<Shares>(8);
    for (auto const& owner : {kOne, kNobody}) {
        auto const all = fill(shares, owner);

        EXPECT_EQ(all.size(), 4U);
        EXPECT_EQ(fill(shares, kTwo).size(), 2U);
    }
    EXPECT_EQ(shares->taken(), 0U);
}

TEST(PlaceTest, IsOnePlaceWhoseverItIsAndWhereverItGoes)
{
    auto const shares = std::make_shared<Shares>(2);
    Place place(shares);
    ASSERT_TRUE(place.take(kNobody));
    ASSERT_TRUE(place.take(kOne));
    ASSERT_TRUE(place.take(kOne));
    EXPECT_EQ(shares->taken(), 1U);
    {
        Place const elsewhere = std::move(place);
        EXPECT_EQ(shares->taken(), 1U);
    }
    EXPECT_EQ(shares->taken(), 0U);
}

TEST(PlaceTest, SaysWhoseShareIsUsedUp)
{
    auto const shares = std::make_shared<Shares>(4);
    auto const all = fill(shares, kOne);
    Place place(shares);
    auto const refused = place.take(kOne);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(refused.error().public_detail(),
              "This environment has too many requests in progress. Retry in a second.");
    EXPECT_EQ(shares->taken(), 2U) << "a refusal takes nothing";
}

} // namespace
} // namespace sluice::http
