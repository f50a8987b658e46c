#include "accounts/context.hpp"
#include "accounts/vault.hpp"
#include "base/encoding.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::accounts {
namespace {

using catalog::test::desk;

json::object object(std::string_view text)
{
    return json::parse(text)->get_object();
}

std::vector<std::string> failing_paths(std::string_view context, std::string_view method)
{
    auto const checked = check_context(object(context), *desk(), method);
    std::vector<std::string> paths;
    if (!checked)
        for (auto const& failure : checked.error().failures())
            paths.push_back(failure.path);
    return paths;
}

TEST(Context, KeepsSecretsApartAtAnyDepth)
{
    auto const parts = split_context(
        object(
            R"({"subdomain":"acme","api_key":"k","oauth":{"scope":["a"],"token":{"access_token":"t","expires_at":"x"}}})"),
        *desk());
    EXPECT_EQ(boost::json::serialize(parts.visible), R"({"subdomain":"acme","oauth":{"scope":["a"]}})");
    EXPECT_EQ(boost::json::serialize(parts.secret),
              R"({"api_key":"k","oauth":{"token":{"access_token":"t","expires_at":"x"}}})");
    EXPECT_EQ(parts.whole().at("oauth").at("token").at("access_token"), "t");
}

TEST(Context, KnowsSecretsByTheirNamesHoweverTheyAreWritten)
{
    for (std::string const name :
         {"password", "Password", "apiKey", "API-KEY", "refreshToken", "client-secret", "Client Secret",
          "authorization", "Authorization", "bearer", "privateKey", "access.token", "passwd", "Api_Key"}) {
        auto const parts = split_context({{name, "s"}, {"a", json::object{{name, "s"}}}}, *desk());
        EXPECT_EQ(json::to_text(parts.visible), R"({"a":{}})") << name;
        EXPECT_EQ(parts.secret.at(name), "s");
    }
    for (std::string const name : {"token_url", "secretary", "passwords_expire", "key", "email"})
        EXPECT_TRUE(split_context({{name, "s"}}, *desk()).secret.empty()) << name;
}

TEST(Context, AFieldWithTheFormatOfAnEmailTakesNothingElse)
{
    auto const gorgias = *catalog::compile(*catalog::builtin_definition("gorgias"), catalog::builtin_id("gorgias"));
    auto const is_taken = [&](std::string_view email) {
        return check_context({{"subdomain", "acme"}, {"email", email}, {"api_key", "k"}}, *gorgias, "api_key")
            .has_value();
    };
    EXPECT_TRUE(is_taken("kim@acme.example"));
    for (auto const* text : {"acme", "@acme.example", "kim@", "kim@a@b", "kim lee@acme.example"})
        EXPECT_FALSE(is_taken(text)) << text;
}

TEST(Context, KnowsSecretsByTheEndsOfTheirNames)
{
    for (std::string const name : {"x-api-key",
                                   "webhook_secret",
                                   "signing_key",
                                   "aws_secret_access_key",
                                   "oauth_token",
                                   "credentials",
                                   "basic_auth",
                                   "cookie",
                                   "session",
                                   "sessionId",
                                   "session_id",
                                   "jwt",
                                   "otp",
                                   "pin",
                                   "pass",
                                   "auth",
                                   "hmac",
                                   "certificate",
                                   "pem",
                                   "connection_string",
                                   "dsn",
                                   "webhookSecret",
                                   "signingKey",
                                   "OAuthToken",
                                   "XApiKey",
                                   "userPassword",
                                   "password2",
                                   "api_key_1",
                                   "connectionString",
                                   "SigningKeyPem",
                                   "sessionCookie",
                                   "webhooksecret",
                                   "DB_PASS",
                                   "private-key-base64",
                                   "token_value",
                                   "authCookies"}) {
        auto const parts = split_context({{name, "s"}, {"list", json::array{json::object{{name, "s"}}}}}, *desk());
        EXPECT_EQ(json::to_text(parts.visible), "{}") << name;
    }
}

TEST(Context, ShowsWhatOnlySoundsLikeASecret)
{
    for (std::string const name : {"author",
                                   "session_count",
                                   "authority",
                                   "token_url",
                                   "keyboard",
                                   "monkey",
                                   "client_id",
                                   "authors",
                                   "passage",
                                   "compass",
                                   "spin",
                                   "pinned",
                                   "keys",
                                   "public_key",
                                   "publicKey",
                                   "project_key",
                                   "token_type",
                                   "tokenEndpoint",
                                   "auth_type",
                                   "authType",
                                   "auth_method",
                                   "cookie_domain",
                                   "certificate_name",
                                   "expires_at",
                                   "primary_key",
                                   "oauth",
                                   "passenger",
                                   "options",
                                   "turkey",
                                   "secret_name",
                                   "password_policy",
                                   "pinterest",
                                   "publishable_key"})
        EXPECT_TRUE(split_context({{name, "s"}}, *desk()).secret.empty()) << name;
}

TEST(Context, HidesAUrlThatHoldsAPassword)
{
    auto const parts =
        split_context(object(R"({"server":"https://me:pass@desk.example/x","list":["postgres://me:p%40@db/name"],
                   "in":{"proxy":"socks5://:p@h"},"site":"https://desk.example/a:b@c","home":"https://me@desk.example",
                   "mail":"me:x@desk.example","text":"see https://desk.example"})"),
                      *desk());
    EXPECT_EQ(json::to_text(parts.visible),
              R"({"in":{},"site":"https://desk.example/a:b@c","home":"https://me@desk.example",)"
              R"("mail":"me:x@desk.example","text":"see https://desk.example"})");
    EXPECT_EQ(parts.secret.at("server"), "https://me:pass@desk.example/x");
}

TEST(Context, HidesAListThatHoldsASecretAnywhere)
{
    auto const parts = split_context(
        object(R"({"arr":[1,{"deep":[{"password":"s"}]}],"open":[{"name":"n"}],"in":{"list":[{"Token":"s"}]}})"),
        *desk());
    EXPECT_EQ(json::to_text(parts.visible), R"({"open":[{"name":"n"}],"in":{}})");
    EXPECT_EQ(parts.whole().at("arr").at(1).at("deep").at(0).at("password"), "s");
    EXPECT_EQ(parts.whole().at("in").at("list").at(0).at("Token"), "s");
}

TEST(Context, PatchMovesAListFromOneHalfToTheOther)
{
    auto const hidden =
        split_context(object(R"({"l":[{"token":"s"}],"o":{"l":[{"token":"s"}],"api_key":"k"}})"), *desk());
    auto const shown = merge_context(hidden, object(R"({"l":[1],"o":{"l":[2]}})"), *desk());
    EXPECT_EQ(shown.whole().at("l"), (json::array{1}));
    EXPECT_EQ(shown.whole().at("o").at("l"), (json::array{2}));
    EXPECT_EQ(shown.whole().at("o").at("api_key"), "k");
    auto const again = merge_context(shown, object(R"({"l":[{"token":"t"}]})"), *desk());
    EXPECT_FALSE(again.visible.contains("l"));
    EXPECT_EQ(again.whole().at("l").at(0).at("token"), "t");
    EXPECT_FALSE(merge_context(again, object(R"({"l":null})"), *desk()).whole().contains("l"));
}

TEST(Context, PatchReplacesMembersAndNeverDropsASecretItLeavesOut)
{
    auto const old = split_context(object(R"({"subdomain":"acme","api_key":"k","extra":{"a":1,"b":2}})"), *desk());
    auto const merged = merge_context(old, object(R"({"extra":{"a":3},"note":"n"})"), *desk());
    EXPECT_EQ(boost::json::serialize(merged.visible.at("extra")), R"({"a":3})");
    EXPECT_EQ(merged.secret.at("api_key"), "k");
    auto const removed = merge_context(merged, object(R"({"note":null,"api_key":"new"})"), *desk());
    EXPECT_FALSE(removed.visible.contains("note"));
    EXPECT_EQ(removed.secret.at("api_key"), "new");
}

TEST(Context, NamesEveryFieldThatIsWrong)
{
    EXPECT_TRUE(failing_paths(R"({"subdomain":"acme","email":"a@b","api_key":"k"})", "api_key").empty());
    EXPECT_EQ(failing_paths("{}", "api_key"),
              (std::vector<std::string>{"context.subdomain", "context.email", "context.api_key"}));
    EXPECT_EQ(failing_paths(R"({"subdomain":"a.b/..@evil","email":"a@b","api_key":"k"})", "api_key"),
              (std::vector<std::string>{"context.subdomain"}));
    EXPECT_EQ(failing_paths(R"({"subdomain":5,"email":"a@b","api_key":"k\n"})", "api_key"),
              (std::vector<std::string>{"context.subdomain", "context.api_key"}));
    EXPECT_EQ(failing_paths(R"({"subdomain":"acme"})", "saml"), (std::vector<std::string>{"authentication_method"}));
    EXPECT_EQ(
        failing_paths(R"({"subdomain":"acme","oauth":{"token":{"access_token":"a b","expires_at":"soon"}}})", "oauth2"),
        (std::vector<std::string>{"context.oauth.token.access_token", "context.oauth.token.expires_at"}));
}

/// The desk at an address that customers give.
catalog::IntegrationPtr desk_at(std::string const& base_url)
{
    using namespace catalog::test;
    auto const manifest = replaced(kManifest, "https://{{context.subdomain}}.desk.example", base_url);
    auto const compiled = compile_text(manifest, kDocument);
    return compiled ? *compiled : nullptr;
}

Context own_desk()
{
    return split_context(object(R"({"subdomain":"acme","port":"443","email":"a@b","api_key":"k",
                                    "oauth":{"token":{"access_token":"t","refresh_token":"r"}}})"),
                         *desk());
}

