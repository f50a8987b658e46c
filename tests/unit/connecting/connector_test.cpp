#include "connecting_fixture.hpp"

#include <gmock/gmock.h>

namespace sluice::connecting {
namespace {

using accounts::Status;
using testing::HasSubstr;

class ConnectorTest : public ConnectingTest {
protected:
    Result<accounts::Account> connect(ConnectRequest request)
    {
        return test::run(connector_.connect(std::move(request), {}, soon()));
    }
    ConnectRequest by_page()
    {
        auto request = by_key();
        request.authentication_method = "oauth2";
        request.entered = {};
        return request;
    }
    /// A connection that its browser has taken to the vendor's page.
    StartedConnection started(ConnectRequest request)
    {
        auto made = test::run(connector_.start(std::move(request), {}, soon()));
        EXPECT_TRUE(made) << made.error().public_detail();
        EXPECT_TRUE(test::run(connector_.authorize_url(made->state.reveal(), "cookie", {}, soon())));
        return *std::move(made);
    }
    Result<Connection> finish(Secret const& state, std::string code = "code", std::string error = {})
    {
        Callback callback{state.reveal(), std::move(code), std::move(error), {"cookie"}};
        auto const admit = [this](EnvironmentId environment) {
            admitted_.push_back(environment);
            return may_;
        };
        return test::run(connector_.finish(std::move(callback), admit, {}, soon()));
    }
    std::vector<EnvironmentId> admitted_;
    Result<void> may_;
};

constexpr char kTokens[] = R"({"access_token":"access","refresh_token":"refresh","expires_in":3600})";

TEST_F(ConnectorTest, AFormMakesAnAccountThatWasTried)
{
    auto request = by_key();
    request.link_token = link().id;
    auto const account = connect(request);
    ASSERT_TRUE(account) << account.error().public_detail();
    EXPECT_EQ(account->status, Status::active);
    ASSERT_EQ(vendor_.checked.size(), 1U);
    EXPECT_EQ(row(account->id).context, (json::object{{"email", "me@acme.example"}}));
    EXPECT_EQ(secrets_of(account->id), (json::object{{"api_key", "key-123456"}}));
    EXPECT_TRUE(connections_.links.begin()->second.is_used);
}

TEST_F(ConnectorTest, CredentialsThatTheVendorRefusesAreKeptWithTheReason)
{
    vendor_.said = proxy::VendorCalls::Check{"Acme refuses these credentials: Wrong key."};
    auto request = by_key();
    request.link_token = link().id;
    auto const refused = connect(request);
    EXPECT_EQ(refused.error().code(), ErrorCode::reauth_needed);
    ASSERT_EQ(accounts_.rows.size(), 1U);
    auto const& account = accounts_.rows.begin()->second.account;
    EXPECT_EQ(account.status, Status::validation_error);
    EXPECT_EQ(account.last_error.at("error_type"), "validation_error");
    EXPECT_FALSE(connections_.links.begin()->second.is_used) << "the customer tries again";
}

TEST_F(ConnectorTest, WhatIsMissingIsToldBeforeAnythingIsStored)
{
    auto request = by_key();
    request.entered.erase("api_key");
    auto const refused = connect(request);
    ASSERT_EQ(refused.error().failures().size(), 1U);
    EXPECT_EQ(refused.error().failures()[0].path, "context.api_key");
    EXPECT_TRUE(accounts_.rows.empty());
    EXPECT_TRUE(vendor_.checked.empty());
}

TEST_F(ConnectorTest, WhatBelongsToAnotherMethodIsRefusedWhenABackEndGivesIt)
{
    auto request = by_page();
    request.given = {{"email", "me@acme.example"}, {"api_key", "key-123456"}, {"note", "kept"}};
    auto const refused = test::run(connector_.start(request, {}, soon()));
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().failures().size(), 2U);
    EXPECT_EQ(refused.error().failures()[0].path, "context.email");
    EXPECT_EQ(refused.error().failures()[1].message, "belongs to the authentication method api_key: import such an "
                                                     "account with `POST /integrated-account`");
    // A customer who has a link chooses the method.
    request.link_token = link().id;
    EXPECT_TRUE(test::run(connector_.start(request, {}, soon())));
}

TEST_F(ConnectorTest, AnAccountThatWorksKeepsItsCredentialsUntilTheNewOnesWere)
{
    auto const id = connect(by_key())->id;
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    auto again = by_key();
    again.account = id;
    again.entered["api_key"] = "another-key";
    EXPECT_FALSE(connect(again));
    EXPECT_EQ(secrets_of(id), (json::object{{"api_key", "key-123456"}}));
    EXPECT_EQ(row(id).status, Status::active);
    vendor_.said = proxy::VendorCalls::Check{};
    EXPECT_TRUE(connect(again));
    EXPECT_EQ(secrets_of(id), (json::object{{"api_key", "another-key"}}));
}

TEST_F(ConnectorTest, ACustomersOwnClientIsAskedWithTheScopesOfItsLinkThenAndLater)
{
    auto request = by_key();
    request.authentication_method = "oauth2_client_credentials";
    request.entered = {{"client_id", "theirs"}, {"client_secret", "s-123456"}};
    request.scopes = {"some"};
    client_.answer(200, kTokens);
    auto const account = connect(request);
    ASSERT_TRUE(account) << account.error().public_detail();
    EXPECT_THAT(client_.requests.at(0).body, HasSubstr("scope=some"));
    catalog::OAuth oauth;
    oauth.scopes = {"all"};
    EXPECT_EQ(accounts::wanted_scopes(oauth, *accounts_.context_of(environment_, account->id)),
              std::vector<std::string>{"some"});
}

TEST_F(ConnectorTest, TokensAreAskedForWithTheTlsSettingsOfTheInstallation)
{
    accounts_.show_certificate(environment_, installation_);
    installations_.rows.at(installation_).override = accounts_.installations[installation_].override;
    auto const begun = started(by_page());
    client_.answer(200, kTokens);
    ASSERT_TRUE(finish(begun.state));
    ASSERT_TRUE(client_.requests.at(0).tls);
    EXPECT_EQ(client_.requests.at(0).tls->ca, "their-ca");
    EXPECT_EQ(client_.requests.at(0).tls->key()->reveal(), "our-key");
}

TEST_F(ConnectorTest, AStepsSecretsAreSealedAndWhatItLearnsBesidesIsSeen)
{
    definitions_.stored.manifest.as_object()["actions"] = *json::parse(R"({"post_install": [
        {"request": {"method": "things.get", "as": "hook", "arguments": {"id": 7}}},
        {"update_context": {"webhook_secret": "{{steps.hook.secret}}", "team": "{{steps.hook.team}}"}}]})");
    vendor_.answer = json::value(json::object{{"secret", "whsec-123"}, {"team", "red"}});
    auto const account = connect(by_key());
    ASSERT_TRUE(account) << account.error().public_detail();
    EXPECT_EQ(row(account->id).context, (json::object{{"email", "me@acme.example"}, {"team", "red"}}));
    EXPECT_EQ(secrets_of(account->id), (json::object{{"api_key", "key-123456"}, {"webhook_secret", "whsec-123"}}));
}

