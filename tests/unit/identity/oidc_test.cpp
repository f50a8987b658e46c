#include "crypto/mac.hpp"
#include "fake_provider.hpp"
#include "identity/oidc.hpp"
#include "support/fake_identity_providers.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {
namespace {

using namespace std::chrono_literals;
using test::jwks;
using test::other_key;
using test::provider_key;

/// A provider behind the fake client, and a browser that goes there and back.
class OidcTest : public ::testing::Test {
protected:
    OidcTest()
    {
        client_.respond = [this](http::OutgoingRequest const& request) { return provider_.answer(request); };
        id_ = add_provider(std::string(kIssuer));
    }

    IdentityProviderId add_provider(std::string issuer)
    {
        NewIdentityProvider wish{"Example", std::move(issuer), "client:1", Secret{"s&cret"}};
        return test::run(providers_.create(team_, std::move(wish), {}, deadline()))->id;
    }
    static Deadline deadline() { return Deadline::after(30s); }

    Result<Oidc::Begun> begin(OidcPurpose purpose = {})
    {
        Oidc::Wish wish{team_, id_, std::move(purpose), "/accounts", cookie_};
        auto begun = test::run(oidc_.begin(std::move(wish), deadline()));
        if (begun) {
            cookie_ = begun->set_cookie.substr(0, begun->set_cookie.find(';'));
            (void)provider_.visit(begun->url);
        }
        return begun;
    }
    http::Query back() const { return provider_.back(); }
    Oidc::Finished finish(http::Query query)
    {
        return test::run(oidc_.finish(team_, std::move(query), cookie_, deadline()));
    }
    /// The whole way, as far as it goes.
    Result<Oidc::Proven> sign_in()
    {
        if (auto const begun = begin(); !begun)
            return begun.error();
        return finish(back()).proven;
    }
    void expect_fault(OidcFault fault)
    {
        auto const proven = sign_in();
        ASSERT_FALSE(proven);
        EXPECT_EQ(name_of(fault_of_flow(proven.error())), name_of(fault)) << proven.error().public_detail();
    }

    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeClock clock_;
    FakeProvider provider_{clock_};
    test::FakeClient client_;
    test::FakeIdentityProviders providers_;
    http::EgressPolicy egress_;
    Oidc oidc_{providers_, client_, egress_, keyring_, clock_, "https://sluice.example"};
    TeamId team_{uuid_of_name("team")};
    IdentityProviderId id_;

