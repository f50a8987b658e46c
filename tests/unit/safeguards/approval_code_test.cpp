#include "safeguards/write_calls.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::safeguards {
namespace {

TEST(ApprovalCode, IsEightCharactersThatReadBackAsTheyAre)
{
    std::set<std::string> seen;
    std::set<char> characters;
    for (int i = 0; i < 1000; ++i) {
        auto const code = new_approval_code();
        EXPECT_EQ(code.size(), kCodeSize);
        EXPECT_EQ(read_approval_code(code), code);
        seen.insert(code);
        characters.insert(code.begin(), code.end());
    }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(characters.size(), 32U);
}

TEST(ApprovalCode, IsReadAsAPersonTypesIt)
{
    EXPECT_EQ(read_approval_code(" abcd-efgh "), "ABCDEFGH");
    EXPECT_EQ(read_approval_code("oOiI lL22"), "00111122");
    for (auto const* typed : {"", "        ", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU", "ABCDEFG!",
                              "ABCD\xc3\x84"
                              "FG"})
        EXPECT_EQ(read_approval_code(typed), "") << typed;
    EXPECT_EQ(read_approval_code(std::string(1000, ' ') + "ABCDEFGH"), "");
}

} // namespace
} // namespace sluice::safeguards
