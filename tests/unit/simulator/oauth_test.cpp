#include "help_desk.hpp"

#include "http_api/query.hpp"

namespace sluice::simulator::testing {
namespace {

class SimulatorOauthTest : public HelpDesk {
protected:
    static http::Query request(std::string_view scope = "openid offline tickets:read")
    {
        http::Query query;
        query.add("response_type", "code");
        query.add("client_id", "app-1");
        query.add("scope", std::string(scope));
        query.add("redirect_uri", std::string(kRedirect));
        query.add("state", "st4te");
        query.add("nonce", "n0nce");
        return query;
    }
    static http::Query with(http::Query query, std::string_view name, std::string value)
    {
        query.take(name);
        query.add(std::string(name), std::move(value));
        return query;
    }

    Reply authorize(http::Query const& query) { return get("/oauth/authorize?" + query.str()); }
    Reply decide(http::Query query, std::string decision)
    {
        return form("/oauth/authorize", with(std::move(query), "decision", std::move(decision)));
    }
    Reply form(std::string_view path, http::Query const& query)
    {
        body_type = "application/x-www-form-urlencoded";
        auto reply = send(http::Method::post, "/acme" + std::string(path), query.str(), client);
        body_type = "application/json";
        return reply;
    }
    Reply token(std::initializer_list<std::pair<std::string, std::string>> pairs)
    {
        http::Query query;
        for (auto const& [name, value] : pairs)
            query.add(name, value);
        return form("/oauth/token", query);
    }
    /// What the browser brings back to the app.
    static http::Query returned(Reply const& reply)
    {
        auto const location = reply.header("location");
        return http::Query::parse(location.substr(location.find('?') + 1)).value();
    }
    std::string code(std::string_view scope = "openid offline tickets:read")
    {
        return std::string(returned(decide(request(scope), "approve")).find("code").value_or(""));
    }
    Reply exchange(std::string const& with_code)
    {
        return token(
            {{"grant_type", "authorization_code"}, {"code", with_code}, {"redirect_uri", std::string(kRedirect)}});
    }
    Reply refresh(std::string const& with_token)
    {
        return token({{"grant_type", "refresh_token"}, {"refresh_token", with_token}});
    }
    int use(std::string const& access)
    {
        return send(http::Method::get, "/acme/api/tickets", {}, "Bearer " + access).status();
    }

