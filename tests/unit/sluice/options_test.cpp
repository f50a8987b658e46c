#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

using Failures = std::map<std::string, std::string>;

/// What is wrong with a file, by setting. The environment says nothing.
Failures failures_of(std::string const& yaml)
{
    for (auto const& name : config::sluice_variables())
        ::unsetenv(name.c_str());
    auto const path = testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
    std::ofstream(path) << yaml;
    Options options;
    auto const loaded = options.load(path);
    std::remove(path.c_str());
    Failures failures;
    if (!loaded)
        for (auto const& [where, message] : loaded.error().failures())
            failures[where] = message;
    return failures;
}

TEST(Options, EveryAddressThatIsNoneIsNamedAtOnce)
{
    constexpr auto kMust = "must be an IP address, such as 127.0.0.1 or 0.0.0.0";

    EXPECT_EQ(failures_of("listen: {address: localhost}\nmanagement: {address: localhost}\nworker: {address: a b}\n"),
              (Failures{{"listen.address", kMust}, {"management.address", kMust}, {"worker.address", kMust}}));
    EXPECT_EQ(failures_of("listen: {address: '::'}\nworker: {address: 0.0.0.0}\n"), Failures{});
}

TEST(Options, OnePortForTheApiAndItsManagementIsRefused)
{
    for (std::string const address : {"127.0.0.1", "0.0.0.0", "'::'"}) {
        auto const failures = failures_of("listen: {port: 8082, address: " + address + "}\nmanagement: {port: 8082}\n");

        EXPECT_EQ(failures, (Failures{{"management.port", "is 8082 as listen.port: each needs a port of its own"}}));
    }
    EXPECT_EQ(failures_of("listen: {port: 8082, address: 127.0.0.2}\nmanagement: {port: 8082}\n"), Failures{});
    EXPECT_EQ(failures_of("listen: {port: 0}\nmanagement: {port: 0}\n"), Failures{});
}

TEST(Options, NameServersAreAddresses)
{
    for (std::string const good : {"1.2.3.4", "1.2.3.4:53", "'::1'", "'[::1]'", "'[fd00::2]:5353,1.1.1.1'", "''"})
        EXPECT_EQ(failures_of("vendor: {name_servers: " + good + "}\n"), Failures{}) << good;
    for (std::string const bad :
         {"foo", "1.2.3.4:99999", "1.2.3.4:0", "'1.2.3.4:'", "'[::1'", "'[::1]53'", "'[1.2.3.4]:53'",
          "'1.1.1.1,,2.2.2.2'", "'1.1.1.1,'", "'1.1.1.1, 2.2.2.2'", "'[::1]:5a'"})
        EXPECT_TRUE(failures_of("vendor: {name_servers: " + bad + "}\n").contains("vendor.name_servers")) << bad;
}

TEST(Options, PlacesOfOursAreUrls)
{
    for (std::string const bad : {"nonsense", "ftp://x", "https://", "'https://a b'", "https://a:99999", "https://u@a",
                                  "'https://a/?b=c'", "'https://a/#b'"}) {
        auto const failures = failures_of("public_url: " + bad + "\nmcp: {url: " + bad + "}\n");

        EXPECT_TRUE(failures.contains("public_url")) << bad;
        EXPECT_TRUE(failures.contains("mcp.url")) << bad;
    }
    EXPECT_EQ(failures_of("public_url: https://a.example:8443/api/\nmcp: {url: ''}\n"), Failures{});
    EXPECT_TRUE(failures_of("public_url: ''\n").contains("public_url"));
}

TEST(Options, WhatMayBeCalledIsChecked)
{
    EXPECT_EQ(
        failures_of("egress: {allow: [10.0.0.0/8, localhost]}\n"),
        (Failures{{"egress.allow", "must look like 127.0.0.1:8090, 10.0.0.0/8, [::1]:9000 or fd00::/8 (localhost)"}}));
}

TEST(Options, WhoIsTrustedIsChecked)
{
    EXPECT_EQ(failures_of("server: {trusted_proxies: [10.0.0.0/8, '10.0.0.0/33']}\n"),
              (Failures{{"server.trusted_proxies",
                         "must be a network or an address, such as 10.0.0.0/8, fd00::/8 or 192.0.2.1 (10.0.0.0/33)"}}));
    EXPECT_EQ(failures_of("server: {trusted_proxies: [10.0.0.0/8, 'fd00::/8', 192.0.2.1], proxy_protocol: true}\n"),
              Failures{});
}

TEST(Options, AProxyProtocolThatNobodyMaySpeakIsRefused)
{
    EXPECT_EQ(failures_of("server: {proxy_protocol: true}\n"),
              (Failures{{"server.proxy_protocol", "needs server.trusted_proxies: every connection would be closed"}}));
}

TEST(Options, AShareOfMemoryIsNoMoreThanAll)
{
    EXPECT_EQ(failures_of("limits: {body_memory: 32}\n"),
              (Failures{{"limits.body_memory_share", "is 64, more than limits.body_memory (32)"}}));
    EXPECT_EQ(failures_of("limits: {body_memory: 32, body_memory_share: 32}\n"), Failures{});
}

TEST(Options, OnlyWhoIsReachedFromThisMachineHasAClockThatCanBeMoved)
{
    std::string const moved = "clock: {offset_file: /tmp/x}\n";
    Failures const refused{{"clock.offset_file", "is for tests: public_url and mcp.url must be at 127.0.0.1"}};

    EXPECT_EQ(failures_of(moved), Failures{});
    EXPECT_EQ(failures_of(moved + "public_url: http://127.0.0.1:9000\nmcp: {url: http://127.0.0.1:9001}\n"),
              Failures{});
    EXPECT_EQ(failures_of(moved + "public_url: https://sluice.example\n"), refused);
    EXPECT_EQ(failures_of(moved + "mcp: {url: https://mcp.example}\n"), refused);
    EXPECT_EQ(failures_of("public_url: https://sluice.example\n"), Failures{});
}

TEST(Options, AQuotaIsANumberOfRows)
{
    EXPECT_EQ(failures_of("quotas: {webhooks: 0, accounts: 1000000000, streams: 5}\n"), Failures{});
    auto const failures = failures_of("quotas: {webhooks: -1, documents: many, teams: 3}\n");

    EXPECT_EQ(failures.size(), 3U);
    EXPECT_TRUE(failures.contains("quotas.webhooks") && failures.contains("quotas.documents"));
}

TEST(Options, WhatSettingsSayOfEachOtherIsToldWithTheRest)
{
    auto const failures = failures_of("limits: {body_memory: 32}\nlog: {level: loud}\ncolour: red\n");

    EXPECT_EQ(failures.size(), 3U);
    EXPECT_TRUE(failures.contains("limits.body_memory_share") && failures.contains("log.level"));
}

} // namespace
} // namespace sluice
