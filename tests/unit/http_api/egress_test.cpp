#include "http_api/egress.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

boost::asio::ip::address address(char const* text)
{
    return boost::asio::ip::make_address(text);
}

TEST(EgressPolicy, RefusesEveryAddressThatIsNotPublic)
{
    EgressPolicy const policy;
    for (auto const* text : {"127.0.0.1",
                             "127.8.8.8",
                             "10.0.0.1",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.168.1.1",
                             "169.254.169.254",
                             "100.64.0.1",
                             "0.0.0.0",
                             "255.255.255.255",
                             "224.0.0.1",
                             "198.18.0.1",
                             "192.0.2.1",
                             "::1",
                             "::",
                             "fe80::1",
                             "fe80::1%2",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::ffff:169.254.169.254",
                             "64:ff9b::a00:1",
                             "2002:7f00:1::",
                             "2001:db8::1",
                             "::7f00:1"})
        EXPECT_FALSE(policy.permits(address(text), 443)) << text;
}

TEST(EgressPolicy, PermitsPublicAddressesOverTlsOnly)
{
    EgressPolicy const policy;
    for (auto const* text : {"93.184.216.34", "172.32.0.1", "1.1.1.1", "2606:4700::1111", "::ffff:93.184.216.34"}) {
        EXPECT_TRUE(policy.permits(address(text), 443)) << text;
        EXPECT_FALSE(policy.permits_clear_text(address(text), 80)) << text;
    }
}

TEST(EgressPolicy, PermitsWhatWasAllowedAndOnlyThat)
{
    auto const policy = EgressPolicy::allowing({"127.0.0.1:8090", "10.1.0.0/16", "[::1]:9000", "fd00::/8"});
    ASSERT_TRUE(policy);
    EXPECT_TRUE(policy->permits_clear_text(address("127.0.0.1"), 8090));
    EXPECT_TRUE(policy->permits(address("::ffff:127.0.0.1"), 8090));
    EXPECT_FALSE(policy->permits(address("127.0.0.1"), 8091));
    EXPECT_FALSE(policy->permits(address("127.0.0.2"), 8090));
    EXPECT_TRUE(policy->permits(address("10.1.2.3"), 1));
    EXPECT_FALSE(policy->permits(address("10.2.0.1"), 1));
    EXPECT_TRUE(policy->permits(address("::1"), 9000));
    EXPECT_TRUE(policy->permits(address("fd12::1"), 5));
}

TEST(EgressPolicy, NamesEveryExceptionItCannotRead)
{
    auto const policy = EgressPolicy::allowing({"localhost", "10.0.0.0/33", "127.0.0.1:0", "127.0.0.1:x", "1.2.3.4"});
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().failures().size(), 4U);
}

} // namespace
} // namespace sluice::http
