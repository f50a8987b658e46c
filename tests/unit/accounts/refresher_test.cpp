#include "accounts/refresher.hpp"

#include "support/clock.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_client.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono_literals;

/// An OAuth account of Acme whose token ends in ten minutes, and the refreshers of two processes.
class RefresherTest : public ::testing::Test {
protected:
    explicit RefresherTest(std::string_view reuse = "revokes")
        : definitions_(reuse)
    {
        auto& installed = installation();
        installed.override =
            json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
        auto const& key = rows_.key_of(environment_);
        installed.app_secret =
            SealedSecret{key, app_place(installation_id_), key.seal(app_place(installation_id_), "app-secret")};
        id_ = connect("one");
    }

    IntegratedAccountId connect(std::string const& tenant)
    {
        Account account;
        account.environment = environment_;
        account.environment_integration = installation_id_;
        account.integration = definitions_.stored.id;
        account.integration_name = "acme";
        account.tenant_id = tenant;
        account.status = Status::active;
        account.authentication_method = "oauth2";
        Context context;
        context.secret =
            json::parse(R"({"oauth":{"token":{"access_token":"old-access","refresh_token":"old-refresh"}}})")
                ->as_object();
        account.access_expires_at = clock_.now() + 10min;
        account.refresh_due_at = clock_.now() + 8min;
        return rows_.put(std::move(account), context).id;
    }

    test::FakeAccounts::Installation& installation() { return rows_.installations[installation_id_]; }
    Account& row() { return row(id_); }
    Account& row(IntegratedAccountId id) { return rows_.rows.at({environment_, id}).account; }
    std::string access_token()
    {
        return std::string(
            json::find_path(json::value(rows_.context_of(environment_, id_)->secret), "oauth.token.access_token")
                ->get_string());
    }

    Result<CallableAccountPtr> renew() { return renew(id_); }
    Result<CallableAccountPtr> renew(IntegratedAccountId id, Refresher::Why why = Refresher::Why::asked)
    {
        return test::run([](RefresherTest& self, IntegratedAccountId which,
                            Refresher::Why reason) -> Task<Result<CallableAccountPtr>> {
            auto state = co_await self.rows_.load_state(self.environment_, which, Deadline::after(1h));
            auto account = co_await accounts::make_callable(self.integrations_, *std::move(state), Deadline::after(1h));
            if (!account)
                co_return account.error();
            co_return co_await self.refresher_.renew(*account, reason, Deadline::after(1h));
        }(*this, id, why));
    }

    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    RefresherMetrics metrics_{registry_};
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeIntegrations definitions_;
    WorkerPool workers_{1, 100};
    Integrations integrations_{definitions_, workers_};
    test::FakeClient client_;
    Refresher refresher_{rows_, integrations_, client_, clock_, log_, metrics_};
    EnvironmentId environment_{Uuid{7}};
    EnvironmentIntegrationId installation_id_{Uuid{8}};
    IntegratedAccountId id_;
};

constexpr char kGranted[] = R"({"access_token":"new-access","refresh_token":"new-refresh","expires_in":3600})";

TEST_F(RefresherTest, StoresWhatTheVendorGives)
{
    client_.answer(200, kGranted);
    auto const renewed = renew();
    ASSERT_TRUE(renewed) << renewed.error().public_detail();
    EXPECT_EQ((*renewed)->account.generation, 2);
    EXPECT_EQ(access_token(), "new-access");
}

TEST_F(RefresherTest, AsksWithTheTlsSettingsOfTheInstallation)
{
    client_.answer(200, kGranted);
    ASSERT_TRUE(renew());
    EXPECT_FALSE(client_.requests.back().tls);
    rows_.show_certificate(environment_, installation_id_);
    client_.answer(200, kGranted);
    ASSERT_TRUE(renew());
    ASSERT_TRUE(client_.requests.back().tls);
    EXPECT_EQ(client_.requests.back().tls->key()->reveal(), "our-key");
}

TEST_F(RefresherTest, InvalidGrantIsAVerdictAtOnce)
{
    client_.answer(400, R"({"error":"invalid_grant"})");
    EXPECT_EQ(renew().error().code(), ErrorCode::reauth_needed);
    EXPECT_EQ(row().status, Status::needs_reauth);
    EXPECT_NE(std::string(row().last_error.at("message").get_string()).find("invalid_grant"), std::string::npos);
}