TEST(Context, WhatAUrlIsMadeOfIsNoSecretUnlessItIsCalledOneOutright)
{
    auto const own = desk_at("https://{{context.subdomain}}.desk.example/{{context.site_key}}/{{context.token}}");
    ASSERT_TRUE(own);
    auto const parts = split_context(object(R"({"site_key":"a","other_key":"b","token":"c"})"), *own);
    EXPECT_EQ(json::to_text(parts.visible), R"({"site_key":"a"})");
    EXPECT_EQ(json::to_text(parts.secret), R"({"other_key":"b","token":"c"})");
}

TEST(Context, WhatAStepOrTheFormReadsIsNoSecretUnlessItIsCalledOneOutright)
{
    auto own = *desk();
    auto const reading = [](std::string_view text) {
        return *catalog::ValueTemplate::parse(json::object{{"x", text}});
    };
    own.actions.post_install.emplace_back().call.arguments = reading("{{context.site_key}} {{context.token}}");
    auto& form = own.actions.post_connect_user_form.emplace();
    form.fields.emplace_back().source.emplace().call.arguments = reading("{{context.session}}");
    auto const parts = split_context(object(R"({"site_key":"a","session":"b","token":"c","other_key":"d"})"), own);
    EXPECT_EQ(json::to_text(parts.visible), R"({"site_key":"a","session":"b"})");
    EXPECT_EQ(json::to_text(parts.secret), R"({"token":"c","other_key":"d"})");
}