    std::string cookie_;
};

TEST_F(OidcTest, ProvesWhoSomebodyIs)
{
    auto const proven = sign_in();
    ASSERT_TRUE(proven) << proven.error().public_detail();
    EXPECT_EQ(proven->subject.text, "ann");
    EXPECT_EQ(proven->subject.team, team_);
    EXPECT_EQ(proven->subject.provider, id_);
    EXPECT_EQ(proven->return_path, "/accounts");
    EXPECT_TRUE(std::holds_alternative<SignInPurpose>(proven->purpose));
}

TEST_F(OidcTest, SendsTheBrowserWithPkceStateAndNonce)
{
    auto const begun = begin();
    EXPECT_TRUE(begun->url.starts_with("https://idp.example/authorize?"));
    EXPECT_EQ(provider_.sent.find("response_type"), "code");
    EXPECT_EQ(provider_.sent.find("client_id"), "client:1");
    EXPECT_EQ(provider_.sent.find("redirect_uri"), "https://sluice.example/oidc/callback/" + team_.str());
    EXPECT_EQ(provider_.sent.find("scope"), "openid");
    EXPECT_EQ(provider_.sent.find("code_challenge_method"), "S256");
    for (auto const* name : {"state", "nonce", "code_challenge"})
        EXPECT_EQ(provider_.sent.find(name)->size(), 43U) << name;
    auto const first = provider_.sent;
    (void)begin();
    for (auto const* name : {"state", "nonce", "code_challenge"})
        EXPECT_NE(first.find(name), provider_.sent.find(name)) << name;
}

TEST_F(OidcTest, AsksForTokensWithTheVerifierAndTheSecret)
{
    ASSERT_TRUE(sign_in());
    auto const form = *http::Query::parse(provider_.token_request.body);
    EXPECT_EQ(form.find("grant_type"), "authorization_code");
    EXPECT_EQ(form.find("code"), "code 1");
    EXPECT_EQ(form.find("redirect_uri"), "https://sluice.example/oidc/callback/" + team_.str());
    EXPECT_EQ(base64url(crypto::sha256(*form.find("code_verifier"))), provider_.sent.find("code_challenge"));
    EXPECT_FALSE(form.find("client_secret"));
    EXPECT_EQ(provider_.token_request.headers.find("authorization"),
              "Basic " + base64(bytes_of("client%3A1:s%26cret")));
}

TEST_F(OidcTest, SendsTheSecretInTheFormWhereTheProviderWantsItSo)
{
    provider_.document["token_endpoint_auth_methods_supported"] = json::array{"client_secret_post"};
    ASSERT_TRUE(sign_in());
    auto const form = *http::Query::parse(provider_.token_request.body);
    EXPECT_EQ(form.find("client_id"), "client:1");
    EXPECT_EQ(form.find("client_secret"), "s&cret");
    EXPECT_FALSE(provider_.token_request.headers.contains("authorization"));
}

TEST_F(OidcTest, APublicClientShowsOnlyItsName)
{
    providers_.rows[0].secret = {};
    ASSERT_TRUE(sign_in());
    auto const form = *http::Query::parse(provider_.token_request.body);
    EXPECT_EQ(form.find("client_id"), "client:1");
    EXPECT_FALSE(form.find("client_secret"));
    EXPECT_FALSE(provider_.token_request.headers.contains("authorization"));
}

TEST_F(OidcTest, CarriesThePurpose)
{
    UserId const ann{uuid_of_name("ann")};
    (void)begin(LinkPurpose{ann});
    EXPECT_EQ(std::get<LinkPurpose>(finish(back()).proven->purpose).user, ann);
    (void)begin(InvitationPurpose{Secret{"slx_invite_1"}});
    EXPECT_EQ(std::get<InvitationPurpose>(finish(back()).proven->purpose).secret.reveal(), "slx_invite_1");
}

TEST_F(OidcTest, AFlowIsOver)
{
    ASSERT_TRUE(begin());
    auto const finished = finish(back());
    ASSERT_TRUE(finished.proven);
    EXPECT_NE(finished.set_cookie.find("Max-Age=0"), std::string::npos);
    cookie_ = finished.set_cookie.substr(0, finished.set_cookie.find(';'));
    EXPECT_EQ(fault_of_flow(finish(back()).proven.error()), OidcFault::unknown_flow);
}

TEST_F(OidcTest, RefusesAnAnswerToAnotherBrowser)
{
    ASSERT_TRUE(begin());
    auto const mine = back();
    cookie_.clear();
    EXPECT_EQ(fault_of_flow(finish(mine).proven.error()), OidcFault::unknown_flow);
    EXPECT_EQ(provider_.asked["https://idp.example/token"], 0);
}

TEST_F(OidcTest, RefusesRepeatedParameters)
{
    for (auto const* name : {"code", "iss", "error"}) {
        ASSERT_TRUE(begin());
        auto query = back();
        query.add(name, "x");
        query.add(name, "x");
        EXPECT_EQ(fault_of_flow(finish(query).proven.error()), OidcFault::refused) << name;
    }
    ASSERT_TRUE(begin());
    auto query = back();
    query.add("state", std::string(*query.find("state")));
    EXPECT_EQ(fault_of_flow(finish(query).proven.error()), OidcFault::unknown_flow);
    EXPECT_EQ(provider_.asked["https://idp.example/token"], 0);
}

TEST_F(OidcTest, ChecksTheIssuerOfTheAnswer)
{
    ASSERT_TRUE(begin());
    auto query = back();
    query.add("iss", "https://evil.example");
    EXPECT_EQ(fault_of_flow(finish(query).proven.error()), OidcFault::refused);
    ASSERT_TRUE(begin());
    query = back();
    query.add("iss", std::string(kIssuer));
    EXPECT_TRUE(finish(query).proven);
}

TEST_F(OidcTest, MissesTheIssuerWhereTheProviderPromisesIt)
{
    provider_.document["authorization_response_iss_parameter_supported"] = true;
    expect_fault(OidcFault::refused);
    EXPECT_EQ(provider_.asked["https://idp.example/token"], 0);
}

TEST_F(OidcTest, TellsThatTheProviderDidNotGrantIt)
{
    ASSERT_TRUE(begin());
    http::Query query;
    query.add("state", std::string(*provider_.sent.find("state")));
    query.add("error", "access_denied");
    query.add("error_description", "<script>");
    auto const error = finish(query).proven.error();
    EXPECT_EQ(fault_of_flow(error), OidcFault::not_granted);
    EXPECT_NE(error.public_detail().find("access_denied"), std::string::npos);
    EXPECT_EQ(error.public_detail().find("script"), std::string::npos);
}

TEST_F(OidcTest, RefusesWhatTheTokenMustNotSay)
{
    json::object const bad[] = {
        {{"nonce", "another"}}, {{"aud", "client:2"}}, {{"iss", "https://evil.example"}}, {{"exp", 1}}, {{"sub", ""}}};
    for (auto const& claims : bad) {
        provider_.claims = claims;
        expect_fault(OidcFault::refused);
    }
}

TEST_F(OidcTest, NeverLooksAtAnEmail)
{
    provider_.claims = {{"email", "owner@sluice.example"}, {"email_verified", true}, {"sub", "mallory"}};
    EXPECT_EQ(sign_in()->subject.text, "mallory");
}

TEST_F(OidcTest, RefusesAnotherKeyOfTheSameName)
{
    provider_.signer = &other_key();
    expect_fault(OidcFault::refused);
}

TEST_F(OidcTest, ReadsNewKeysWhenOneIsUnknown)
{
    ASSERT_TRUE(sign_in());
    clock_.advance(1min);
    provider_.signer = &other_key();
    provider_.key_id = "b";
    provider_.keys = jwks({provider_key().jwk({{"kid", "a"}}), other_key().jwk({{"kid", "b"}})});
    EXPECT_TRUE(sign_in());
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 2);
    // Both are known now.
    EXPECT_TRUE(sign_in());
    provider_.signer = &provider_key();
    provider_.key_id = "a";
    EXPECT_TRUE(sign_in());
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 2);
    EXPECT_EQ(provider_.asked["https://idp.example/.well-known/openid-configuration"], 1);
}