TEST_F(RefresherTest, AnotherRefusalOfTheGrantIsAVerdictTheSecondTimeAMinuteLater)
{
    for (int i = 0; i < 3; ++i)
        client_.answer(200, R"({"error":"bad_refresh_token"})");
    auto const first = renew();
    EXPECT_EQ(first.error().code(), ErrorCode::upstream_failed);
    EXPECT_NE(first.error().public_detail().find("bad_refresh_token"), std::string::npos);
    EXPECT_EQ(row().status, Status::active);
    clock_.advance(30s);
    EXPECT_EQ(renew().error().code(), ErrorCode::upstream_failed);
    EXPECT_EQ(row().status, Status::active);
    EXPECT_EQ(row().refresh_due_at, clock_.now() + 30s);
    clock_.advance(30s);
    EXPECT_EQ(renew().error().code(), ErrorCode::reauth_needed);
    EXPECT_EQ(row().status, Status::needs_reauth);
}

TEST_F(RefresherTest, ATokenEndpointThatIsDownEndsNothingHoweverLong)
{
    for (auto const& [status, body] : {std::pair{503, ""},
                                       {500, R"({"error":"invalid_grant"})"},
                                       {429, ""},
                                       {408, ""},
                                       {200, "<html>"},
                                       {400, R"({"error":"temporarily_unavailable"})"}}) {
        for (int i = 0; i < 3; ++i) {
            client_.answer(status, body);
            EXPECT_EQ(renew().error().code(), ErrorCode::upstream_failed) << status << body;
            clock_.advance(1h);
        }
        EXPECT_EQ(row().status, Status::active) << status << body;
    }
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew());
    EXPECT_EQ(row().doubts, Doubts{});
}

TEST_F(RefresherTest, ARefusalOfTheAppHurtsNoAccountIsToldOnceAndAskedAboutNowAndThen)
{
    std::vector<IntegratedAccountId> ids;
    for (int i = 0; i < 100; ++i)
        ids.push_back(connect("tenant-" + std::to_string(i)));
    client_.respond = [](http::OutgoingRequest const&) {
        return test::vendor_answer(401, R"({"error":"invalid_client"})");
    };
    for (int minute = 0; minute < 10; ++minute, clock_.advance(1min))
        for (auto const id : ids)
            EXPECT_EQ(renew(id).error().code(), ErrorCode::forbidden);
    for (auto const id : ids)
        EXPECT_EQ(row(id).status, Status::active);
    EXPECT_EQ(installation().app_refusals, 1U);
    EXPECT_LE(client_.requests.size(), 10U) << "one of them asks, once a minute";
    client_.respond = [](http::OutgoingRequest const&) { return test::vendor_answer(200, kGranted); };
    for (auto const id : ids)
        EXPECT_TRUE(renew(id));
    EXPECT_FALSE(installation().app_trouble);
}

TEST_F(RefresherTest, AnAppThatIsGoneLeavesItsAccountsAsTheyAre)
{
    auto const secret = std::exchange(installation().app_secret, std::nullopt);
    EXPECT_EQ(renew().error().code(), ErrorCode::forbidden);
    EXPECT_EQ(row().status, Status::active);
    EXPECT_EQ(row().doubts, Doubts{});
    EXPECT_TRUE(client_.requests.empty());
    installation().app_secret = secret;
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew());
}

TEST_F(RefresherTest, WhatOneAccountIsRefusedWhileOthersAreRenewedIsNoWordAboutTheApp)
{
    auto const other = connect("other");
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew(other));
    for (auto const& [status, body] : {std::pair{404, "<html>"}, {401, ""}, {400, R"({"error":"invalid_scope"})"}}) {
        client_.answer(status, body);
        EXPECT_EQ(renew().error().code(), ErrorCode::upstream_failed) << status << body;
        EXPECT_FALSE(installation().app_trouble) << status << body;
        EXPECT_EQ(row().status, Status::active);
        EXPECT_GT(row().refresh_due_at, clock_.now()) << "it is asked again after a pause";
    }
    clock_.advance(10min);
    client_.answer(401, R"({"error":"invalid_client"})");
    EXPECT_EQ(renew().error().code(), ErrorCode::forbidden) << "nothing was renewed for long";
    EXPECT_TRUE(installation().app_trouble);
}

