#include "accounts/oauth.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono;

Timestamp const kNow = *parse_timestamp("2026-11-20T12:00:00Z");

/// All accounts ask one host, with one app.
catalog::OAuth asking(std::string_view token_url)
{
    catalog::OAuth oauth;
    oauth.token_url = *catalog::Template::parse(std::string(token_url));
    return oauth;
}
catalog::OAuth const kShared = asking("https://v.example/token");

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
    auto const read = read_token_answer(
        "V", kShared,
        answer(200,
               R"({"access_token":"a","refresh_token":"r","expires_in":86400,"scope":"x y","token_type":"Bearer"})"));
    ASSERT_EQ(read.kind, TokenAnswer::Kind::granted);
    EXPECT_EQ(read.grant.access_token.reveal(), "a");
    EXPECT_EQ(read.grant.refresh_token.reveal(), "r");
    EXPECT_EQ(read.grant.lifetime, hours(24));
    EXPECT_EQ(read.grant.scopes, (std::vector<std::string>{"x", "y"}));
}

TEST(TokenAnswer, IsReadWhereItIsJsonAtAll)
{
    for (std::string const text :
         {"\xef\xbb\xbf{\"access_token\":\"a\"}", R"({"access_token":"a","name":"cut \ud83d"})",
          "{\"access_token\":\"a\",\"name\":\"Caf\xe9\"}",
          R"({"access_token":"a","id":9400111899223197428490,"n":1e400})"}) {
        auto const read = read_token_answer("V", kShared, answer(200, text));
        ASSERT_EQ(read.kind, TokenAnswer::Kind::granted) << text;
        EXPECT_EQ(read.grant.access_token.reveal(), "a");
    }
    EXPECT_EQ(read_token_answer("V", kShared, answer(400, "\xef\xbb\xbf{\"error\":\"invalid_grant\"}")).kind,
              TokenAnswer::Kind::ended);
}

TEST(TokenAnswer, TakesANumberInQuotesAndIgnoresNonsense)
{
    using Lifetime = std::optional<seconds>;
    for (auto const& [written, lifetime] : {std::pair<std::string, Lifetime>{"3600", hours(1)},
                                            {R"("3600")", hours(1)},
                                            {"3600.9", hours(1)},
                                            {R"("3600.0")", hours(1)},
                                            {R"("soon")", {}},
                                            {R"("3600s")", {}},
                                            {R"("")", {}},
                                            {R"("nan")", {}},
                                            {R"("inf")", {}},
                                            {"null", {}},
                                            {"true", {}},
                                            {"0", {}},
                                            {R"("-5")", {}},
                                            {"[3600]", {}},
                                            {"1e300", hours(24 * 3650)},
                                            {R"("1e300")", hours(24 * 3650)}}) {
        auto const read =
            read_token_answer("V", kShared, answer(200, R"({"access_token":"a","expires_in":)" + written + "}"));
        ASSERT_EQ(read.kind, TokenAnswer::Kind::granted) << written;
        EXPECT_EQ(read.grant.lifetime, lifetime) << written;
    }
}

TEST(TokenAnswer, TakesScopesAsAListOrWithCommas)
{
    using Scopes = std::optional<std::vector<std::string>>;
    Scopes const both(std::vector<std::string>{"a:read", "b:read"});
    for (auto const& [written, scopes] : {std::pair<std::string, Scopes>{R"("a:read b:read")", both},
                                          {R"("a:read,b:read")", both},
                                          {R"("a:read, b:read")", both},
                                          {R"(" a:read  b:read ")", both},
                                          {R"(["a:read","b:read"])", both},
                                          {R"(["a:read b:read"])", both},
                                          {R"(["a:read"])", Scopes(std::vector<std::string>{"a:read"})},
                                          {R"("")", {}},
                                          {"[]", {}},
                                          {"null", {}},
                                          {"false", {}},
                                          {"{}", {}}}) {
        auto const read =
            read_token_answer("V", kShared, answer(200, R"({"access_token":"a","scope":)" + written + "}"));
        ASSERT_EQ(read.kind, TokenAnswer::Kind::granted) << written;
        EXPECT_EQ(read.grant.scopes, scopes) << written;
    }
}

TEST(TokenAnswer, ReadsPastAByteOrderMarkAndAnErrorThatIsNone)
{
    for (auto const* body : {"\xef\xbb\xbf{\"access_token\":\"a\"}", R"({"access_token":"a","error":null})",
                             R"({"access_token":"a","error":""})", R"({"access_token":"a","error":false})"})
        EXPECT_EQ(read_token_answer("V", kShared, answer(200, body)).kind, TokenAnswer::Kind::granted) << body;
    EXPECT_EQ(read_token_answer("V", kShared, answer(400, "\xef\xbb\xbf{\"error\":\"invalid_grant\"}")).kind,
              TokenAnswer::Kind::ended);
}

