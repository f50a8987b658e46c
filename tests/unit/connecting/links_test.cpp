#include "connecting_fixture.hpp"

namespace sluice::connecting {
namespace {

class LinksTest : public ConnectingTest {
protected:
    Result<LinkToken> authenticate(std::string secret) { return test::run(links_.authenticate(secret, soon())); }
    Result<Links::Offers> offered(LinkToken token) { return test::run(links_.offered(std::move(token), soon())); }
    Result<Links::Chosen> choose(LinkToken token, std::string method = "api_key")
    {
        return test::run(links_.choose(std::move(token), {installation_, std::move(method), {{"a", "b"}}}, soon()));
    }
    EnvironmentIntegrationId another(bool is_shown)
    {
        auto row = installations_.rows.at(installation_);
        row.id = EnvironmentIntegrationId{Uuid{static_cast<std::uint8_t>(9 + installations_.rows.size())}};
        row.show_in_catalog = is_shown;
        installations_.put(row);
        return row.id;
    }
    static std::string path_of(Result<Links::Chosen> const& chosen)
    {
        return chosen ? "" : chosen.error().failures().at(0).path;
    }
};

TEST_F(LinksTest, ALinkIsKnownUntilItIsUsedOrOver)
{
    auto const made = link();
    EXPECT_EQ(authenticate(secret_)->id, made.id);
    connections_.links.at(made.id).is_used = true;
    EXPECT_EQ(authenticate(secret_).error().code(), ErrorCode::unauthenticated);
    EXPECT_TRUE(test::run(links_.find(secret_, soon()))) << "its page says so";
    link();
    clock_.advance(kLong);
    EXPECT_EQ(authenticate(secret_).error().code(), ErrorCode::unauthenticated);
    EXPECT_EQ(authenticate("slx_link_nothing").error().code(), ErrorCode::unauthenticated);
}

TEST_F(LinksTest, OffersWhatTheCatalogShows)
{
    another(false);
    auto const offers = offered(link());
    ASSERT_TRUE(offers) << offers.error().public_detail();
    ASSERT_EQ(offers->offers.size(), 1U);
    EXPECT_EQ(offers->offers[0].id, installation_);
    EXPECT_TRUE(offers->offers[0].has_app);
}

/// An environment may have hundreds: compiling each would take longer than anybody waits.
TEST_F(LinksTest, LooksAtNothingThatIsNotOffered)
{
    for (int i = 0; i < 20; ++i)
        another(false);
    installations_.rows.at(another(true)).is_enabled = false;
    ASSERT_TRUE(offered(link()));
    EXPECT_EQ(installations_.loaded, std::vector{installation_});
    installations_.loaded.clear();
    EXPECT_TRUE(offered(link([](LinkToken& token) { token.integration = "other"; }))->offers.empty());
    EXPECT_TRUE(installations_.loaded.empty());
}

TEST_F(LinksTest, OffersOneThatReconnectsTheAccountsOwnIntegrationOnly)
{
    auto const other = another(true);
    accounts::Account account;
    account.environment = environment_;
    account.environment_integration = other;
    account.integration = definitions_.stored.id;
    auto const id = accounts_.put(account, accounts::Context{{{"email", "old@acme.example"}}, {}}).id;
    auto const reconnects = [&](bool keeps) {
        return link([&](LinkToken& token) {
            token.account = id;
            token.is_reconnect = true;
            token.persist_previous_context = keeps;
            token.context = {{"team", "red"}};
        });
    };
    auto const offers = offered(reconnects(true));
    ASSERT_EQ(offers->offers.size(), 1U);
    EXPECT_EQ(offers->offers[0].id, other);
    EXPECT_EQ(offers->known, (json::object{{"team", "red"}, {"email", "old@acme.example"}}));
    EXPECT_EQ(offered(reconnects(false))->known, (json::object{{"team", "red"}}));
    EXPECT_EQ(path_of(choose(reconnects(true))), "environment_integration_id") << "it is another one's account";
}

TEST_F(LinksTest, AChoiceIsARequestWithWhatTheLinkSays)
{
    auto const token = link([](LinkToken& made) {
        made.region = "eu";
        made.scopes = {"read"};
        made.context = {{"team", "red"}};
    });
    auto const chosen = choose(token);
    ASSERT_TRUE(chosen) << chosen.error().public_detail();
    EXPECT_FALSE(chosen->goes_to_vendor);
    EXPECT_EQ(chosen->request.link_token, token.id);
    EXPECT_EQ(chosen->request.tenant_id, "acme-42");
    EXPECT_EQ(chosen->request.region, "eu");
    EXPECT_EQ(chosen->request.scopes, token.scopes);
    EXPECT_EQ(chosen->request.entered, (json::object{{"a", "b"}}));
    EXPECT_EQ(chosen->request.given, (json::object{{"team", "red"}}));
    EXPECT_TRUE(choose(link(), "oauth2")->goes_to_vendor);
}

TEST_F(LinksTest, WhatIsNotOfferedCannotBeChosen)
{
    EXPECT_EQ(path_of(choose(link(), "saml")), "authentication_method");
    EXPECT_EQ(path_of(choose(link([](LinkToken& token) { token.integration = "other"; }))),
              "environment_integration_id");
    installations_.rows.at(installation_).show_in_catalog = false;
    EXPECT_EQ(path_of(choose(link())), "environment_integration_id");
    installations_.rows.at(installation_).show_in_catalog = true;
    installations_.rows.at(installation_).is_enabled = false;
    EXPECT_EQ(path_of(choose(link())), "environment_integration_id");
    installations_.rows.clear();
    EXPECT_EQ(path_of(choose(link())), "environment_integration_id");
}

} // namespace
} // namespace sluice::connecting
