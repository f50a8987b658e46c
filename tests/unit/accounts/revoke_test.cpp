#include "accounts/revoke.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using catalog::test::replaced;

/// An account by OAuth of a desk that revokes tokens.
class RevokeTest : public ::testing::Test {
protected:
    RevokeTest()
        : desk_(replaced(catalog::test::kManifest, "    token_url: \"{{base_url}}/oauth/token\"\n",
                         "    token_url: \"{{base_url}}/oauth/token\"\n"
                         "    revoke_url: \"{{base_url}}/oauth/revoke\"\n"))
    {
        auto& installed = desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}];
        installed.override = json::parse(R"({"base_url":"https://acme.desk.example",
            "credentials":{"oauth2":{"client_id":"app"}}})")
                                 ->get_object();
        auto const place = app_place(EnvironmentIntegrationId{Uuid{8}});
        auto const& key = desk_.rows.key_of(desk_.environment);
        installed.app_secret = SealedSecret{key, place, key.seal(place, "app-secret")};
    }
    Result<void> revoked(std::string_view token, std::string method = "oauth2")
    {
        auto const id = desk_.connect();
        auto row = desk_.rows.rows.at({desk_.environment, id}).account;
        row.authentication_method = std::move(method);
        Context context{row.context, {}};
        context.secret["oauth"] = json::object{{"token", json::parse(token).value()}};
        context.secret["api_key"] = "k";
        desk_.rows.put(row, context);
        return test::run_on(desk_.io, revoke(desk_.vendor, desk_.callable(id), test::soon()));
    }

    test::DeskCalls desk_;
};

TEST_F(RevokeTest, EndsTheGrantByItsRefreshToken)
{
    desk_.vendor.answer(200);
    EXPECT_TRUE(revoked(R"({"access_token":"a","refresh_token":"r"})"));
    ASSERT_EQ(desk_.vendor.requests.size(), 1U);
    auto const& request = desk_.vendor.requests.front();
    EXPECT_EQ(request.url, "https://acme.desk.example/oauth/revoke");
    EXPECT_EQ(request.method, http::Method::post);
    EXPECT_TRUE(request.body.starts_with("token=r")) << request.body;
    EXPECT_EQ(request.owner.environment, desk_.environment);
    EXPECT_FALSE(request.tls);
}

TEST_F(RevokeTest, ShowsTheCertificateOfTheInstallation)
{
    desk_.rows.show_certificate(desk_.environment, EnvironmentIntegrationId{Uuid{8}});
    desk_.vendor.answer(200);
    EXPECT_TRUE(revoked(R"({"access_token":"a"})"));
    ASSERT_TRUE(desk_.vendor.requests.at(0).tls);
    EXPECT_EQ(desk_.vendor.requests.at(0).tls->certificate, "our-certificate");
}

TEST_F(RevokeTest, EndsTheAccessTokenWhereThereIsNoOther)
{
    desk_.vendor.answer(400, R"({"error":"invalid_token"})");
    EXPECT_TRUE(revoked(R"({"access_token":"a"})")) << "a token that is dead already is no error";
    ASSERT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_TRUE(desk_.vendor.requests.front().body.starts_with("token=a"));
}

TEST_F(RevokeTest, SaysThatTheVendorWasNotReached)
{
    desk_.vendor.fail({ErrorCode::upstream_unreachable, "No way."});
    EXPECT_EQ(revoked(R"({"access_token":"a"})").error().code(), ErrorCode::upstream_unreachable);
}

TEST_F(RevokeTest, AsksNobodyWithoutATokenOrAnEndpoint)
{
    EXPECT_TRUE(revoked("{}"));
    EXPECT_TRUE(revoked(R"({"access_token":5})"));
    EXPECT_TRUE(revoked(R"({"access_token":"a"})", "api_key"));
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(RevokeTest, NeedsTheApp)
{
    desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}].app_secret.reset();
    EXPECT_EQ(revoked(R"({"access_token":"a"})").error().code(), ErrorCode::forbidden);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

} // namespace
} // namespace sluice::accounts