TEST_F(OidcTest, AsksForKeysAtMostOnceAMinute)
{
    provider_.key_id = "unknown";
    for (int i = 0; i < 5; ++i)
        expect_fault(OidcFault::refused);
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 1);
    clock_.advance(59s);
    expect_fault(OidcFault::refused);
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 1);
    clock_.advance(1s);
    expect_fault(OidcFault::refused);
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 2);
    provider_.key_id = "a";
    EXPECT_TRUE(sign_in());
    EXPECT_EQ(provider_.asked["https://idp.example/jwks"], 2);
}

TEST_F(OidcTest, AWithdrawnKeyEndsWithinAnHour)
{
    ASSERT_TRUE(sign_in());
    provider_.keys = jwks({other_key().jwk({{"kid", "b"}})});
    clock_.advance(1h);
    expect_fault(OidcFault::refused);
}

TEST_F(OidcTest, DoesNotAskABrokenProviderAgainAtOnce)
{
    provider_.document_status = 500;
    expect_fault(OidcFault::provider_failed);
    expect_fault(OidcFault::provider_failed);
    EXPECT_EQ(provider_.asked["https://idp.example/.well-known/openid-configuration"], 1);
    provider_.document_status = 200;
    clock_.advance(5s);
    EXPECT_TRUE(sign_in());
}

TEST_F(OidcTest, FollowsNoRedirects)
{
    provider_.document_status = 302;
    expect_fault(OidcFault::provider_failed);
    provider_.document_status = 200;
    clock_.advance(5s);
    provider_.token_status = 307;
    expect_fault(OidcFault::provider_failed);
}

TEST_F(OidcTest, ABrokenKeySetIsNotUsed)
{
    provider_.keys = "<html>";
    expect_fault(OidcFault::provider_failed);
}

TEST_F(OidcTest, AProviderOfAnotherIssuerIsNotUsed)
{
    provider_.document["issuer"] = "https://evil.example";
    expect_fault(OidcFault::provider_failed);
}

TEST_F(OidcTest, ADisabledProviderSignsNobodyIn)
{
    ASSERT_TRUE(begin());
    providers_.rows[0].provider.is_enabled = false;
    EXPECT_EQ(fault_of_flow(finish(back()).proven.error()), OidcFault::provider_off);
    EXPECT_EQ(fault_of_flow(begin().error()), OidcFault::provider_off);
    id_ = IdentityProviderId{uuid_of_name("none")};
    expect_fault(OidcFault::provider_off);
}

TEST_F(OidcTest, AnotherTeamDoesNotHaveTheProvider)
{
    team_ = TeamId{uuid_of_name("another team")};
    expect_fault(OidcFault::provider_off);
}

TEST_F(OidcTest, RefusesAnswersWithoutACode)
{
    for (auto const& code : {std::string(), std::string(4097, 'c'), std::string("a\nb"), std::string("\xc3\xa4")}) {
        ASSERT_TRUE(begin());
        http::Query query;
        query.add("state", std::string(*provider_.sent.find("state")));
        query.add("code", code);
        EXPECT_EQ(fault_of_flow(finish(query).proven.error()), OidcFault::refused);
    }
    EXPECT_EQ(provider_.asked["https://idp.example/token"], 0);
}

TEST_F(OidcTest, NeedsHttpsOrThisMachine)
{
    Oidc clear(providers_, client_, egress_, keyring_, clock_, "http://sluice.example");
    Oidc::Wish wish{team_, id_, {}, "/", ""};
    EXPECT_FALSE(test::run(clear.begin(std::move(wish), deadline())));
}

/// Two tabs that come back at once share a fetch of the keys.
TEST_F(OidcTest, KeepsTwoFlowsOfABrowserApart)
{
    ASSERT_TRUE(begin());
    auto const first = back();
    auto const first_sent = provider_.sent;
    ASSERT_TRUE(begin());
    auto const second = back();
    EXPECT_TRUE(finish(second).proven);
    provider_.sent = first_sent;
    EXPECT_TRUE(finish(first).proven);
    // A token of one flow is no answer in the other.
    ASSERT_TRUE(begin());
    auto const third = back();
    provider_.sent = first_sent;
    EXPECT_EQ(fault_of_flow(finish(third).proven.error()), OidcFault::refused);
}

} // namespace
} // namespace sluice::identity
