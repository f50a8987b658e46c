#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

namespace sluice {
namespace {

using Nonce = std::array<std::uint8_t, 12>;

Nonce next()
{
    Nonce nonce{};
    public_random_bytes(nonce);
    return nonce;
}

TEST(PublicRandomBytesTest, AreNeverTheSameTwiceAcrossBlocks)
{
    std::set<Nonce> seen;
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(seen.insert(next()).second) << i;
}

TEST(PublicRandomBytesTest, OfTwoThreadsDiffer)
{
    auto const mine = next();
    Nonce other{};
    std::jthread([&] { other = next(); }).join();
    EXPECT_NE(mine, other);
}

TEST(PublicRandomBytesTest, FillWhatIsLargerThanABlock)
{
    std::array<std::uint8_t, 1000> bytes{};
    public_random_bytes(bytes);
    // Each value is there about four times; a tail that is not filled would be all zero.
    EXPECT_LT(std::ranges::count(bytes, 0), 30);
}

TEST(RandomFractionTest, IsBelowOne)
{
    for (int i = 0; i < 1000; ++i) {
        auto const fraction = random_fraction();
        EXPECT_GE(fraction, 0);
        EXPECT_LT(fraction, 1);
    }
}

} // namespace
} // namespace sluice
