#include "connecting_fixture.hpp"

namespace sluice::connecting {
namespace {

class LinksTest : public ConnectingTest {
protected:
    Result<LinkToken> authenticate(std::string secret) { return test::run(links_.authenticate(secret, {}, soon())); }
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
    EXPECT_TRUE(test::run(links_.find(secret_, {}, soon()))) << "its page says so";
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
    EXPECT_EQ(offered(reconnects(false))->known, offers->known) << "what is no secret need not be typed again";
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

class MintedLinksTest : public LinksTest {
protected:
    IntegratedAccountId an_account()
    {
        accounts::Account account;
        account.environment = environment_;
        account.environment_integration = installation_;
        account.integration = definitions_.stored.id;
        account.integration_name = definitions_.stored.name;
        account.tenant_id = "acme-42";
        return accounts_.put(account, {}).id;
    }
    Target whole_target() const
    {
        return {.tenant_id = "acme-42",
                .integration = definitions_.stored.name,
                .scopes = std::vector<std::string>{"read"},
                .redirect_uri = "https://app.example/done",
                .region = "eu",
                .context = {{"team", "red"}}};
    }
    Result<MintedLink> mint(Target target)
    {
        return test::run(links_.mint(environment_, std::move(target), {}, soon()));
    }
    Result<ConnectRequest> request_of(Target target)
    {
        return test::run(links_.request_of(environment_, std::move(target), "oauth2", soon()));
    }
    /// Where both that make something of a target refuse it.
    std::string refused_at(Target const& target)
    {
        auto const minted = mint(target);
        auto const request = request_of(target);
        if (minted || request)
            return "it is taken";
        EXPECT_EQ(minted.error().failures().at(0).path, request.error().failures().at(0).path);
        return minted.error().failures().at(0).path;
    }
};

TEST_F(MintedLinksTest, ANewLinkIsForAWeekAndOpensWithItsSecretOnly)
{
    auto const minted = mint(whole_target());
    ASSERT_TRUE(minted) << minted.error().public_detail();
    auto const found = authenticate(minted->secret.reveal());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, minted->link.id);
    EXPECT_EQ(found->tenant_id, "acme-42");
    EXPECT_EQ(found->integration, definitions_.stored.name);
    EXPECT_EQ(found->scopes, std::vector<std::string>{"read"});
    EXPECT_EQ(found->redirect_uri, "https://app.example/done");
    EXPECT_EQ(found->region, "eu");
    EXPECT_EQ(found->context, (json::object{{"team", "red"}}));
    EXPECT_FALSE(found->is_reconnect);
    EXPECT_EQ(found->expires_at, clock_.now() + Links::kLifetime);
    clock_.advance(Links::kLifetime);
    EXPECT_FALSE(authenticate(minted->secret.reveal()));
}

TEST_F(MintedLinksTest, ALinkThatReconnectsKnowsTheTenantOfItsAccount)
{
    auto const account = an_account();
    auto const minted = mint({.account = account, .persist_previous_context = true});
    ASSERT_TRUE(minted) << minted.error().public_detail();
    EXPECT_EQ(minted->link.tenant_id, "acme-42");
    EXPECT_EQ(minted->link.account, account);
    EXPECT_TRUE(minted->link.is_reconnect);
    EXPECT_TRUE(minted->link.persist_previous_context);
}

TEST_F(MintedLinksTest, ABackEndsRequestSaysWhatTheTargetSays)
{
    auto const request = request_of(whole_target());
    ASSERT_TRUE(request) << request.error().public_detail();
    EXPECT_EQ(request->environment, environment_);
    EXPECT_EQ(request->installation, installation_);
    EXPECT_EQ(request->authentication_method, "oauth2");
    EXPECT_EQ(request->tenant_id, "acme-42");
    EXPECT_EQ(request->scopes, std::vector<std::string>{"read"});
    EXPECT_EQ(request->redirect_uri, "https://app.example/done");
    EXPECT_EQ(request->region, "eu");
    EXPECT_EQ(request->given, (json::object{{"team", "red"}}));
    EXPECT_FALSE(request->account);

    auto const account = an_account();
    auto const again = request_of({.account = account, .persist_previous_context = true});
    ASSERT_TRUE(again) << again.error().public_detail();
    EXPECT_EQ(again->account, account);
    EXPECT_EQ(again->tenant_id, "acme-42");
    EXPECT_EQ(again->installation, installation_);
    EXPECT_TRUE(again->persist_previous_context);
}

TEST_F(MintedLinksTest, ATargetThatContradictsItselfIsRefused)
{
    auto const account = an_account();
    EXPECT_EQ(refused_at({}), "tenant_id");
    EXPECT_EQ(refused_at({.tenant_id = "acme-42", .account = account}), "integrated_account_id");
    EXPECT_EQ(refused_at({.tenant_id = "acme-42", .persist_previous_context = true}), "persist_previous_context");
    EXPECT_EQ(refused_at({.account = IntegratedAccountId{Uuid{99}}}), "integrated_account_id");
    EXPECT_EQ(refused_at({.tenant_id = "acme-42", .integration = "unknown"}), "integration");
    EXPECT_EQ(refused_at({.account = account, .integration = "unknown"}), "integration");
    EXPECT_EQ(request_of({.tenant_id = "acme-42"}).error().failures().at(0).path, "integration")
        << "nobody chooses one later";
    EXPECT_TRUE(connections_.links.empty());
}

TEST_F(MintedLinksTest, EnvironmentsKnowNothingOfEachOther)
{
    auto const account = an_account();
    EnvironmentId const other{Uuid{70}};
    auto const link = test::run(links_.mint(other, {.account = account}, {}, soon()));
    EXPECT_EQ(link.error().failures().at(0).path, "integrated_account_id");
    auto const named =
        test::run(links_.mint(other, {.tenant_id = "acme-42", .integration = definitions_.stored.name}, {}, soon()));
    EXPECT_EQ(named.error().failures().at(0).path, "integration");
}

TEST(ConnectionStatusTest, HasAName)
{
    for (auto const status : {ConnectionStatus::initiated, ConnectionStatus::exchanging, ConnectionStatus::validating,
                              ConnectionStatus::active, ConnectionStatus::failed})
        EXPECT_EQ(connection_status_of(name_of(status)), status);
    EXPECT_EQ(name_of(ConnectionStatus::validating), "validating");
    EXPECT_FALSE(connection_status_of("done"));
}

} // namespace
} // namespace sluice::connecting