TEST_F(ConnectorTest, AStepThatFailsIsAnAccountThatIsNotSetUp)
{
    definitions_.stored.manifest.as_object()["actions"] = *json::parse(R"({"post_install": [
        {"request": {"method": "things.get", "as": "hook", "arguments": {"id": 7}}}]})");
    vendor_.answer = Error{ErrorCode::upstream_failed, "No more hooks."};
    EXPECT_EQ(connect(by_key()).error().code(), ErrorCode::setup_failed);
    EXPECT_EQ(accounts_.rows.begin()->second.account.status, Status::post_install_error);
    EXPECT_TRUE(vendor_.checked.empty());
}

TEST_F(ConnectorTest, TheVendorsPageGivesTokens)
{
    auto const begun = started(by_page());
    client_.answer(200, kTokens);
    auto const done = finish(begun.state);
    ASSERT_TRUE(done) << done.error().public_detail();
    EXPECT_EQ(done->status, ConnectionStatus::active);
    EXPECT_EQ(admitted_, std::vector{environment_});
    EXPECT_THAT(client_.requests.at(0).body, HasSubstr("code=code"));
    EXPECT_THAT(client_.requests.at(0).body, HasSubstr("code_verifier="));
    EXPECT_EQ(row(*done->account).status, Status::active);
    EXPECT_TRUE(row(*done->account).refresh_due_at);
}

