#include "base/charset.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMost = 1000;

TEST(Charset, GivesTheLastCharacterAsWell)
{
    // A charset that composes holds it back: an accent may still come.
    EXPECT_EQ(from_charset("Nam a", "windows-1258", kMost), "Nam a");
    EXPECT_EQ(from_charset("\xf9\xec\xe5\xed", "windows-1255", kMost), "\u05e9\u05dc\u05d5\u05dd");
}

TEST(Charset, PassesOverOneUnitThatIsNoCharacter)
{
    EXPECT_EQ(from_charset("a\0\x00\xd8"
                           "b\0c\0"sv,
                           "utf-16le", kMost),
              "a\ufffdbc");
    EXPECT_EQ(from_charset("a\xff"
                           "b",
                           "ascii", kMost),
              "a\ufffdb");
}

TEST(Charset, IsLeftWhereTheTextWouldBeTooLong)
{
    EXPECT_EQ(from_charset(std::string(400, '\xe9'), "ascii", kMost), std::nullopt);
    EXPECT_EQ(from_charset(std::string(300, '\xe9'), "ascii", kMost)->size(), 900U);
}

} // namespace
} // namespace sluice
