#include "query_parameters.hpp"

#include "support/must.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sluice::api {
namespace {

/// The text that the caller gets; empty if the query is taken.
std::string refusal(std::string_view query, QueryParameters const& known)
{
    auto const checked = check_query(http::Query::parse(query).value(), known);
    return checked ? std::string() : checked.error().public_detail();
}

TEST(QueryParameters, TakeWhatTheyName)
{
    constexpr QueryParameters kKnown{{"methods", "tags"}};
    EXPECT_EQ(refusal("", kKnown), "");
    EXPECT_EQ(refusal("tags=a&methods=b&tags=c&methods", kKnown), "");
    EXPECT_EQ(refusal("anything=1", kAnyQuery), "");
}

TEST(QueryParameters, SayWhichThereAre)
{
    EXPECT_EQ(refusal("tag=a", {{"methods", "tags"}}), "tag is not a parameter here; known are methods, tags");
    EXPECT_EQ(refusal("why=y&tool=x", {{"tool"}}), "why is not a parameter here; known is tool");
    EXPECT_EQ(refusal("colour=red", {}), "colour is not a parameter here; there are none");
    EXPECT_NE(refusal("=red", {{"tool"}}), "") << "an empty name is none";
    EXPECT_NE(refusal("TOOL=x", {{"tool"}}), "") << "case counts";
}

TEST(QueryParameters, AreRefusedTogetherEachByItsName)
{
    auto const checked = check_query(http::Query::parse("a=1&tool=x&b[eq]=2").value(), {{"tool"}});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), ErrorCode::invalid_argument);
    ASSERT_EQ(checked.error().failures().size(), 2U);
    EXPECT_EQ(checked.error().failures()[0].path, "a");
    EXPECT_EQ(checked.error().failures()[1].path, "b[eq]");
}

} // namespace
} // namespace sluice::api