TEST(Context, APatchReplacesASecretTextByAnObjectThatIsNone)
{
    auto const old = split_context(object(R"({"callback":"https://me:pw@a.example"})"), *desk());
    ASSERT_TRUE(old.secret.contains("callback"));
    auto const now = merge_context(old, object(R"({"callback":{"host":"b.example"}})"), *desk());
    EXPECT_EQ(json::to_text(now.whole()), R"({"callback":{"host":"b.example"}})");
}

TEST(Context, OnlyWhatAuthenticatesIsNewCredentials)
{
    for (auto const* patch : {R"({"api_key":"k"})", R"({"email":"a@b.example"})", R"({"oauth":{}})"})
        EXPECT_TRUE(has_credentials(object(patch), *desk(), "api_key")) << patch;
    for (auto const* patch : {R"({"webhook_pin":"1"})", R"({"subdomain":"b"})", R"({"signing_secret":"s"})", "{}"})
        EXPECT_FALSE(has_credentials(object(patch), *desk(), "api_key")) << patch;
    EXPECT_FALSE(has_credentials(object(R"({"api_key":"k"})"), *desk(), "oauth2"));
    auto undeclared = *desk();
    undeclared.credentials.front().fields.clear();
    EXPECT_TRUE(has_credentials(object(R"({"api_key":"k"})"), undeclared, "api_key")) << "its authorisation reads it";
}

std::vector<std::string> paths_of(Error const& error)
{
    std::vector<std::string> paths;
    for (auto const& failure : error.failures())
        paths.push_back(failure.path);
    return paths;
}

TEST(SealedSecrets, AreEnteredAnewWhenAPatchChangesTheHostTheyGoTo)
{
    auto const own = desk_at("http://{{context.subdomain}}.desk.example:{{context.port}}/x/{{context.email}}");
    ASSERT_TRUE(own);
    auto const old = own_desk();
    auto const refused = patch_context(old, object(R"({"port":"28102"})"), *own, "api_key");
    ASSERT_FALSE(refused);
    EXPECT_EQ(paths_of(refused.error()),
              (std::vector<std::string>{"context.api_key", "context.oauth.token.access_token",
                                        "context.oauth.token.refresh_token"}));
    EXPECT_THAT(refused.error().failures().front().message, ::testing::HasSubstr("context.port"));
    EXPECT_FALSE(patch_context(old, object(R"({"port":"1","api_key":"mine"})"), *own, "api_key"))
        << "each of them, not one";
    EXPECT_FALSE(patch_context(old, object(R"({"port":null})"), *own, "api_key"));
    auto const anew =
        patch_context(old, object(R"({"port":"1","api_key":"mine","oauth":{"token":null}})"), *own, "api_key");
    ASSERT_TRUE(anew) << anew.error().public_detail();
    EXPECT_EQ(anew->secret.at("api_key"), "mine");
    EXPECT_EQ(boost::json::serialize(anew->secret).find("refresh_token"), std::string::npos);
    auto const path = patch_context(old, object(R"({"email":"c@d","port":"443"})"), *own, "api_key");
    ASSERT_TRUE(path) << "what stands in the path changes no host";
    EXPECT_EQ(path->secret.at("api_key"), "k");
}

TEST(SealedSecrets, AreEnteredAnewWhenTheTokensEndpointChanges)
{
    using namespace catalog::test;
    auto const own = compile_text(replaced(kManifest, "token_url: \"{{base_url}}/oauth/token\"",
                                           "token_url: \"https://{{context.realm}}.login.desk.example/token\""),
                                  kDocument);
    ASSERT_TRUE(own);
    auto const old = own_desk();
    EXPECT_FALSE(patch_context(old, object(R"({"realm":"evil"})"), **own, "oauth2"));
    EXPECT_TRUE(patch_context(old, object(R"({"realm":"evil"})"), **own, "api_key"))
        << "this format asks no such endpoint";
}

TEST(SealedSecrets, AreNotKeptForAnotherHostWhenAPersonConnectsAgain)
{
    auto const own = desk_at("http://127.0.0.1:{{context.port}}");
    ASSERT_TRUE(own);
    auto const old = own_desk();
    auto const same = entered_context(old, object(R"({"email":"c@d"})"), {}, *own, "api_key");
    ASSERT_TRUE(same);
    EXPECT_EQ(same->at("api_key"), "k");
    auto const refused = entered_context(old, object(R"({"port":"28102"})"), {}, *own, "api_key");
    ASSERT_FALSE(refused);
    EXPECT_EQ(paths_of(refused.error()), (std::vector<std::string>{"context.api_key"}));
    auto const anew = entered_context(old, object(R"({"port":"28102","api_key":"mine"})"), {}, *own, "api_key");
    ASSERT_TRUE(anew);
    EXPECT_EQ(anew->at("api_key"), "mine");
    auto const tokens = entered_context(old, object(R"({"port":"28102"})"), {}, *own, "oauth2");
    ASSERT_TRUE(tokens);
    EXPECT_FALSE(tokens->contains("api_key"));
    EXPECT_EQ(boost::json::serialize(*tokens).find("refresh_token"), std::string::npos);
}

TEST(SealedSecrets, OfADeveloperDoNotGoToAHostThatAPersonEnters)
{
    auto const given = object(R"({"api_key":"of-the-developer"})");
    auto const own = desk_at("http://{{context.subdomain}}.desk.example:{{context.port}}");
    auto const refused = entered_context({}, object(R"({"subdomain":"a","port":"28102"})"), given, *own, "api_key");
    ASSERT_FALSE(refused);
    EXPECT_EQ(paths_of(refused.error()), (std::vector<std::string>{"context.subdomain", "context.port"}));
    EXPECT_TRUE(entered_context({}, object(R"({"subdomain":"acme"})"), given, *desk(), "api_key"))
        << "the definition fixes whose host it is";
    EXPECT_TRUE(entered_context({}, {}, object(R"({"subdomain":"a","port":"1","api_key":"k"})"), *own, "api_key"));
}

TEST(SecretOfAnApp, GoesOnlyToHostsThatTheDefinitionFixes)
{
    auto const is_fixed = [](std::string const& url) { return catalog::Template::parse(url)->fixes_host(); };
    for (auto const* url : {"https://desk.example/{{context.a}}", "https://{{context.a}}.desk.example/token",
                            "http://127.0.0.1:1/{{context.a}}", "https://eu-{{context.a}}.desk.example",
                            "https://{{context.a}}-x.desk.co.uk:8443/", "https://desk.example?a={{context.a}}"})
        EXPECT_TRUE(is_fixed(url)) << url;
    for (auto const* url :
         {"https://{{context.a}}/token", "https://{{context.a}}.com/token", "https://{{context.a}}.co.uk/token",
          "https://{{context.a}}.github.io", "https://login.{{context.a}}.desk.example",
          "https://{{context.a}}.{{context.b}}.desk.example", "https://a.desk.example{{context.a}}",
          "http://127.0.0.1:{{context.a}}/", "https://{{context.a}}.desk.example:{{context.b}}",
          "https://{{context.a}}.0.0.1/", "https://{{context.a}}desk.example", "https://{{context.a}}.desk.example."})
        EXPECT_FALSE(is_fixed(url)) << url;
}

} // namespace
} // namespace sluice::accounts