TEST(TokenAnswer, TellsWhatItSaysOfTheGrantAndOfTheApp)
{
    using Kind = TokenAnswer::Kind;
    for (auto const& [status, body, kind] : {std::tuple{400, R"({"error":"invalid_grant"})", Kind::ended},
                                             {200, R"({"error":"invalid_grant"})", Kind::ended},
                                             {400, R"({"error":{"code":"INVALID_GRANT"}})", Kind::ended},
                                             {400, R"({"error":"bad_refresh_token"})", Kind::grant_refused},
                                             {200, R"({"ok":false,"error":"bad_refresh_token"})", Kind::grant_refused},
                                             {200, R"({"access_token":"a","error":"no"})", Kind::grant_refused},
                                             {400, "", Kind::grant_refused},
                                             {410, "<html>", Kind::grant_refused},
                                             {401, R"({"error":"invalid_client"})", Kind::app_refused},
                                             {400, R"({"error":"unauthorized_client"})", Kind::app_refused},
                                             {400, R"({"error":"invalid_scope"})", Kind::app_refused},
                                             {400, R"({"error":"unsupported_grant_type"})", Kind::app_refused},
                                             {400, R"({"error":"invalid_request"})", Kind::app_refused},
                                             {401, "", Kind::app_refused},
                                             {403, "<html>", Kind::app_refused},
                                             {404, "{}", Kind::app_refused},
                                             {408, R"({"error":"invalid_grant"})", Kind::unclear},
                                             {425, "", Kind::unclear},
                                             {429, R"({"error":"invalid_client"})", Kind::unclear},
                                             {500, R"({"error":"invalid_grant"})", Kind::unclear},
                                             {503, "", Kind::unclear},
                                             {302, "", Kind::unclear},
                                             {400, R"({"error":"server_error"})", Kind::unclear},
                                             {200, "", Kind::unclear},
                                             {200, "<html>", Kind::unclear},
                                             {200, "[]", Kind::unclear},
                                             {200, R"({"access_token":""})", Kind::unclear},
                                             {200, R"({"access_token":"a b"})", Kind::unclear},
                                             {200, R"({"access_token":5})", Kind::unclear},
                                             {200, "{\"access_token\":\"a\\r\\nx: y\"}", Kind::unclear}})
        EXPECT_EQ(read_token_answer("V", kShared, answer(status, body)).kind, kind) << status << " " << body;
}

TEST(TokenAnswer, OfAHostOfTheAccountSaysNothingOfTheAppUnlessItNamesIt)
{
    using Kind = TokenAnswer::Kind;
    auto const own_host = asking("https://{{context.subdomain}}.v.example/t");
    for (int const status : {401, 403, 404})
        EXPECT_EQ(read_token_answer("V", own_host, answer(status, "<html>")).kind, Kind::unclear) << status;
    EXPECT_EQ(read_token_answer("V", own_host, answer(401, R"({"error":"invalid_client"})")).kind, Kind::app_refused);
    EXPECT_EQ(read_token_answer("V", own_host, answer(404, R"({"error":"no_such_token"})")).kind, Kind::grant_refused);
}

TEST(TokenAnswer, OfAClientThatIsTheAccountsOwnIsNoWordAboutTheApp)
{
    using Kind = TokenAnswer::Kind;
    auto own_client = kShared;
    own_client.grant = catalog::OAuth::Grant::client_credentials;
    for (auto const& [status, body] :
         {std::pair{401, R"({"error":"invalid_client"})"}, {400, R"({"error":"unauthorized_client"})"}, {401, ""}}) {
        auto const read = read_token_answer("V", own_client, answer(status, body));
        EXPECT_EQ(read.kind, Kind::grant_refused) << status << body;
        EXPECT_EQ(read.error.public_detail().find("override"), std::string::npos);
        EXPECT_NE(read.error.public_detail().find("client_id and client_secret"), std::string::npos);
    }
}

