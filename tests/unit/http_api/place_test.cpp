#include "http_api/place.hpp"

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

/// An answer with so many bytes.
Response large(std::size_t size)
{
    return json_response(200, std::string(size, 'x'));
}

class UnreadTest : public testing::Test {
protected:
    static constexpr std::size_t kShare = 1024 * 1024;

    /// An answer to the environment, counted if it may have one.
    Result<Response> answer(EnvironmentId environment, std::size_t size)
    {
        Place place(shares_, &answers_);
        if (auto const may = place.take(environment); !may)
            return may.error();
        auto response = large(size);
        if (auto const may = place.count(response); !may)
            return may.error();
        return response;
    }

    std::shared_ptr<Shares> const shares_ = std::make_shared<Shares>(100);
    ByteBudget answers_{4 * kShare, kShare};
};

TEST_F(UnreadTest, AnEnvironmentWhoseAnswersNobodyReadsGetsNoMore)
{
    auto unread = answer(kOne, kShare);
    ASSERT_TRUE(unread);
    auto const refused = answer(kOne, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::rate_limited);
    EXPECT_NE(refused.error().public_detail().find("do not read them"), std::string::npos);
    EXPECT_EQ(shares_->taken(), 0U) << "a refusal takes nothing";
    EXPECT_TRUE(answer(kTwo, kShare)) << "others have their own";

    unread = Error{ErrorCode::unavailable, "It is written."};
    EXPECT_EQ(answers_.held(), 0U);
    EXPECT_TRUE(answer(kOne, 1));
}

TEST_F(UnreadTest, WhatIsDoneIsCountedBeyondTheShareToo)
{
    Place first(shares_, &answers_);
    Place second(shares_, &answers_);
    ASSERT_TRUE(first.take(kOne));
    ASSERT_TRUE(second.take(kOne));
    auto one = large(kShare);
    auto two = large(10 * kShare);
    ASSERT_TRUE(first.count(one));
    EXPECT_FALSE(second.may_answer()) << "it may not go on making more";
    EXPECT_TRUE(second.count(two));

    EXPECT_GE(answers_.held(), 11 * kShare);
    EXPECT_TRUE(answer(kTwo, 1)) << "who has nothing unread is served";
}

TEST_F(UnreadTest, SmallAnswersAreNotCounted)
{
    auto const small = answer(kOne, ByteBudget::kFree / 2);
    ASSERT_TRUE(small);
    EXPECT_EQ(small->held, nullptr);
    EXPECT_EQ(answers_.held(), 0U);
}

TEST_F(UnreadTest, WhatIsOpenToAnybodyHasAShareOfItsOwn)
{
    auto const unread = answer(kNobody, kShare);
    ASSERT_TRUE(unread);

    EXPECT_FALSE(answer(kNobody, kShare));
    EXPECT_TRUE(answer(kNobody, 1)) << "as strangers wait for who they are, too";
    EXPECT_TRUE(answer(kOne, kShare));
}

TEST_F(UnreadTest, AnAnswerKeepsWhatItHeldBefore)
{
    auto const lease = std::make_shared<int>(1);
    Place place(shares_, &answers_);
    ASSERT_TRUE(place.take(kOne));
    auto response = large(kShare);
    response.held = lease;
    ASSERT_TRUE(place.count(response));
    EXPECT_EQ(lease.use_count(), 2);
    response = {};
    EXPECT_EQ(lease.use_count(), 1);
}

} // namespace
} // namespace sluice::http
