// Whose request it is, by what trusted proxies say.
#include "http_api/client_address.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using Lines = std::vector<std::pair<char const*, std::string>>;

/// 10.0.0.0/8 and fd00::/8 are trusted.
std::string client_of(Lines const& lines, char const* peer = "10.0.0.1")
{
    static auto const kTrusted = *Networks::parse({"10.0.0.0/8", "fd00::/8"});
    Headers headers;
    for (auto const& [name, value] : lines)
        headers.add(name, value);
    return text_of(find_client(headers, as_v6(boost::asio::ip::make_address(peer)), kTrusted));
}

std::string by_list(std::string value)
{
    return client_of({{"X-Forwarded-For", std::move(value)}});
}

std::string by_forwarded(std::string value)
{
    return client_of({{"Forwarded", std::move(value)}});
}

TEST(FindClient, ThePeerIsTheClientIfNothingIsSaid)
{
    EXPECT_EQ(client_of({{"host", "a"}}), "10.0.0.1");
}

TEST(FindClient, NobodyIsBelievedWhoIsNotTrusted)
{
    EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6"}, {"Forwarded", "for=6.6.6.6"}}, "192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6"}}, "2001:db8::1"), "2001:db8::1");
}

TEST(FindClient, IsTheLastHopThatIsNotTrusted)
{
    EXPECT_EQ(by_list("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(by_list("192.0.2.1, 10.0.0.2"), "192.0.2.1");
    EXPECT_EQ(by_list("6.6.6.6, 192.0.2.1 ,10.0.0.3,\t10.0.0.2"), "192.0.2.1") << "the client itself said 6.6.6.6";
    EXPECT_EQ(by_list("10.9.9.9, 192.0.2.1, 10.0.0.2"), "192.0.2.1") << "nor is what it says of a trusted one believed";
    EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6, 192.0.2.1"}}, "fd00::1"), "192.0.2.1");
}

TEST(FindClient, IsTheFirstHopIfAllAreTrusted)
{
    EXPECT_EQ(by_list("10.0.0.4, 10.0.0.3, 10.0.0.2"), "10.0.0.4");
    EXPECT_EQ(by_forwarded("for=10.0.0.4, for=10.0.0.3"), "10.0.0.4");
}

TEST(FindClient, FieldsOfOneNameAreOneList)
{
    EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6"},
                         {"x-forwarded-for", "192.0.2.1, 10.0.0.3"},
                         {"cookie", "a"},
                         {"X-FORWARDED-FOR", "10.0.0.2"}}),
              "192.0.2.1");
    EXPECT_EQ(client_of({{"Forwarded", "for=6.6.6.6, for=192.0.2.1"}, {"Forwarded", "for=10.0.0.2"}}), "192.0.2.1");
}

TEST(FindClient, AddressesAreReadInEveryForm)
{
    for (auto const* text : {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711", "2001:DB8:0:0::1"})
        EXPECT_EQ(by_list(text), "2001:db8::1") << text;
    for (auto const* text : {"192.0.2.1:80", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:65535"})
        EXPECT_EQ(by_list(text), "192.0.2.1") << text;
    for (auto const* text : {"for=192.0.2.1", "For=\"192.0.2.1:80\"", "by=10.0.0.1; FOR=192.0.2.1 ;proto=https;",
                             "proto=\"a;for=6.6.6.6,b\";for=\"192.0.2.1\"", "host=\"a, for=6.6.6.6\";for=192.0.2.1"})
        EXPECT_EQ(by_forwarded(text), "192.0.2.1") << text;
    for (auto const* text : {"for=\"[2001:db8::1]\"", "for=\"[2001:db8::1]:4711\";proto=http"})
        EXPECT_EQ(by_forwarded(text), "2001:db8::1") << text;
}

TEST(FindClient, AHopThatNamesNoAddressEndsTheWalk)
{
    for (std::string const hop : {"unknown",
                                  "_hidden",
                                  "",
                                  "unix:",
                                  "192.0.2",
                                  "192.0.2.256",
                                  "192.0.2.1:",
                                  "192.0.2.1:65536",
                                  "192.0.2.1:a",
                                  "192.0.2.1:-1",
                                  "192.0.2.1:_p",
                                  "[192.0.2.1]",
                                  "[2001:db8::1",
                                  "2001:db8::1]",
                                  "[2001:db8::1]80",
                                  "[]",
                                  "fe80::1%eth0",
                                  "\"192.0.2.1\"",
                                  "192.0.2.1 192.0.2.2",
                                  "0x7f000001",
                                  "01.2.3.4",
                                  "example.com"}) {
        EXPECT_EQ(by_list("6.6.6.6, " + hop), "10.0.0.1") << hop;
        EXPECT_EQ(by_list("6.6.6.6, " + hop + ", 10.0.0.2"), "10.0.0.2") << hop;
        EXPECT_EQ(by_list(std::string(5000, '1') + ", " + hop), "10.0.0.1") << hop;
    }
    EXPECT_EQ(by_list(std::string(5000, '1')), "10.0.0.1");
    for (std::string const element :
         {"for=unknown", "for=\"_hidden\"", "for=", "for", "", ";", "proto=https", "for=192.0.2.1;for=192.0.2.2",
          "for=192.0.2.1;for", "for=\"192.0.2.1", "for=192.0.2.1\"", "for=\"192.0.2.1\\\"\"", "for=\"\\192.0.2.1\"",
          "for =192.0.2.1", "for= 192.0.2.1"}) {
        EXPECT_EQ(by_forwarded("for=6.6.6.6, " + element), "10.0.0.1") << element;
        EXPECT_EQ(by_forwarded("for=6.6.6.6, " + element + ", for=10.0.0.2"), "10.0.0.2") << element;
    }
}

TEST(FindClient, WhatAClientSaysCannotSwallowWhatAProxySays)
{
    for (std::string const said :
         {"for=\"", "for=6.6.6.6;by=\"", "for=6.6.6.6, for=\"a", "\"", "\\", "for=\"\\", "\"\""})
        for (std::string const added : {"for=192.0.2.1", "for=\"192.0.2.1:80\"", "for=192.0.2.1;by=\"[fd00::1]\""})
            EXPECT_EQ(by_forwarded(said + ", " + added), "192.0.2.1") << said << " | " << added;
}

TEST(FindClient, TwoFieldsAreBelievedOnlyWhereTheyAgree)
{
    EXPECT_EQ(client_of({{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "6.6.6.6, 192.0.2.1"}}), "192.0.2.1");
    EXPECT_EQ(client_of({{"Forwarded", "for=6.6.6.6"}, {"X-Forwarded-For", "192.0.2.1"}}), "10.0.0.1");
    EXPECT_EQ(client_of({{"X-Forwarded-For", "6.6.6.6"}, {"Forwarded", "for=192.0.2.1"}}), "10.0.0.1");
    EXPECT_EQ(client_of({{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=unknown"}}), "10.0.0.1");
}

TEST(FindClient, LooksAtNoMoreThanThirtyTwoHops)
{
    auto const trusted = [](int hops) {
        std::string list;
        for (int i = 0; i < hops; ++i)
            list += ", 10.0.0." + std::to_string(i + 2);
        return list;
    };
    EXPECT_EQ(by_list("192.0.2.1" + trusted(31)), "192.0.2.1");
    EXPECT_EQ(by_list("192.0.2.1" + trusted(32)), "10.0.0.2");
    EXPECT_EQ(by_list("192.0.2.1" + trusted(200)), "10.0.0.170");
}

} // namespace
} // namespace sluice::http
