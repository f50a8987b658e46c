#include "calllog/masking.hpp"

#include "base/json.hpp"

#include <gtest/gtest.h>

namespace sluice::calllog {
namespace {

TEST(Masking, TakesOutWhatLooksLikeASecret)
{
    EXPECT_EQ(masked("key 4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c is wrong"), "key … is wrong");
    EXPECT_EQ(masked("Incorrect API key provided: sk-abc12345"), "Incorrect API key provided: …");
    EXPECT_EQ(masked("Authorization: Bearer abc/def.ghi is refused"), "Authorization: Bearer … is refused");
    EXPECT_EQ(masked(R"({"password":"hunter2","user":"bob"})"), R"({"password":"…","user":"bob"})");
    EXPECT_EQ(masked("api_key=short"), "api_key=…");
    EXPECT_EQ(masked(R"({"password":"open sesame, now","n":1})"), R"({"password":"…","n":1})");
    EXPECT_EQ(masked(R"({\"password\":\"open sesame\",\"n\":1})"), R"({\"password\":\"…\",\"n\":1})");
    EXPECT_EQ(masked(R"("api_key":"@short")"), R"("api_key":"…")");
    EXPECT_EQ(masked("password=p@ssw0rd! is wrong"), "password=… is wrong");
    EXPECT_EQ(masked("secret: abc/def.ghi, id 7"), "secret: …, id 7");
    EXPECT_EQ(masked("<password>x</password>"), "<password>…</password>");
    EXPECT_EQ(masked("sk_01h455vb4pex5vsknk084sn02q"), "…");
}

TEST(Masking, LeavesWordsIdsAndNumbers)
{
    for (std::string_view const text :
         {"The ticket 1234567890123456789012345 is not there.", "ia_01h455vb4pex5vsknk084sn02q is unknown",
          "3f333df6-90a4-4fda-8dd3-9485d27cee36 is gone", "a basic plan has no token",
          "internationalisations of words"})
        EXPECT_EQ(masked(text), text);
}

TEST(Masking, CutsAtAWholeCharacter)
{
    EXPECT_EQ(masked("ääää", 3), "ä");
    EXPECT_LE(masked(std::string(5000, 'x')).size(), 500U);
}

TEST(Masking, TakesOutWhatWasSent)
{
    auto const values =
        *json::parse(R"({"to":"bob@example.com","list":[{"text":"my secret words"}],"n":42,"x":"abc"})");
    EXPECT_EQ(without_values("Cannot send my secret words to bob@example.com (abc, 42)", values),
              "Cannot send … to … (abc, 42)");
}

TEST(Masking, ANameIsKeptUnlessItLooksLikeASecret)
{
    EXPECT_EQ(masked_name("claude-ai 1.0"), "claude-ai 1.0");
    EXPECT_EQ(masked_name("slx_mcp_SeHwWofxaaybAwKo"), "…");
}

TEST(Masking, AUrlHasNoQueryAndNoUser)
{
    EXPECT_EQ(masked_url("https://acme.example:8443/api/tickets/7?api_key=x&q=y"),
              "https://acme.example:8443/api/tickets/7");
    EXPECT_EQ(masked_url("https://user:pass@acme.example/a#b"), "https://acme.example/a");
    EXPECT_EQ(masked_url("https://hooks.example/services/T0001ABCDEFGH123456789/x"),
              "https://hooks.example/services/…/x");
    EXPECT_EQ(masked_url("https://acme.example"), "https://acme.example");
    EXPECT_EQ(masked_url("https://acme.example/api/v2/tickets/hunter2-pass"), "https://acme.example/api/v2/tickets/…");
    EXPECT_EQ(masked_url(""), "");
}

TEST(Masking, BodiesKeepTheirFormButNotTheirSecrets)
{
    EXPECT_EQ(redacted_body(R"({"a":[{"accessToken":"x","n":1}],"client-secret":{"v":"y"},"is_key":true})", {}),
              R"({"a":[{"accessToken":"…","n":1}],"client-secret":"…","is_key":true})");
    EXPECT_EQ(redacted_body(R"({"password":"hunter2","text":"cut of)", {}), R"({"password":"…","text":"cut of)");
    EXPECT_EQ(redacted_body(R"({"text":"{\"access_token\":\"abc\"}"})", {}), R"({"text":"{\"access_token\":\"…\"}"})")
        << "the result of a tool";
    EXPECT_EQ(redacted_body(R"({"msg":"Cannot take {\"password\":\"a b\"}","id":"4f9a8b7c6d5e4f3a2b1c0d9e"})", {}),
              R"({"msg":"Cannot take {\"password\":\"…\"}","id":"4f9a8b7c6d5e4f3a2b1c0d9e"})");
    std::vector<std::string> const names{"shop"};
    EXPECT_EQ(redacted_body(R"({"shop":"x","n":1})", names), R"({"shop":"…","n":1})") << "secret in the definition";
}

} // namespace
} // namespace sluice::calllog