TEST(TokenAnswer, WhatADeveloperAsksForIsNoWordAboutTheClientsOfHisCustomers)
{
    using Kind = TokenAnswer::Kind;
    auto own_client = kShared;
    own_client.grant = catalog::OAuth::Grant::client_credentials;
    for (auto const* code : {"invalid_scope", "invalid_request", "unsupported_grant_type"}) {
        auto const read = read_token_answer("V", own_client, answer(400, fmt::format(R"({{"error":"{}"}})", code)));
        EXPECT_EQ(read.kind, Kind::unclear) << code;
        EXPECT_NE(read.error.public_detail().find("scopes"), std::string::npos) << read.error.public_detail();
    }
    // What stands before the token endpoint answers so as well, a deploy's default page for example.
    for (int const status : {403, 404})
        EXPECT_EQ(read_token_answer("V", own_client, answer(status, "<html>")).kind, Kind::unclear) << status;
}

TEST(TokenAnswer, ThatNamesItsOwnTroubleHasUsedNothingUp)
{
    for (auto const* body : {R"({"error":"ratelimited"})", R"({"error":"temporarily_unavailable"})"})
        EXPECT_FALSE(read_token_answer("V", kShared, answer(200, body)).may_be_used_up) << body;
    EXPECT_TRUE(read_token_answer("V", kShared, answer(200, "<html>")).may_be_used_up);
}

TEST(WantedScopes, AreThoseAnAccountWasConnectedWith)
{
    auto own_client = kShared;
    own_client.scopes = {"all"};
    Context context;
    EXPECT_EQ(wanted_scopes(own_client, context), own_client.scopes);
    keep_wanted_scopes(std::vector<std::string>{"some"}, context);
    EXPECT_EQ(wanted_scopes(own_client, context), std::vector<std::string>{"some"});
    keep_wanted_scopes(std::nullopt, context);
    EXPECT_EQ(wanted_scopes(own_client, context), own_client.scopes) << "connected again without a choice";
}

TEST(PlanRefresh, AClientThatHasNoTokenYetIsDueAtOnce)
{
    Account account;
    account.authentication_method = "oauth2_client_credentials";
    plan_refresh(kNow, 0, account, Context{});
    EXPECT_EQ(account.access_expires_at, kNow);
    EXPECT_EQ(account.refresh_due_at, kNow);
}

TEST(TokenAnswer, ShowsNoMoreOfTheVendorsTextThanAnErrorCode)
{
    auto const refused = read_token_answer("V", kShared, answer(400, R"({"error":"<script>alert(1)</script>"})"));
    EXPECT_EQ(refused.error.public_detail().find("script"), std::string::npos);
}

TEST(OAuthApp, OfTheDeveloperIsNotGivenOutForAHostThatAnAccountChooses)
{
    catalog::OAuth oauth;
    oauth.client_id = "app";
    oauth.token_url = *catalog::Template::parse("http://127.0.0.1:{{context.port}}/oauth/token");
    auto const refused = oauth_app(oauth, std::nullopt, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::forbidden);
    EXPECT_NE(refused.error().public_detail().find("fixed host"), std::string::npos);
    oauth.token_url = *catalog::Template::parse("https://desk.example/oauth/token");
    oauth.revoke_url = *catalog::Template::parse("https://{{context.host}}/oauth/revoke");
    EXPECT_NE(oauth_app(oauth, std::nullopt, {}).error().public_detail().find("fixed host"), std::string::npos);
}

TEST(TokenRequest, AuthenticatesByBasicWithFormEncodedParts)
{
    catalog::OAuth oauth;
    http::Query form;
    form.add("grant_type", "refresh_token");
    auto const request = token_request(oauth, "https://v.example/token", {"my id", Secret{"s:e/c"}}, form, nullptr);
    EXPECT_EQ(request.headers.find("authorization"), "Basic " + base64(bytes_of("my%20id:s%3Ae%2Fc")));
    EXPECT_EQ(request.body, "grant_type=refresh_token");
}

TEST(TokenRequest, AuthenticatesInTheBodyWhereTheVendorWantsIt)
{
    catalog::OAuth oauth;
    oauth.client_authentication = catalog::OAuth::ClientAuthentication::body;
    auto const request = token_request(oauth, "https://v.example/token", {"id", Secret{"s"}}, {}, nullptr);
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

TEST(Plan, WithoutJitterIsAMinuteOrAQuarterAhead)
{
    Account account;
    plan_refresh(kNow, 0, account, with_token("2026-11-21T12:00:00Z", "r"));
    EXPECT_EQ(*account.access_expires_at - *account.refresh_due_at, seconds(60));
    plan_refresh(kNow, 0, account, with_token("2026-11-20T12:01:00Z", "r"));
    EXPECT_EQ(*account.access_expires_at - *account.refresh_due_at, seconds(15));
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
