#include "mcp_protocol/encode.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

constexpr auto kServer = R"({"name":"sluice"})";

RpcRequest request(Era era)
{
    RpcRequest made;
    made.era = era;
    made.id = R"("7")";
    return made;
}

std::string closed(Era era, ratelimit::Limits const& limits)
{
    std::string out;
    open_result(out, request(era));
    out += R"("a":1)";
    close_result(out, request(era), kServer, limits);
    EXPECT_TRUE(json::parse(out)) << out;
    return out;
}

TEST(EncodeResult, OfAModernRequestSaysWhoseItIs)
{
    EXPECT_EQ(encode_result(request(Era::modern), kServer, R"("a":1)"),
              R"({"jsonrpc":"2.0","id":"7","result":{"resultType":"complete","a":1,)"
              R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"sluice"}}}})");
    EXPECT_EQ(encode_result(request(Era::modern), kServer, ""),
              R"({"jsonrpc":"2.0","id":"7","result":{"resultType":"complete",)"
              R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"sluice"}}}})");
}

TEST(EncodeResult, OfALegacyRequestHasItsMembersOnly)
{
    EXPECT_EQ(encode_result(request(Era::legacy), kServer, R"("a":1)"),
              R"({"jsonrpc":"2.0","id":"7","result":{"a":1}})");
    EXPECT_EQ(encode_result(request(Era::legacy), kServer, ""), R"({"jsonrpc":"2.0","id":"7","result":{}})");
}

TEST(EncodeResult, NamesTheLimitsThatAreKnown)
{
    ratelimit::Limits limits;
    EXPECT_FALSE(closed(Era::legacy, limits).contains("_meta"));
    limits.remaining = 0;
    limits.retry_after_s = -5;
    EXPECT_TRUE(closed(Era::legacy, limits)
                    .ends_with(R"("a":1,"_meta":{"sluice/rate_limit":{"remaining":0,"retry_after":-5}}}})"));
    limits.limit = 100;
    limits.reset_s = 60;
    EXPECT_TRUE(
        closed(Era::modern, limits)
            .ends_with(R"("_meta":{"sluice/rate_limit":{"limit":100,"remaining":0,"reset":60,"retry_after":-5},)"
                       R"("io.modelcontextprotocol/serverInfo":{"name":"sluice"}}}})"));
}

TEST(EncodeError, QuotesItsMessageAndLeavesOutNoData)
{
    EXPECT_EQ(
        encode_error("null", RpcCode::parse_error, "Say \"a\"\n\xff"),
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Say \\\"a\\\"\\n\xef\xbf\xbd\"}}");
    EXPECT_EQ(encode_error("5", RpcCode::invalid_params, "No.", json::object{{"a", 1}}),
              R"({"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"No.","data":{"a":1}}})");
}

TEST(Revisions, AreListedTheModernOnesFirst)
{
    auto const all = all_revisions();
    ASSERT_EQ(all.size(), kModernRevisions.size() + kLegacyRevisions.size());
    EXPECT_EQ(all.front().as_string(), kModernRevisions.front());
    EXPECT_EQ(all.back().as_string(), kLegacyRevisions.back());
}

TEST(Revisions, BelongToOneEra)
{
    for (auto const revision : kModernRevisions) {
        EXPECT_TRUE(is_modern(revision));
        EXPECT_FALSE(is_legacy(revision));
        EXPECT_TRUE(looks_modern(revision));
    }
    for (auto const revision : kLegacyRevisions) {
        EXPECT_TRUE(is_legacy(revision));
        EXPECT_FALSE(is_modern(revision));
        EXPECT_FALSE(looks_modern(revision));
    }
    EXPECT_TRUE(looks_modern("2099-01-01"));
    EXPECT_FALSE(looks_modern("2099-01-1"));
    EXPECT_FALSE(looks_modern("2099-01-01x"));
    EXPECT_FALSE(looks_modern("2099_01_01"));
    EXPECT_FALSE(looks_modern("209a-01-01"));
    EXPECT_FALSE(is_modern("2099-01-01"));
}

} // namespace
} // namespace sluice::mcp