TEST_F(RefresherTest, ACustomersOwnClientThatIsRefusedHurtsNobodyElse)
{
    auto account = row();
    account.id = {};
    account.authentication_method = "oauth2_client_credentials";
    id_ = rows_
              .put(std::move(account),
                   Context{{{"client_id", "theirs"}}, json::parse(R"({"client_secret":"s-123456"})")->as_object()})
              .id;
    client_.answer(401, R"({"error":"invalid_client"})");
    EXPECT_EQ(renew().error().code(), ErrorCode::upstream_failed);
    EXPECT_FALSE(installation().app_trouble);
    EXPECT_TRUE(row().doubts.grant_refused_at);
    // Nor does an app that is refused hurt it, nor is it proof that the app works.
    installation().app_trouble = AppTrouble{"invalid_client", clock_.now() + 1h};
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew());
    EXPECT_TRUE(installation().app_trouble);
}

TEST_F(RefresherTest, WhatRefusesTheAppAndWhatTheGrant)
{
    struct Case {
        int status;
        char const* body;
        ErrorCode code;
    };
    for (auto const& [status, body, code] :
         {Case{400, R"({"error":"unauthorized_client"})", ErrorCode::forbidden},
          Case{400, R"({"error":"invalid_scope"})", ErrorCode::forbidden},
          Case{400, R"({"error":"unsupported_grant_type"})", ErrorCode::forbidden},
          Case{400, R"({"error":"invalid_request"})", ErrorCode::forbidden},
          Case{200, R"({"error":"invalid_client"})", ErrorCode::forbidden}, Case{401, "", ErrorCode::forbidden},
          Case{403, "<html>", ErrorCode::forbidden}, Case{404, "{}", ErrorCode::forbidden},
          Case{404, R"({"error":"no_such_token"})", ErrorCode::upstream_failed},
          Case{400, "{}", ErrorCode::upstream_failed}}) {
        installation().app_trouble.reset();
        client_.answer(status, body);
        EXPECT_EQ(renew().error().code(), code) << status << body;
        EXPECT_EQ(row().status, Status::active) << status << body;
        EXPECT_EQ(row().doubts.grant_refused_at.has_value(), code != ErrorCode::forbidden) << status << body;
    }
}

TEST_F(RefresherTest, ARenewalThatWasCutOffLeavesTheAccountAliveUntilItsTokenEnds)
{
    rows_.rows.at({environment_, id_}).intent_generation = 1;
    auto const held_back = renew();
    EXPECT_EQ(held_back.error().code(), ErrorCode::conflict) << "the account is as good as ever";
    EXPECT_EQ(row().status, Status::active);
    EXPECT_EQ(row().refresh_due_at, row().access_expires_at);
    EXPECT_TRUE(client_.requests.empty()) << "presenting the refresh token again would revoke the access token";
    clock_.advance(5min);
    EXPECT_FALSE(renew()) << "the intent is still there";
    EXPECT_TRUE(client_.requests.empty());
}

TEST_F(RefresherTest, OnceTheTokenHasEndedTheVendorDecides)
{
    rows_.rows.at({environment_, id_}).intent_generation = 1;
    clock_.advance(10min);
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew()) << "the cut-off request had not reached the vendor";
    EXPECT_EQ(row().status, Status::active);
    rows_.rows.at({environment_, id_}).intent_generation = 2;
    clock_.advance(1h);
    client_.answer(400, R"({"error":"invalid_grant"})");
    EXPECT_FALSE(renew());
    EXPECT_EQ(row().status, Status::needs_reauth);
    EXPECT_NE(std::string(row().last_error.at("message").get_string()).find("cut off"), std::string::npos);
}

TEST_F(RefresherTest, AnAnswerThatDidNotComeIsLikeACut)
{
    client_.fail({ErrorCode::upstream_timeout, "The vendor did not answer in time."});
    EXPECT_EQ(renew().error().code(), ErrorCode::upstream_timeout);
    EXPECT_EQ(renew().error().code(), ErrorCode::conflict);
    EXPECT_EQ(client_.requests.size(), 1U);
    EXPECT_EQ(row().status, Status::active);
}