TEST_F(ConnectorTest, ACodeIsUsedOnceAndASecondVisitSeesWhatCameOfIt)
{
    auto const begun = started(by_page());
    client_.answer(200, kTokens);
    ASSERT_TRUE(finish(begun.state));
    auto const again = finish(begun.state);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, ConnectionStatus::active);
    EXPECT_EQ(client_.requests.size(), 1U);
}

TEST_F(ConnectorTest, ABrowserThatDidNotBeginItFinishesNothing)
{
    auto const begun = started(by_page());
    Callback callback{begun.state.reveal(), "code", {}, {"somebody else's"}};
    auto const admit = [](EnvironmentId) { return Result<void>(); };
    EXPECT_EQ(test::run(connector_.finish(callback, admit, {}, soon())).error().code(), ErrorCode::conflict);
    EXPECT_TRUE(client_.requests.empty());
}

/// While the vendor is waited for, a place is taken of whoever's connection it is: nobody else's.
TEST_F(ConnectorTest, NothingIsDoneForAnEnvironmentThatHasNoPlace)
{
    auto const begun = started(by_page());
    may_ = Error{ErrorCode::rate_limited, "This environment has too many requests in progress."};
    EXPECT_EQ(finish(begun.state).error().code(), ErrorCode::rate_limited);
    EXPECT_TRUE(client_.requests.empty());
    may_ = {};
    client_.answer(200, kTokens);
    EXPECT_EQ(finish(begun.state)->status, ConnectionStatus::active) << "the code is still good";
}

TEST_F(ConnectorTest, AccessThatWasNotGrantedIsAFailedConnection)
{
    auto const begun = started(by_page());
    auto const done = finish(begun.state, "", "access_denied");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->status, ConnectionStatus::failed);
    EXPECT_THAT(std::string(done->error.at("message").as_string()),
                HasSubstr("You did not approve the access at Acme"));
    EXPECT_TRUE(accounts_.rows.empty());
}

TEST_F(ConnectorTest, AnAnswerWithTokensThatBrokeOffSaysSo)
{
    auto const begun = started(by_page());
    http::IncomingResponse half;
    half.status = 200;
    half.unread = Error{ErrorCode::upstream_timeout, "acme.example did not answer in time."};
    client_.answers.emplace_back(std::move(half));
    auto const done = finish(begun.state);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->status, ConnectionStatus::failed);
    EXPECT_EQ(done->error.at("message"), "acme.example did not answer in time.");
}

TEST_F(ConnectorTest, AnAccountThatACrashLeftIsTriedAgain)
{
    auto const id = connect(by_key())->id;
    row(id).status = Status::connecting;
    auto const resumed = test::run(connector_.resume(row(id), soon()));
    ASSERT_TRUE(resumed) << resumed.error().public_detail();
    EXPECT_EQ(row(id).status, Status::active);
}

TEST_F(ConnectorTest, AConnectionThatWasLeftEndsWithAReason)
{
    auto const begun = started(by_page());
    auto const id = begun.connection.id;
    auto const early = test::run(connector_.resume(environment_, id, soon()));
    ASSERT_TRUE(early);
    EXPECT_TRUE(*early) << "the customer may still come back";
    clock_.advance(kLong);
    auto const over = test::run(connector_.resume(environment_, id, soon()));
    ASSERT_TRUE(over);
    EXPECT_FALSE(*over);
    EXPECT_EQ(connections_.connections.at(id).status, ConnectionStatus::failed);
    EXPECT_FALSE(connections_.connections.at(id).error.at("message").as_string().empty());
}

} // namespace
} // namespace sluice::connecting
