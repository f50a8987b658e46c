#include "base/error.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ErrorFailures, AreTwentyAndHowManyMoreThereAre)
{
    std::vector<FieldFailure> many;
    for (int i = 0; i < 300; ++i)
        many.push_back({"m" + std::to_string(i), "is not known here"});
    Error const error(std::move(many));
    ASSERT_EQ(error.failures().size(), 21U);
    EXPECT_EQ(error.failures()[19].path, "m19");
    EXPECT_EQ(error.failures().back().path, "");
    EXPECT_EQ(error.failures().back().message, "and 280 more mistakes");
    EXPECT_TRUE(error.public_detail().ends_with("; and 280 more mistakes"));
}

TEST(ErrorFailures, AreKeptAsTheyAreUpToTwenty)
{
    Error const error(std::vector<FieldFailure>(20, {"a", "is required"}));
    EXPECT_EQ(error.failures().size(), 20U);
    EXPECT_FALSE(error.public_detail().contains("more"));
}

TEST(ErrorFailures, AreShortWhateverTheCallerSent)
{
    std::vector<FieldFailure> long_ones(30, {std::string(100'000, 'p'), "ü" + std::string(100'000, 'm')});
    Error const error(std::move(long_ones));
    EXPECT_LT(error.public_detail().size(), 64U * 1024U);
    EXPECT_TRUE(error.failures().front().path.ends_with("p…"));
    EXPECT_TRUE(error.failures().front().message.starts_with("üm"));
}

} // namespace
} // namespace sluice
