#include "tenancy/permissions.hpp"

#include <gtest/gtest.h>

namespace sluice::tenancy {
namespace {

TEST(Permissions, AreListedInTheOrderOfTheirNumbers)
{
    for (std::size_t i = 0; i < kPermissions.size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(kPermissions[i].permission), i) << kPermissions[i].name;
    for (std::size_t i = 0; i < kRoles.size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(kRoles[i].role), i) << kRoles[i].name;
}

TEST(Permissions, OfAStrongerRoleIncludeThoseOfAWeakerOne)
{
    for (std::size_t i = 1; i < kRoles.size(); ++i)
        EXPECT_TRUE(kRoles[i].permissions.without(kRoles[i - 1].permissions).empty()) << kRoles[i].name;
}

TEST(Permissions, OfAViewerChangeNothingAndCallNobody)
{
    for (auto const& name : traits_of(Role::viewer).permissions.names())
        EXPECT_TRUE(name.ends_with(":read")) << name;
    EXPECT_FALSE(traits_of(Role::viewer).permissions.has(Permission::calls_read));
    EXPECT_FALSE(traits_of(Role::viewer).permissions.has(Permission::audit_read));
}

/// A token that could make another token could outlive its own end.
TEST(Permissions, OfTokensAreOfOneEnvironmentAndMakeNoOtherToken)
{
    EXPECT_FALSE(kOfTokens.has(Permission::api_tokens_write));
    EXPECT_TRUE((kOfTokens & kTeamwide).empty());
    for (auto const& scope : kScopes)
        EXPECT_TRUE(scope.permissions.without(kOfTokens).empty()) << scope.name;
}

TEST(Permissions, OfScopesAreThoseOfAll)
{
    EXPECT_EQ(permissions_of_scopes({"full"}), kOfTokens);
    EXPECT_EQ(permissions_of_scopes({"data_plane", "logs:read"}),
              (Permissions{Permission::calls_read, Permission::calls_write, Permission::logs_read}));
    EXPECT_FALSE(permissions_of_scopes({"no_credentials"})->has(Permission::credentials_write));
    EXPECT_FALSE(permissions_of_scopes({"read_only"})->has(Permission::calls_write));
}

TEST(Permissions, AScopeThatNoTokenMayHaveIsRefusedWhereItStands)
{
    for (auto const* const wrong : {"people:write", "api_tokens:write", "audit:read", "everything", "", "FULL"}) {
        auto const read = permissions_of_scopes({"full", wrong});
        ASSERT_FALSE(read) << wrong;
        ASSERT_EQ(read.error().failures().size(), 1U);
        EXPECT_EQ(read.error().failures()[0].path, "scopes[1]");
        EXPECT_NE(read.error().failures()[0].message.find("data_plane"), std::string::npos);
    }
    EXPECT_EQ(permissions_of_scopes({}).error().failures().at(0).path, "scopes");
}

TEST(Permissions, WhatIsMissingIsNamed)
{
    auto const refused = check_permission({Permission::logs_read}, Permission::webhooks_write);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::forbidden);
    EXPECT_NE(std::string(refused.error().public_detail()).find("webhooks:write"), std::string::npos);
    EXPECT_TRUE(check_permission({Permission::logs_read}, Permission::logs_read));
}

TEST(Permissions, RolesAreFoundByTheirNames)
{
    for (auto const& role : kRoles)
        EXPECT_EQ(role_of(role.name), role.role);
    EXPECT_EQ(role_of("root"), std::nullopt);
}

} // namespace
} // namespace sluice::tenancy
