#include "http_api/networks.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

boost::asio::ip::address_v6 address(char const* text)
{
    return as_v6(boost::asio::ip::make_address(text));
}

TEST(Networks, ContainNothingUnlessItIsNamed)
{
    EXPECT_FALSE(Networks().contains(address("127.0.0.1")));
    EXPECT_FALSE(Networks().contains(address("::1")));
}

TEST(Networks, ContainTheirAddressesInEitherForm)
{
    auto const networks = Networks::parse({"10.1.0.0/16", "192.0.2.7", "fd00::/8", "::ffff:198.51.100.0/120"});
    ASSERT_TRUE(networks);
    for (auto const* inside :
         {"10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "192.0.2.7", "fd00::", "fdff::1", "198.51.100.9"})
        EXPECT_TRUE(networks->contains(address(inside))) << inside;
    for (auto const* outside : {"10.2.0.0", "192.0.2.8", "fe80::1", "::10.1.2.3", "198.51.101.0", "::1"})
        EXPECT_FALSE(networks->contains(address(outside))) << outside;
}

TEST(Networks, ANetworkMayBeNamedByAnyAddressInIt)
{
    EXPECT_TRUE(Networks::parse({"10.1.2.3/8"})->contains(address("10.200.0.1")));
}

TEST(Networks, TheZoneOfAnAddressDoesNotMatter)
{
    EXPECT_TRUE(Networks::parse({"fe80::/10"})->contains(address("fe80::1%2")));
}

TEST(Networks, NameEveryTextThatIsNone)
{
    auto const networks = Networks::parse({"10.0.0.0/33", "localhost", "10.0.0.0/8", "", "10.0.0/8", "::/129",
                                           "10.0.0.0/", "10.0.0.1:80", "10.0.0.0/8 "});
    ASSERT_FALSE(networks);
    EXPECT_EQ(networks.error().failures().size(), 8U);
    EXPECT_EQ(networks.error().failures().front().path, "10.0.0.0/33");
}

TEST(Networks, AnAddressIsWrittenWithoutItsZoneAndAsIPv4WhereItIsOne)
{
    EXPECT_EQ(text_of(address("192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(text_of(address("::ffff:192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(text_of(address("2001:DB8:0::1")), "2001:db8::1");
    EXPECT_EQ(text_of(boost::asio::ip::make_address_v6("fe80::1%2")), "fe80::1");
}

} // namespace
} // namespace sluice::http
