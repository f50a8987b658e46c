#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648)
{
    for (auto const& [plain, coded] : {std::pair{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(base64(bytes_of(plain)), coded);
        auto const decoded = base64_decode(coded);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(text_of(*decoded), plain);
    }
}

TEST(Base64, RefusesForeignCharactersAndLengths)
{
    EXPECT_FALSE(base64_decode("Zg=!"));
    EXPECT_FALSE(base64_decode("Z"));
    EXPECT_FALSE(base64_decode("Zh==")) << "bits left over";
    EXPECT_TRUE(base64_decode("Zg=="));
    EXPECT_FALSE(base64_decode("a-_b"));
    EXPECT_TRUE(base64url_decode("a-_b"));
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters)
{
    EXPECT_EQ(percent_encode("a/b?c=d&e#f.."), "a%2Fb%3Fc%3Dd%26e%23f..");
    EXPECT_EQ(percent_encode("ü"), "%C3%BC");
}

TEST(PercentEncoding, RefusesBrokenEscapes)
{
    EXPECT_EQ(percent_decode("a%2Fb"), "a/b");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
    EXPECT_FALSE(percent_decode("%"));
    EXPECT_FALSE(percent_decode("%2"));
    EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Hex, ReadsWhatItWrites)
{
    EXPECT_EQ(hex(bytes_of("\x01\xff")), "01ff");
    EXPECT_EQ(hex_decode("01FF"), (Bytes{1, 255}));
    EXPECT_FALSE(hex_decode("0"));
    EXPECT_FALSE(hex_decode("0g"));
}

TEST(Utf8, KnowsOverlongFormsSurrogatesAndCutCharacters)
{
    EXPECT_TRUE(is_utf8("aü€😀"));
    for (auto const* text : {"\xc0\xaf", "\xed\xa0\x80", "\xe2\x82", "\xf5\x80\x80\x80", "\x80"})
        EXPECT_FALSE(is_utf8(text));
}

TEST(Utf8, ReplacesWhatIsInvalidAndCutsBetweenCharacters)
{
    EXPECT_EQ(to_valid_utf8("a\xff\xfe z"), "a\xef\xbf\xbd z");
    EXPECT_EQ(utf8_prefix("aü", 2), "a");
    EXPECT_EQ(utf8_prefix("aü", 3), "aü");
}

TEST(Crc32, MatchesTheCheckValue)
{
    EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
}

} // namespace
} // namespace sluice
