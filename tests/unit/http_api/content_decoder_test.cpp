#include "http_api/content_decoder.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using Outcome = ContentDecoder::Cause;

struct Decoded {
    Outcome outcome;
    std::string body;
};

Decoded decode(std::string_view coding, std::string body, std::size_t limit)
{
    Headers headers;
    headers.add("content-encoding", coding);
    ContentDecoder decoder(headers, std::move(body), limit);
    while (decoder.step()) {
    }
    return {decoder.cause(), decoder.take()};
}

std::string unhexed(std::string_view digits)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return bytes;
}

/// `{"id":7}`, as Python's gzip, zlib and a bare deflate make it.
std::string const kGzip = unhexed("1f8b0800000000000203ab56ca4c51b232af0500435f071208000000");
std::string const kZlib = unhexed("789cab56ca4c51b232af05000b59027b");
std::string const kBare = unhexed("ab56ca4c51b232af0500");
constexpr std::size_t kLimit = 1024;

TEST(ContentDecoderTest, UndoesEachCodingInAnyCase)
{
    for (auto const& [coding, body] : {std::pair{"gzip", kGzip},
                                       {"GZIP", kGzip},
                                       {"x-gzip", kGzip},
                                       {"deflate", kZlib},
                                       {"deflate", kBare},
                                       {"identity", std::string(R"({"id":7})")},
                                       {"", std::string(R"({"id":7})")}}) {
        auto const decoded = decode(coding, body, kLimit);
        EXPECT_EQ(decoded.outcome, Outcome::none) << coding;
        EXPECT_EQ(decoded.body, R"({"id":7})") << coding;
    }
}

TEST(ContentDecoderTest, SaysHowMuchThereIsToTheEnd)
{
    Headers headers;
    headers.add("content-encoding", "gzip");
    ContentDecoder decoder(headers, kGzip, kLimit);
    while (decoder.step()) {
    }
    EXPECT_EQ(decoder.size(), 8U);
}

TEST(ContentDecoderTest, TakesLittleForASmallBody)
{
    EXPECT_LE(decode("gzip", kGzip, 16 * 1024 * 1024).body.capacity(), 8U * 1024);
}

TEST(ContentDecoderTest, TakesSeveralMembersOfGzip)
{
    EXPECT_EQ(decode("gzip", kGzip + kGzip, kLimit).body, R"({"id":7}{"id":7})");
}

TEST(ContentDecoderTest, RefusesWhatItDoesNotKnow)
{
    for (auto const* coding : {"zstd", "compress", "gzip, x", "gzip, gzip, gzip, gzip"})
        EXPECT_EQ(decode(coding, kGzip, kLimit).outcome, Outcome::unknown_coding) << coding;
}

TEST(ContentDecoderTest, RefusesABrokenBody)
{
    EXPECT_EQ(decode("gzip", R"({"id":7})", kLimit).outcome, Outcome::broken);
    EXPECT_EQ(decode("br", kGzip, kLimit).outcome, Outcome::broken);
    EXPECT_EQ(decode("gzip", kGzip.substr(0, kGzip.size() - 1), kLimit).outcome, Outcome::broken);
    EXPECT_EQ(decode("gzip", kGzip + "x", kLimit).outcome, Outcome::broken);
    EXPECT_EQ(decode("deflate", "\x01\x02", kLimit).outcome, Outcome::broken);
}

TEST(ContentDecoderTest, StopsAtTheLimit)
{
    EXPECT_EQ(decode("gzip", kGzip, 8).outcome, Outcome::none);
    EXPECT_EQ(decode("gzip", kGzip, 7).outcome, Outcome::too_large);
    std::string bomb;
    for (int i = 0; i < 1000; ++i)
        bomb += kGzip;
    EXPECT_EQ(decode("gzip", bomb, 7999).outcome, Outcome::too_large);
}

} // namespace
} // namespace sluice::http
