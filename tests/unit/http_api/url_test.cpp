#include "http_api/query.hpp"
#include "http_api/url.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(Url, IsTakenApart)
{
    auto const url = parse_url("https://Acme.Gorgias.com/api/tickets?limit=1");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->is_tls);
    EXPECT_EQ(url->host, "acme.gorgias.com");
    EXPECT_EQ(url->port, 443);
    EXPECT_EQ(url->target, "/api/tickets?limit=1");
    EXPECT_EQ(url->authority(), "acme.gorgias.com");
    EXPECT_EQ(parse_url("http://127.0.0.1:8090")->authority(), "127.0.0.1:8090");
    EXPECT_EQ(parse_url("http://[::1]:8090/x")->host, "::1");
}

TEST(Url, RefusesWhatCouldMeanAnotherHost)
{
    for (auto const* text :
         {"", "ftp://a/", "https://", "https://user@evil/", "https://a.b/..@evil#f", "//evil/", "https://a b/",
          "https://a/\r\nx: y", "javascript:alert(1)", "https://a:0/", "https://a:99999/"})
        EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Url, RefusesAnAuthorityThatReadsAsAnotherOne)
{
    // The parser may take the address for the whole authority, and the rest for a path.
    for (auto const* text :
         {"http://127.0.0.1:28102%00.example.com", "https://1.2.3.4%20.example/",
          "http://127.0.0.9%2F.vendor.example/v", "http://127.0.0.9%3A.vendor.example/", "https://1.2.3.4%25.example",
          "https://a%2eb.example/", "https://vendor.example%40evil.example/", "https://vendor.example:443%00/",
          "https://a,b.example/", "https://a!b/", "https://[v1.x]/", "https://a..b/", "https://.a/"})
        EXPECT_FALSE(parse_url(text)) << text;
    auto const base = *parse_url("https://vendor.example/a");
    for (auto const* reference : {"//1.2.3.4%20.example/", "https://1.2.3.4%2F.example/", "//a%2eb.example/x"})
        EXPECT_FALSE(resolve_url(base, reference)) << reference;
}

TEST(Url, TakesEveryUsualWayToWriteAHost)
{
    for (auto const* text : {"HTTPS://Vendor.Example:443/", "https://vendor.example.", "https://a_b.example/x",
                             "https://[2001:DB8::0001]:8443/x", "https://1.2.3.4:80/", "https://xn--bcher-kva.example",
                             "https://vendor.example?x=1"})
        EXPECT_TRUE(parse_url(text)) << text;
    EXPECT_EQ(parse_url("https://vendor.example?x=1")->target, "/?x=1");
}

TEST(Url, ResolvesRedirectsAndKnowsTheOrigin)
{
    auto const base = *parse_url("http://127.0.0.1:8090/acme/api/tickets/5");
    EXPECT_EQ(resolve_url(base, "/acme/api/tickets/9")->target, "/acme/api/tickets/9");
    EXPECT_TRUE(resolve_url(base, "/x")->same_origin(base));
    EXPECT_FALSE(resolve_url(base, "http://127.0.0.1:8091/x")->same_origin(base));
    EXPECT_FALSE(resolve_url(base, "https://127.0.0.1:8090/x")->same_origin(base));
    EXPECT_FALSE(resolve_url(base, "//evil/x")->same_origin(base));
}

TEST(Url, ResolvesReferencesAndLeavesTheirEscapes)
{
    auto const base = *parse_url("https://v.example/a/b/c?q=1");
    for (auto const& [reference, target] : {std::pair{"", "/a/b/c?q=1"},
                                            {"#part", "/a/b/c?q=1"},
                                            {"?q=2", "/a/b/c?q=2"},
                                            {"d", "/a/b/d"},
                                            {"./d?", "/a/b/d?"},
                                            {"../d#part", "/a/d"},
                                            {"..", "/a/"},
                                            {".", "/a/b/"},
                                            {"../../../d", "/d"},
                                            {"/d/./e/../f/", "/d/f/"},
                                            {"/d//../e", "/d/e"},
                                            {"/d/%2E%2e/e", "/e"},
                                            {"/.../..d/.e", "/.../..d/.e"},
                                            {"/groups%2Fone/%3F%2e", "/groups%2Fone/%3F%2e"},
                                            {"x%2Fy", "/a/b/x%2Fy"},
                                            {"https://other.example", "/"},
                                            {"https://other.example/../d?q", "/d?q"},
                                            {"//other.example/x/..", "/"}})
        EXPECT_EQ(resolve_url(base, reference)->target, target) << reference;
    for (auto const* reference : {"http:d", "file:///d", "javascript:d", "mailto:a@b.example", "a b", "//u@v.example/"})
        EXPECT_FALSE(resolve_url(base, reference)) << reference;
}

TEST(Query, KeepsOrderAndRepeats)
{
    auto query = Query::parse("a=1&b=x%20y&a=2&c");
    ASSERT_TRUE(query);
    EXPECT_EQ(query->find("b"), "x y");
    EXPECT_EQ(query->take("a"), "2");
    EXPECT_EQ(query->str(), "b=x%20y&c=");
}

TEST(Query, RefusesBrokenEscapesAndBytesThatAreNotUtf8)
{
    EXPECT_FALSE(Query::parse("a=%f"));
    EXPECT_FALSE(Query::parse("a=%ff"));
    EXPECT_TRUE(Query::parse(""));
}

} // namespace
} // namespace sluice::http