TEST_F(RefresherTest, AnAnswerThatMayHaveComeAfterTheWorkIsLikeACut)
{
    for (auto const& [status, body] : {std::pair{500, ""}, {502, "<html>"}, {504, ""}, {200, "<html>"}, {200, "{}"}}) {
        rows_.rows.at({environment_, id_}).intent_generation.reset();
        client_.requests.clear();
        client_.answer(status, body);
        EXPECT_EQ(renew().error().code(), ErrorCode::upstream_failed) << status << body;
        EXPECT_EQ(renew().error().code(), ErrorCode::conflict) << status << body;
        EXPECT_EQ(client_.requests.size(), 1U) << "the refresh token is not presented again: " << status << body;
        EXPECT_EQ(row().status, Status::active);
    }
    rows_.rows.at({environment_, id_}).intent_generation.reset();
    client_.answer(503, "");
    EXPECT_FALSE(renew());
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew()) << "a vendor that says that it is down has done nothing";
}

TEST_F(RefresherTest, AnAnswerThatBrokeOffSaysSo)
{
    http::IncomingResponse half;
    half.status = 200;
    half.unread = Error{ErrorCode::upstream_failed, "The answer of acme.example broke off."};
    client_.answers.emplace_back(std::move(half));
    EXPECT_EQ(renew().error().public_detail(), "The answer of acme.example broke off.");
    EXPECT_EQ(renew().error().code(), ErrorCode::conflict) << "it may have given new tokens";
}

/// Neither its time nor a health method ever says that the token is dead, so there is nothing to wait for.
TEST_F(RefresherTest, ATokenOfWhichNothingIsToldIsRenewedAfterACutAsWell)
{
    definitions_.stored.manifest.as_object().erase("health");
    row().access_expires_at.reset();
    row().refresh_due_at = clock_.now();
    client_.answer(502, "");
    EXPECT_FALSE(renew());
    EXPECT_EQ(renew().error().code(), ErrorCode::conflict) << "it may work: nothing is risked for a newer one";
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew(id_, Refresher::Why::refused));
}

TEST_F(RefresherTest, ACutLeavesNoTimeThatHasPassed)
{
    row().access_expires_at.reset();
    row().refresh_due_at = clock_.now() - 1min;
    client_.answer(502, "");
    EXPECT_FALSE(renew());
    EXPECT_FALSE(row().refresh_due_at) << "the worker would fail for ever";
}

TEST_F(RefresherTest, WhatWasNotSentIsSentAgain)
{
    client_.fail({ErrorCode::upstream_unreachable, "The vendor was not reached."});
    client_.answer(200, kGranted);
    EXPECT_EQ(renew().error().code(), ErrorCode::upstream_unreachable);
    EXPECT_TRUE(renew());
}

class TolerantVendorTest : public RefresherTest {
protected:
    TolerantVendorTest()
        : RefresherTest("tolerated")
    {
    }
};

TEST_F(TolerantVendorTest, ARenewalThatWasCutOffIsMadeAgain)
{
    rows_.rows.at({environment_, id_}).intent_generation = 1;
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew());
}

TEST_F(RefresherTest, AHealthMethodThatRefusedTheTokenLeavesNothingToLose)
{
    rows_.rows.at({environment_, id_}).intent_generation = 1;
    row().doubts.credential_refused_at = clock_.now();
    client_.answer(200, kGranted);
    EXPECT_TRUE(renew());
}

TEST_F(RefresherTest, ACommitWhoseAnswerWasLostIsFound)
{
    client_.answer(200, kGranted);
    int lost = 1;
    rows_.after_commit = [&](std::string_view method) -> std::optional<Error> {
        if (method == "finish_refresh" && lost-- > 0)
            return Error{ErrorCode::unavailable, "gone"};
        return std::nullopt;
    };
    auto const renewed = renew();
    ASSERT_TRUE(renewed) << renewed.error().public_detail();
    EXPECT_EQ((*renewed)->account.generation, 2);
}

} // namespace
} // namespace sluice::accounts
