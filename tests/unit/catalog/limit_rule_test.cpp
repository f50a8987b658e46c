// Which rule a definition has for its vendor's rate limits.
#include "catalog/integration.hpp"
#include "ratelimit/vendors.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

constexpr auto kOwnRule = "rate_limit:\n  windows: [{name: account, ratio: {header: x-calls}, drain_s: 20}]\n";
constexpr auto kOwnBase = "https://{{context.subdomain}}.desk.example";

Result<IntegrationPtr> compiled_with(std::string_view rate_limit, std::string_view base_url = kOwnBase)
{
    return compile_text(
        replaced(replaced(kManifest, kOwnRule, std::string(rate_limit)), kOwnBase, std::string(base_url)), kDocument);
}

/// The name of the vendor whose rule the definition has; `none` if it has no rule, `own` if the rule is its own.
std::string rule_of(Result<IntegrationPtr> const& compiled)
{
    if (!compiled)
        return compiled.error().public_detail();
    auto const& integration = **compiled;
    if (integration.limit_vendor == nullptr)
        return integration.rate_limit ? "own" : "none";
    EXPECT_EQ(integration.rate_limit, integration.limit_vendor->rule);
    return integration.limit_vendor->name;
}

TEST(LimitRule, IsThatOfTheVendorThatIsNamed)
{
    EXPECT_EQ(rule_of(compiled_with("rate_limit: github\n")), "github");
    EXPECT_EQ(rule_of(compiled_with("rate_limit: pinterest\n")), "pinterest") << "a vendor without a rule";
}

TEST(LimitRule, IsTheDefinitionsOwn)
{
    EXPECT_EQ(rule_of(compiled_with(kOwnRule)), "own");
    EXPECT_EQ(rule_of(compiled_with(kOwnRule, "https://api.github.com")), "own");
}

TEST(LimitRule, IsThatOfTheHostsVendorIfNothingIsSaid)
{
    EXPECT_EQ(rule_of(compiled_with("", "https://api.github.com")), "github");
    EXPECT_EQ(rule_of(compiled_with("", "https://api.github.com:8443/v3")), "github");
    EXPECT_EQ(rule_of(compiled_with("", "https://{{context.subdomain}}.zendesk.com/api/v2")), "zendesk");
    EXPECT_EQ(rule_of(compiled_with("", "https://eu-{{context.subdomain}}.zendesk.com")), "zendesk");
    EXPECT_EQ(rule_of(compiled_with("")), "none");
    EXPECT_EQ(rule_of(compiled_with("", "https://desk.example/{{context.subdomain}}")), "none");
}

TEST(LimitRule, OfAHostThatIsTheAccountsOwnIsNone)
{
    auto const manifest = replaced(replaced(replaced(kManifest, kOwnRule, ""), kOwnBase, "https://{{context.host}}"),
                                   "context:\n", "context:\n  host: {label: Host, type: host, required: true}\n");
    EXPECT_EQ(rule_of(compile_text(manifest, kDocument)), "none");
}

TEST(LimitRule, IsNoneIfItIsNull)
{
    EXPECT_EQ(rule_of(compiled_with("rate_limit: null\n", "https://api.github.com")), "none");
}

TEST(LimitRule, OfAnUnknownVendorIsRefused)
{
    auto const compiled = compiled_with("rate_limit: git_hub\n");
    ASSERT_FALSE(compiled);
    ASSERT_EQ(compiled.error().failures().size(), 1U);
    EXPECT_TRUE(compiled.error().failures()[0].path.ends_with("rate_limit")) << compiled.error().failures()[0].path;
    EXPECT_TRUE(
        compiled.error().failures()[0].message.starts_with("names no vendor that is known; did you mean github"))
        << compiled.error().failures()[0].message;
    EXPECT_FALSE(compiled_with("rate_limit: 5\n"));
    EXPECT_FALSE(compiled_with("rate_limit: false\n"));
}

TEST(LimitRule, MayBeOverridden)
{
    Definition const definition{*documents::read_source("integration.yaml", kManifest),
                                *documents::read_source("openapi.yaml", kDocument)};
    auto const overridden = [&definition](json::value rate_limit) {
        auto changed = with_override(definition, {{"rate_limit", std::move(rate_limit)}});
        return rule_of(compile(*std::move(changed), builtin_id("desk")));
    };
    EXPECT_EQ(overridden("zendesk"), "zendesk");
    EXPECT_EQ(overridden(nullptr), "none");
    EXPECT_EQ(overridden(json::object{{"default_retry_s", 5}}), "own");
}

} // namespace
} // namespace sluice::catalog
