#include "api/hosts.hpp"

#include <gtest/gtest.h>

namespace sluice::api {
namespace {

TEST(HostsTest, NamesCompareWithoutCasePortAndFinalDot)
{
    for (auto const* field : {"mcp.example", "MCP.example", "mcp.example:8443", "mcp.example.", "Mcp.Example.:443"})
        EXPECT_EQ(host_name(field), "mcp.example") << field;
    EXPECT_EQ(host_name("[::1]:8080"), "[::1]");
    EXPECT_EQ(host_name("[::1]"), "[::1]");
    EXPECT_EQ(host_name("127.0.0.1:8080"), "127.0.0.1");
}

TEST(HostsTest, EachHostServesItsOwnOnly)
{
    Hosts const hosts("https://api.example", "https://mcp.example:8443");

    EXPECT_TRUE(hosts.serves("api.example", false));
    EXPECT_FALSE(hosts.serves("api.example", true));
    EXPECT_TRUE(hosts.serves("MCP.example.:8443", true));
    EXPECT_TRUE(hosts.serves("mcp.example", true));
    for (auto const* field : {"mcp.example", "MCP.example", "mcp.example:1", "mcp.example.:8443"})
        EXPECT_FALSE(hosts.serves(field, false)) << field;
    for (auto const* field : {"other.example", "", "127.0.0.1:8080", "api.example.evil.example", "mcp.example:x"}) {
        EXPECT_FALSE(hosts.serves(field, false)) << field;
        EXPECT_FALSE(hosts.serves(field, true)) << field;
    }
}

TEST(HostsTest, AnyNameWillDoWhereMcpHasNoHostOfItsOwn)
{
    for (auto const* mcp_url : {"http://127.0.0.1:8080", "http://127.0.0.1:9000"}) {
        Hosts const hosts("http://127.0.0.1:8080", mcp_url);
        EXPECT_TRUE(hosts.serves("localhost:8080", false));
        EXPECT_TRUE(hosts.serves("sluice.internal", true));
    }
}

} // namespace
} // namespace sluice::api