    std::string client = basic("app-1", "s3cret");
};

TEST_F(SimulatorOauthTest, AsksTheMerchant)
{
    auto const page = authorize(request());

    EXPECT_EQ(page.status(), 200);
    EXPECT_TRUE(page.header("content-type").starts_with("text/html"));
    for (auto const* part : {"Connector", "acme", "tickets:read", "name=\"state\" value=\"st4te\"", "approve", "deny"})
        EXPECT_NE(page.response.body.find(part), std::string::npos) << part;
}

TEST_F(SimulatorOauthTest, EscapesWhatItShows)
{
    auto const page = authorize(with(request(), "state", "\"><script>"));

    EXPECT_EQ(page.response.body.find("<script>"), std::string::npos);
}

TEST_F(SimulatorOauthTest, GivesTokensForACode)
{
    auto const tokens = exchange(code());

    ASSERT_EQ(tokens.status(), 200) << tokens.response.body;
    EXPECT_EQ(tokens.text("/token_type"), "Bearer");
    EXPECT_EQ(tokens.id("/expires_in"), 86400);
    EXPECT_EQ(tokens.text("/scope"), "openid offline tickets:read");
    EXPECT_EQ(tokens.text("/refresh_token").size(), 48U);
    EXPECT_FALSE(tokens.text("/id_token").empty());
    EXPECT_EQ(use(tokens.text("/access_token")), 200);
    auto const claims = base64url_decode(
        std::string_view(tokens.text("/access_token"))
            .substr(tokens.text("/access_token").find('.') + 1,
                    tokens.text("/access_token").rfind('.') - tokens.text("/access_token").find('.') - 1));
    ASSERT_TRUE(claims);
    EXPECT_EQ(json::parse(text_of(*claims)).value().at("iss"), "https://acme.gorgias.com");
}

TEST_F(SimulatorOauthTest, GivesNoRefreshTokenWithoutOffline)
{
    auto const tokens = exchange(code("tickets:read"));

    EXPECT_EQ(tokens.status(), 200);
    EXPECT_FALSE(tokens.body.as_object().contains("refresh_token"));
    EXPECT_FALSE(tokens.body.as_object().contains("id_token"));
}

TEST_F(SimulatorOauthTest, SendsTheStateBack)
{
    auto const approved = decide(request(), "approve");
    EXPECT_EQ(approved.status(), 302);
    EXPECT_TRUE(approved.header("location").starts_with(kRedirect));
    EXPECT_EQ(returned(approved).find("state"), "st4te");

    auto const denied = returned(decide(request(), "deny"));
    EXPECT_EQ(denied.find("error"), "access_denied");
    EXPECT_EQ(denied.find("state"), "st4te");
    EXPECT_FALSE(denied.find("code"));
}

TEST_F(SimulatorOauthTest, NeverRedirectsToWhatIsNotRegistered)
{
    for (auto const& bad : {with(request(), "redirect_uri", "https://evil.example/"),
                            with(request(), "redirect_uri", std::string(kRedirect) + "?x=1"),
                            with(request(), "client_id", "nobody"), with(request(), "client_id", "app-2")})
        for (auto const& reply : {authorize(bad), decide(bad, "approve")}) {
            EXPECT_EQ(reply.status(), 400) << bad.str();
            EXPECT_TRUE(reply.header("location").empty()) << bad.str();
        }
}

TEST_F(SimulatorOauthTest, TellsTheAppAboutItsMistakes)
{
    struct Case {
        std::string_view name;
        std::string_view value;
        std::string_view error;
    };
    constexpr Case kCases[] = {{"response_type", "token", "unsupported_response_type"},
                               {"scope", "tickets:read dreams:read", "invalid_scope"},
                               {"scope", "", "invalid_scope"},
                               {"state", "", "invalid_request"},
                               {"nonce", "", "invalid_request"}};
    for (auto const& one : kCases) {
        auto const reply = authorize(with(request(), one.name, std::string(one.value)));
        EXPECT_EQ(reply.status(), 302) << one.name;
        EXPECT_EQ(returned(reply).find("error"), one.error) << one.name;
    }
}

TEST_F(SimulatorOauthTest, TakesACodeOnlyOnce)
{
    auto const once = code();
    EXPECT_EQ(exchange(once).status(), 200);

    auto const again = exchange(once);

    EXPECT_EQ(again.status(), 400);
    EXPECT_EQ(again.text("/error"), "invalid_grant");
}

TEST_F(SimulatorOauthTest, EndsCodesAfterTenMinutes)
{
    auto const in_time = code();
    auto const late = code();
    advance(599);
    EXPECT_EQ(exchange(in_time).status(), 200);

    advance(1);

    EXPECT_EQ(exchange(late).text("/error"), "invalid_grant");
}

TEST_F(SimulatorOauthTest, TiesACodeToClientAndAddress)
{
    auto const code_of_one = code();
    client = basic("app-2", "other");
    EXPECT_EQ(exchange(code_of_one).text("/error"), "invalid_grant");
    client = basic("app-1", "s3cret");
    EXPECT_EQ(token({{"grant_type", "authorization_code"}, {"code", code()}, {"redirect_uri", "https://x.example"}})
                  .text("/error"),
              "invalid_grant");
}

TEST_F(SimulatorOauthTest, AuthenticatesTheClientEitherWay)
{
    auto const refresh_token = exchange(code()).text("/refresh_token");
    client = "none";
    EXPECT_EQ(token({{"grant_type", "refresh_token"},
                     {"refresh_token", refresh_token},
                     {"client_id", "app-1"},
                     {"client_secret", "s3cret"}})
                  .status(),
              200);
    auto const refused = refresh(refresh_token);
    EXPECT_EQ(refused.status(), 401);
    EXPECT_EQ(refused.text("/error"), "invalid_client");
    client = basic("app-1", "wrong");
    EXPECT_EQ(refresh(refresh_token).text("/error"), "invalid_client");
}

TEST_F(SimulatorOauthTest, NamesOtherMistakes)
{
    EXPECT_EQ(token({{"grant_type", "password"}}).text("/error"), "unsupported_grant_type");
    EXPECT_EQ(token({}).text("/error"), "invalid_request");
    EXPECT_EQ(refresh("unknown").text("/error"), "invalid_grant");
    EXPECT_EQ(get("/oauth/token").status(), 405);
    EXPECT_EQ(get("/oauth/other").status(), 404);
}

TEST_F(SimulatorOauthTest, DoesNotRotateRefreshTokens)
{
    auto const refresh_token = exchange(code()).text("/refresh_token");

    for (int i = 0; i < 3; ++i) {
        advance(30 * 24 * 3600);
        auto const fresh = refresh(refresh_token);
        EXPECT_EQ(fresh.status(), 200);
        EXPECT_FALSE(fresh.body.as_object().contains("refresh_token"));
        EXPECT_EQ(use(fresh.text("/access_token")), 200);
    }
    EXPECT_EQ(state().id("/accounts/acme/refreshes"), 3);
    EXPECT_EQ(state().id("/accounts/acme/tokens_issued"), 4);
}

TEST_F(SimulatorOauthTest, RevokesTheFamilyWhenARotatedTokenComesAgain)
{
    control("/accounts/acme/oauth", R"({"rotate_refresh_tokens":true})");
    auto const first_token = exchange(code()).text("/refresh_token");
    auto const second = refresh(first_token);
    ASSERT_EQ(second.status(), 200);
    EXPECT_NE(second.text("/refresh_token"), first_token);
    EXPECT_EQ(use(second.text("/access_token")), 200);

    EXPECT_EQ(refresh(first_token).text("/error"), "invalid_grant");

    EXPECT_EQ(refresh(second.text("/refresh_token")).text("/error"), "invalid_grant");
    EXPECT_EQ(use(second.text("/access_token")), 401);
}

TEST_F(SimulatorOauthTest, KeepsAccessTokensUsableAfterRevocation)
{
    auto const tokens = exchange(code());
    http::Query query;
    query.add("token", tokens.text("/refresh_token"));

    auto const revoked = form("/oauth/revoke", query);

    EXPECT_EQ(revoked.status(), 200);
    EXPECT_EQ(revoked.response.body, "{}");
    EXPECT_EQ(refresh(tokens.text("/refresh_token")).text("/error"), "invalid_grant");
    EXPECT_EQ(use(tokens.text("/access_token")), 200);
    advance(24 * 3600);
    EXPECT_EQ(use(tokens.text("/access_token")), 401);
}

TEST_F(SimulatorOauthTest, TakesAnotherLifetime)
{
    control("/accounts/acme/oauth", R"({"access_token_lifetime_s":60})");

    auto const tokens = exchange(code());

    EXPECT_EQ(tokens.id("/expires_in"), 60);
    advance(60);
    EXPECT_EQ(use(tokens.text("/access_token")), 401);
}

} // namespace
} // namespace sluice::simulator::testing
