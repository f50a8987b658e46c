#include "accounts/oauth.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

Timestamp const kNow = *parse_timestamp("2026-11-20T12:00:00Z");

http::Response answer(int status, std::string body)
{
    return http::json_response(status, std::move(body));
}

Context with_token(std::string expires_at, std::string refresh_token)
{
    Context context;
    context.secret["oauth"] = json::object{
        {"token", json::object{{"access_token", "a"}, {"refresh_token", refresh_token}, {"expires_at", expires_at}}}};
    return context;
}

TEST(TokenAnswer, GivesTokensLifetimeAndScopes)
{
    auto const grant = read_token_answer(
        "V",
        answer(200,
               R"({"access_token":"a","refresh_token":"r","expires_in":86400,"scope":"x y","token_type":"Bearer"})"));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->access_token.reveal(), "a");
    EXPECT_EQ(grant->refresh_token.reveal(), "r");
    EXPECT_EQ(grant->lifetime, hours(24));
    EXPECT_EQ(grant->scopes, (std::vector<std::string>{"x", "y"}));
}

TEST(TokenAnswer, OnlyInvalidGrantMeansThatTheConnectionIsDead)
{
    EXPECT_EQ(read_token_answer("V", answer(400, R"({"error":"invalid_grant"})")).error().code(),
              ErrorCode::reauth_needed);
    EXPECT_EQ(read_token_answer("V", answer(401, R"({"error":"invalid_client"})")).error().code(),
              ErrorCode::forbidden);
    for (auto const* body :
         {"", "<html>", "[]", "{}", R"({"error":"server_error"})", R"({"access_token":""})",
          R"({"access_token":"a b"})", R"({"access_token":5})", "{\"access_token\":\"a\\r\\nx: y\"}"})
        for (int const status : {200, 400, 503})
            EXPECT_EQ(read_token_answer("V", answer(status, body)).error().code(), ErrorCode::upstream_failed) << body;
}

TEST(TokenAnswer, ShowsNoMoreOfTheVendorsTextThanAnErrorCode)
{
    auto const refused = read_token_answer("V", answer(400, R"({"error":"<script>alert(1)</script>"})"));
    EXPECT_EQ(refused.error().public_detail().find("script"), std::string::npos);
}

TEST(TokenRequest, AuthenticatesByBasicWithFormEncodedParts)
{
    catalog::OAuth oauth;
    http::Query form;
    form.add("grant_type", "refresh_token");
    auto const request = token_request(oauth, "https://v.example/token", {"my id", Secret{"s:e/c"}}, form);
    EXPECT_EQ(request.headers.find("authorization"), "Basic " + base64(bytes_of("my%20id:s%3Ae%2Fc")));
    EXPECT_EQ(request.body, "grant_type=refresh_token");
}

TEST(TokenRequest, AuthenticatesInTheBodyWhereTheVendorWantsIt)
{
    catalog::OAuth oauth;
    oauth.client_authentication = catalog::OAuth::ClientAuthentication::body;
    auto const request = token_request(oauth, "https://v.example/token", {"id", Secret{"s"}}, {});
    EXPECT_FALSE(request.headers.find("authorization"));
    EXPECT_EQ(request.body, "client_id=id&client_secret=s");
}

TEST(Grant, KeepsTheRefreshTokenWhereNoneComesBack)
{
    Account account;
    auto context = with_token("2026-11-20T12:00:00Z", "old");
    TokenGrant grant;
    grant.access_token = Secret{"new"};
    grant.lifetime = hours(1);
    apply_grant(grant, kNow, 0.5, account, context);
    auto const& token = context.secret["oauth"].as_object()["token"].as_object();
    EXPECT_EQ(token.at("access_token"), "new");
    EXPECT_EQ(token.at("refresh_token"), "old");
    EXPECT_EQ(account.access_expires_at, kNow + hours(1));
}

TEST(Plan, RenewsBetweenOneAndThreeMinutesAheadOrAQuarterOfAShortLife)
{
    for (double const jitter : {0.0, 0.3, 0.99}) {
        Account account;
        plan_refresh(kNow, jitter, account, with_token("2026-11-21T12:00:00Z", "r"));
        auto const ahead = *account.access_expires_at - *account.refresh_due_at;
        EXPECT_GE(ahead, seconds(60));
        EXPECT_LE(ahead, seconds(180));
        plan_refresh(kNow, jitter, account, with_token("2026-11-20T12:01:00Z", "r"));
        auto const short_ahead = *account.access_expires_at - *account.refresh_due_at;
        EXPECT_LE(short_ahead, seconds(15));
        EXPECT_GE(short_ahead, seconds(11));
    }
}

TEST(Plan, HasNoTimeForWhatCannotBeRenewed)
{
    Account account;
    plan_refresh(kNow, 0.5, account, with_token("2026-11-21T12:00:00Z", ""));
    EXPECT_TRUE(account.access_expires_at);
    EXPECT_FALSE(account.refresh_due_at);
    plan_refresh(kNow, 0.5, account, Context{});
    EXPECT_FALSE(account.access_expires_at);
}

} // namespace
} // namespace sluice::accounts
