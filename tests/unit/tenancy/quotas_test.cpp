#include "tenancy/quotas.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice::tenancy {
namespace {

TEST(QuotasTest, EachIsFoundByItsName)
{
    std::set<std::string_view> names;
    for (auto const& traits : kQuotas) {
        EXPECT_EQ(quota_of(traits.name), traits.quota);
        EXPECT_EQ(traits_of(traits.quota).name, traits.name);
        names.insert(traits.name);
    }
    EXPECT_EQ(names.size(), kQuotas.size());
    EXPECT_FALSE(quota_of(""));
    EXPECT_FALSE(quota_of("webhook"));
}

TEST(QuotasTest, AConfigBeginsWithTheStandardNumbers)
{
    QuotaConfig quotas;
    EXPECT_EQ(quotas.of(Quota::accounts), 1'000'000);
    EXPECT_EQ(quotas.of(Quota::webhooks), 50);
    quotas.of(Quota::webhooks) = 0;
    EXPECT_EQ(quotas.of(Quota::webhooks), 0);
    EXPECT_EQ(quotas.of(Quota::notification_destinations), 20);
}

TEST(QuotasTest, ARefusalSaysWhichQuotaHowMuchAndWhatToDo)
{
    auto const refused = quota_reached({Quota::mcp_servers, 12, 10, true});
    EXPECT_EQ(refused.code(), ErrorCode::conflict);
    EXPECT_EQ(refused.public_detail(),
              "This environment has 12 MCP servers, and its quota `mcp_servers` allows 10. Delete some, or ask the "
              "operator of this Sluice for more: `sluice environment quota TEAM ENVIRONMENT mcp_servers N`.");
}

TEST(QuotasTest, StreamsComeAndGoSoTheirRefusalIsOfTheMoment)
{
    auto const refused = quota_reached({Quota::streams, 2'000, 2'000, false});
    EXPECT_EQ(refused.code(), ErrorCode::rate_limited);
    EXPECT_NE(refused.public_detail().find("without /sse"), std::string::npos);
}

} // namespace
} // namespace sluice::tenancy
