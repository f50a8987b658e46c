// What counts as a header of the PROXY protocol, and what it says.
#include "http_server/proxy_protocol.hpp"

#include "http_api/networks.hpp"
#include "proxy_headers.hpp"

#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using State = ProxyHeader::State;
using test::binary_header;
using test::kLocal;
using test::kProxied;
using test::kTcp4;
using test::kTcp6;

std::string const kAddresses4 = test::addresses4("\xc0\x00\x02\x01");
std::string const kAddresses6 = test::addresses6("\x20\x01\x0d\xb8");

/// The source that a header names; `none`, `incomplete` or `broken`.
std::string source_of(std::string_view bytes)
{
    auto const header = parse_proxy_header(bytes);
    if (header.state != State::whole)
        return header.state == State::broken ? "broken" : "incomplete";
    return header.source ? text_of(*header.source) : "none";
}

TEST(ProxyHeader, NamesWhereAConnectionComesFrom)
{
    EXPECT_EQ(source_of("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n"), "192.0.2.1");
    EXPECT_EQ(source_of("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255");
    EXPECT_EQ(source_of("PROXY TCP6 2001:db8::1 fd00::1 0 443\r\n"), "2001:db8::1");
    EXPECT_EQ(source_of("PROXY TCP6 ::ffff:192.0.2.1 fd00::1 1 443\r\n"), "192.0.2.1");
    EXPECT_EQ(source_of(binary_header(kProxied, kTcp4, kAddresses4)), "192.0.2.1");
    EXPECT_EQ(source_of(binary_header(kProxied, kTcp6, kAddresses6)), "2001:db8::");
}

TEST(ProxyHeader, NamesNobodyForAConnectionOfTheLoadBalancersOwn)
{
    for (std::string const line :
         {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", "PROXY UNKNOWN anything, at  all\r\n"})
        EXPECT_EQ(source_of(line), "none") << line;
    EXPECT_EQ(source_of(binary_header(kLocal, 0, "")), "none");
    EXPECT_EQ(source_of(binary_header(kLocal, kTcp4, kAddresses4)), "none");
    EXPECT_EQ(source_of(binary_header(kLocal, 0x77, "abc")), "none") << "nothing of a local one has a meaning";
    EXPECT_EQ(source_of(binary_header(kProxied, 0, "")), "none");
    EXPECT_EQ(source_of(binary_header(kProxied, 0x31, std::string(216, 'x'))), "none");
}

TEST(ProxyHeader, WhatIsBesideTheAddressesIsSkipped)
{
    auto const with_more = binary_header(kProxied, kTcp4, kAddresses4 + std::string("\x03\x00\x04\x01\x02\x03\x04", 7));
    auto const header = parse_proxy_header(with_more + "GET / HTTP/1.1\r\n");
    EXPECT_EQ(header.state, State::whole);
    EXPECT_EQ(header.size, with_more.size());
    auto const largest = binary_header(kProxied, kTcp4, kAddresses4 + std::string(kLongestProxyHeader - 28, 'x'));
    EXPECT_EQ(source_of(largest), "192.0.2.1");
    EXPECT_EQ(parse_proxy_header(largest).size, kLongestProxyHeader);
}

TEST(ProxyHeader, IsIncompleteUntilItsLastByte)
{
    for (auto const& whole : {std::string("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n"),
                              std::string("PROXY UNKNOWN\r\n"), binary_header(kProxied, kTcp4, kAddresses4 + "more"),
                              binary_header(kProxied, kTcp6, kAddresses6), binary_header(kLocal, 0, "")}) {
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_EQ(source_of(whole.substr(0, size)), "incomplete") << whole << " " << size;
        EXPECT_EQ(parse_proxy_header(whole + "PROXY").size, whole.size());
    }
}

TEST(ProxyHeader, WhatIsNoneIsBrokenAtItsFirstWrongByte)
{
    for (std::string const bytes :
         {"G", "\x16\x03\x01", "PA", "PROXy ", "PROXY\t", "\r\n\r\n\r", "\n", " PROXY", "proxy"})
        EXPECT_EQ(source_of(bytes), "broken") << bytes;
}

TEST(ProxyHeader, LinesThatAreNotExactAreBroken)
{
    for (std::string const line : {"",
                                   " ",
                                   "TCP4",
                                   "TCP4 ",
                                   "TCP4 192.0.2.1 10.0.0.1 1",
                                   "TCP4 192.0.2.1 10.0.0.1 1 ",
                                   "TCP4 192.0.2.1 10.0.0.1 1 2 ",
                                   "TCP4 192.0.2.1 10.0.0.1 1 2 3",
                                   "TCP4  192.0.2.1 10.0.0.1 1 2",
                                   "TCP4 192.0.2.1 10.0.0.1 1 65536",
                                   "TCP4 192.0.2.1 10.0.0.1 01 2",
                                   "TCP4 192.0.2.1 10.0.0.1 -1 2",
                                   "TCP4 192.0.2.1 10.0.0.1 1 a",
                                   "TCP4 192.0.2 10.0.0.1 1 2",
                                   "TCP4 2001:db8::1 fd00::1 1 2",
                                   "TCP6 192.0.2.1 10.0.0.1 1 2",
                                   "TCP4 192.0.2.1 fd00::1 1 2",
                                   "TCP6 fe80::1%1 fd00::1 1 2",
                                   "TCP6 [2001:db8::1] fd00::1 1 2",
                                   "TCP4\t192.0.2.1",
                                   "tcp4 192.0.2.1 10.0.0.1 1 2",
                                   "UDP4 192.0.2.1 10.0.0.1 1 2",
                                   "UNKNOWNS",
                                   "TCP4 192.0.2.1\n10.0.0.1 1 2"})
        EXPECT_EQ(source_of("PROXY " + line + "\r\n"), "broken") << line;
    EXPECT_EQ(source_of("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "none") << "107 bytes";
    EXPECT_EQ(source_of("PROXY UNKNOWN " + std::string(92, 'x') + "\r"), "broken") << "a longer one is not waited for";
}

TEST(ProxyHeader, BinaryOnesThatAreNotExactAreBroken)
{
    EXPECT_EQ(source_of(binary_header(0x11, kTcp4, kAddresses4)), "broken") << "version 1";
    EXPECT_EQ(source_of(binary_header(0x22, kTcp4, kAddresses4)), "broken") << "a command that is none";
    EXPECT_EQ(source_of(binary_header(kProxied, 0x12, kAddresses4)), "broken") << "UDP";
    EXPECT_EQ(source_of(binary_header(kProxied, 0x41, kAddresses4)), "broken") << "a family that is none";
    EXPECT_EQ(source_of(binary_header(kProxied, kTcp4, kAddresses4.substr(1))), "broken");
    EXPECT_EQ(source_of(binary_header(kProxied, kTcp6, kAddresses6.substr(1))), "broken");
    EXPECT_EQ(source_of(binary_header(kLocal, 0, std::string(kLongestProxyHeader - 15, 'x')).substr(0, 16)), "broken")
        << "what is too long is not waited for";
}

TEST(ProxyHeader, AnyBytesAreReadWithinTheirSize)
{
    std::mt19937 random(1); // The same bytes at each run.
    std::string const starts[] = {
        "PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n", "PROXY TCP6 2001:db8::1 fd00::1 0 443\r\n",
        binary_header(kProxied, kTcp4, kAddresses4 + "more"), binary_header(kProxied, kTcp6, kAddresses6)};
    for (int i = 0; i < 20'000; ++i) {
        auto bytes = starts[random() % std::size(starts)];
        for (auto changes = random() % 4; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        auto const header = parse_proxy_header(bytes);
        EXPECT_EQ(header.state == State::whole, header.size > 0);
        EXPECT_LE(header.size, bytes.size());
        EXPECT_FALSE(header.source && header.state != State::whole);
    }
}

} // namespace
} // namespace sluice::http
