#include "proxy/caller.hpp"
#include "proxy/kept_outcome.hpp"

#include "accounts/callable_accounts.hpp"
#include "proxy/account_observer.hpp"
#include "support/call_log.hpp"
#include "support/clock.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_client.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::proxy {
namespace {

using namespace std::chrono_literals;
using accounts::Status;

/// Calls of one account of Acme, and what they teach.
class CallerTest : public ::testing::Test {
protected:
    CallerTest()
    {
        auto& installed = rows_.installations[installation_id_];
        installed.override =
            json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
        auto const& key = rows_.key_of(environment_);
        installed.app_secret = accounts::SealedSecret{key, accounts::app_place(installation_id_),
                                                      key.seal(accounts::app_place(installation_id_), "app-secret")};
    }

    void connect(std::string const& method, std::string_view secret)
    {
        accounts::Account account;
        account.environment = environment_;
        account.environment_integration = installation_id_;
        account.integration = definitions_.stored.id;
        account.status = Status::active;
        account.authentication_method = method;
        accounts::Context context;
        context.visible["email"] = "me@acme.example";
        context.secret = json::parse(secret)->as_object();
        if (method == "oauth2") {
            account.access_expires_at = clock_.now() + 10min;
            account.refresh_due_at = clock_.now() + 8min;
        }
        id_ = rows_.put(std::move(account), context).id;
    }
    void connect_by_key() { connect("api_key", R"({"api_key":"key-123456"})"); }
    void connect_by_oauth()
    {
        connect("oauth2", R"({"oauth":{"token":{"access_token":"old-access","refresh_token":"old-refresh"}}})");
    }

    Result<Outcome> call(Passthrough const* through = nullptr)
    {
        auto result = test::run_on(io_, [](CallerTest& self, Passthrough const* through) -> Task<Result<Outcome>> {
            auto state = co_await self.rows_.load_state(self.environment_, self.id_, Deadline::after(1h));
            auto account = co_await accounts::make_callable(self.integrations_, *std::move(state), Deadline::after(1h));
            if (!account)
                co_return account.error();
            auto const* method = (*account)->installed->integration->find("things", "get");
            catalog::CallParts parts;
            parts.path.emplace_back("id", "7");
            co_return co_await self.caller_.call(*account, *method, std::move(parts), through, Deadline::after(1h));
        }(*this, through));
        io_.restart(), io_.poll(); // What is written behind the call's back.
        return result;
    }

    test::FakeAccounts::Row& row() { return rows_.rows.at({environment_, id_}); }

    asio::io_context io_{1};
    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    accounts::RefresherMetrics refresher_metrics_{registry_};
    CallerMetrics caller_metrics_{registry_};
    UnreadLimits unread_limits_{registry_, log_};
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeIntegrations definitions_{"tolerated"};
    WorkerPool workers_{1, 100};
    accounts::Integrations integrations_{definitions_, workers_};
    test::FakeClient client_;
    accounts::Refresher refresher_{rows_, integrations_, client_, clock_, log_, refresher_metrics_};
    accounts::Vault vault_{clock_};
    crypto::Keyring keyring_ = *crypto::Keyring::parse(
        R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    crypto::CursorSealer cursors_{keyring_, clock_};
    AccountObserver observer_{io_, rows_, clock_, log_};
    test::CallLog call_log_{io_, clock_, registry_, log_};
    Caller caller_{client_,   vault_,          refresher_,      cursors_,      clock_,
                   observer_, call_log_.calls, caller_metrics_, unread_limits_};
    EnvironmentId environment_{Uuid{7}};
    EnvironmentIntegrationId installation_id_{Uuid{8}};
    IntegratedAccountId id_;
};

TEST_F(CallerTest, A401OfOneCallEndsTheCallAndAsksForAHealthCheckAtMostOnceAMinute)
{
    connect_by_key();
    client_.respond = [](auto const&) { return test::vendor_answer(401, R"({"message":"Not yours."})"); };
    for (int i = 0; i < 6; ++i, clock_.advance(20s)) {
        auto const outcome = call();
        ASSERT_TRUE(outcome);
        EXPECT_EQ(outcome->status, 401);
        EXPECT_EQ(outcome->message, "Not yours.");
    }
    EXPECT_EQ(row().account.status, Status::active);
    EXPECT_TRUE(row().account.last_error.is_null());
    EXPECT_EQ(row().health_checks, 2U);
    EXPECT_EQ(client_.requests.size(), 6U);
}

TEST_F(CallerTest, A401WhoseRenewalFailsForAReasonThatPassesIsNo401)
{
    connect_by_oauth();
    client_.answer(401, "{}");
    client_.answer(503, "");
    auto const failed = call();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::upstream_unreachable) << "nothing of the call was carried out";
    EXPECT_TRUE(had_no_effect(failed));
    EXPECT_NE(failed.error().public_detail().find("503"), std::string::npos);
    EXPECT_EQ(row().account.status, Status::active);
    clock_.advance(5s);
    client_.answer(401, "{}");
    client_.answer(200, R"({"access_token":"new-access","refresh_token":"new-refresh","expires_in":3600})");
    client_.answer(200, R"({"id":7})");
    auto const outcome = call();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->body, R"({"id":7})");
}

TEST_F(CallerTest, AFreshTokenThatIsRefusedTooIsForTheHealthCheckToJudge)
{
    connect_by_oauth();
    client_.answer(401, "{}");
    client_.answer(200, R"({"access_token":"new-access","refresh_token":"new-refresh","expires_in":3600})");
    client_.answer(401, "{}");
    auto const outcome = call();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->status, 401);
    EXPECT_EQ(row().account.status, Status::active);
    EXPECT_EQ(row().health_checks, 1U);
}

TEST_F(CallerTest, CallsDoNotRotateACredentialThatIsRefusedHoweverNewItIs)
{
    connect_by_oauth();
    std::size_t renewals = 0;
    client_.respond = [&](http::OutgoingRequest const& request) {
        if (!request.url.ends_with("/token"))
            return test::vendor_answer(401, R"({"message":"Not for you."})");
        ++renewals;
        return test::vendor_answer(200, R"({"access_token":"new","refresh_token":"new","expires_in":36000})");
    };
    for (int i = 0; i < 10; ++i, clock_.advance(20s))
        EXPECT_EQ(call()->status, 401);
    EXPECT_EQ(renewals, 1U);
    EXPECT_GT(row().health_checks, 1U) << "the health check is what judges";
    clock_.advance(5min);
    EXPECT_EQ(call()->status, 401);
    EXPECT_EQ(renewals, 2U) << "later it is tried again";
}

TEST_F(CallerTest, CallsOfAnExpiredTokenDoNotAskATokenEndpointThatIsDownEachTime)
{
    connect_by_oauth();
    clock_.advance(1h);
    client_.respond = [](http::OutgoingRequest const&) { return test::vendor_answer(503, ""); };
    for (int i = 0; i < 10; ++i) {
        auto const failed = call();
        ASSERT_FALSE(failed);
        EXPECT_TRUE(had_no_effect(failed));
        EXPECT_NE(failed.error().public_detail().find("503"), std::string::npos) << "each is told why";
    }
    EXPECT_EQ(client_.requests.size(), 1U);
    clock_.advance(4s);
    EXPECT_FALSE(call());
    EXPECT_EQ(client_.requests.size(), 2U);
}

/// A body that comes piece by piece.
class Upload final : public http::BodySource {
public:
    Task<Result<std::string>> read() override { co_return std::string(); }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
    void cancel() override {}
};

TEST_F(CallerTest, AStreamedBodyThatIsRefusedIsAskedForAgainWithTheNewCredential)
{
    connect_by_oauth();
    client_.answer(401, "{}");
    client_.answer(200, R"({"access_token":"new-access","refresh_token":"new-refresh","expires_in":3600})");
    Passthrough through;
    through.body = RawBody{"application/zip", {}, std::make_shared<Upload>()};

    auto const failed = call(&through);

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(had_no_effect(failed));
    EXPECT_EQ(client_.requests.size(), 2U) << "what was sent cannot be sent twice";
}

TEST_F(CallerTest, AnAnswerIsStreamedOnlyIfItIsASuccessThatNobodyReads)
{
    connect_by_key();
    client_.respond = [](http::OutgoingRequest const&) { return test::vendor_answer(200, "{}"); };
    ASSERT_TRUE(call());
    EXPECT_FALSE(client_.requests.back().streams_answer) << "a tool reads its answer";

    Passthrough through;
    through.streams = Passthrough::Streams::unread;
    through.stream_deadline = Deadline::after(2h);
    ASSERT_TRUE(call(&through));
    auto const& request = client_.requests.back();
    EXPECT_EQ(request.stream_deadline->at(), through.stream_deadline->at());
    http::Headers pdf;
    pdf.add("content-type", "application/pdf");
    http::Headers json;
    json.add("content-type", "application/json");
    EXPECT_TRUE(request.streams_answer(200, pdf));
    EXPECT_TRUE(request.streams_answer(206, pdf));
    EXPECT_FALSE(request.streams_answer(404, pdf));
    EXPECT_FALSE(request.streams_answer(302, pdf));
    EXPECT_FALSE(request.streams_answer(200, json));
}

TEST_F(CallerTest, AClientThatHasThePresentVersionIsToldSoIfItAsked)
{
    connect_by_key();
    client_.respond = [](http::OutgoingRequest const&) { return test::vendor_answer(304, {}, {}); };
    EXPECT_EQ(call()->status, 502);

    Passthrough through;
    through.headers.add("if-none-match", "\"7\"");
    auto const outcome = call(&through);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->kind, Outcome::Kind::empty);
    EXPECT_EQ(outcome->status, 304);
    EXPECT_EQ(client_.requests.back().headers.find("if-none-match"), "\"7\"");
}

TEST_F(CallerTest, AReadWhoseAnswerDidNotComeWholeIsTheErrorThatItIs)
{
    connect_by_key();
    http::IncomingResponse half; // As of a search that is a POST.
    half.status = 200;
    half.unread = Error{ErrorCode::upstream_timeout, "acme.example did not answer in time."};
    client_.answers.emplace_back(std::move(half));
    auto const failed = call();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::upstream_timeout);
}

TEST_F(CallerTest, AClientOfTheAccountsOwnIsAskedForItsFirstToken)
{
    connect("oauth2_client_credentials", R"({"client_secret":"s-123456"})");
    auto& account = row().account;
    account.context["client_id"] = "theirs";
    account.access_expires_at = account.refresh_due_at = clock_.now();
    client_.answer(200, R"({"access_token":"first","expires_in":3600})");
    client_.answer(200, R"({"id":7})");
    auto const outcome = call();
    ASSERT_TRUE(outcome) << outcome.error().public_detail();
    EXPECT_EQ(outcome->body, R"({"id":7})");
    EXPECT_EQ(client_.requests.back().headers.find("authorization"), "Bearer first");
}

TEST_F(CallerTest, AnAppThatIsGoneIsNoWordAboutItsAccounts)
{
    connect_by_oauth();
    rows_.installations[installation_id_].app_secret.reset();
    client_.answer(401, "{}");
    auto const failed = call();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::forbidden);
    EXPECT_NE(failed.error().public_detail().find("override.credentials.oauth2"), std::string::npos);
    EXPECT_EQ(row().health_checks, 0U) << "nothing is known of the credentials";
}

TEST_F(CallerTest, ALoopOfForbiddenCallsWritesOnceAndNoCallWaitsForIt)
{
    connect_by_key();
    int writes = 0;
    rows_.before = [&](std::string_view method) -> std::optional<Error> {
        writes += method == "note" ? 1 : 0;
        return std::nullopt;
    };
    client_.respond = [](http::OutgoingRequest const&) {
        return test::vendor_answer(403, R"({"message":"Not allowed."})");
    };
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(call()->status, 403);
    clock_.advance(2min);
    EXPECT_EQ(call()->status, 403);
    EXPECT_EQ(writes, 1) << "it says so already";
    EXPECT_EQ(row().account.last_forbidden_error.at("message"), "Not allowed.");
    int number = 0;
    client_.respond = [&number](http::OutgoingRequest const&) {
        return test::vendor_answer(403, "{\"message\":\"Not allowed " + std::to_string(++number) + ".\"}");
    };
    for (int i = 0; i < 30; ++i, clock_.advance(10s))
        EXPECT_EQ(call()->status, 403);
    EXPECT_EQ(writes, 6) << "once a minute of five";
}

TEST_F(CallerTest, AVendorThatRepeatsTheKeyIsNotRepeated)
{
    connect_by_key();
    auto const basic = base64(bytes_of("me@acme.example:key-123456"));
    client_.answer(403, "{\"message\":\"Incorrect API key provided: key-123456 (" + basic + ")\"}");
    auto const outcome = call();
    ASSERT_TRUE(outcome);
    EXPECT_NE(outcome->message.find("Incorrect API key provided: [secret]"), std::string::npos) << outcome->message;
    auto const kept = boost::json::serialize(row().account.last_forbidden_error);
    for (auto const* text : {&outcome->message, &outcome->body, &kept}) {
        EXPECT_EQ(text->find("key-123456"), std::string::npos) << *text;
        EXPECT_EQ(text->find(basic.substr(basic.size() - 10)), std::string::npos) << *text;
    }
}

TEST_F(CallerTest, AHeaderThatRepeatsTheKeyIsNotRepeatedEither)
{
    connect_by_key();
    auto const basic = base64(bytes_of("me@acme.example:key-123456"));
    auto answer = test::vendor_answer(403, R"({"message":"Not allowed."})");
    answer.headers.add("x-echo", "key key-123456");
    answer.headers.add("x-sent", "Basic " + basic);
    answer.headers.add("x-trace", "abc");
    client_.answers.emplace_back(std::move(answer));
    auto const outcome = call();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->vendor_headers.find("x-echo"), "key [secret]");
    EXPECT_EQ(outcome->vendor_headers.find("x-sent").value().find(basic.substr(basic.size() - 10)), std::string::npos);
    EXPECT_EQ(outcome->vendor_headers.find("x-trace"), "abc");
    EXPECT_EQ(outcome->vendor_headers.find("content-type"), "application/json");
}

/// Where a vendor's redirects lead.
class RedirectTest : public CallerTest {
protected:
    RedirectTest() { connect_by_key(); }

    static http::IncomingResponse redirect(int status, std::string_view location)
    {
        auto answer = test::vendor_answer(status);
        answer.headers.add("location", location);
        return answer;
    }

    [[nodiscard]] std::string base() const { return origin_of(client_.requests.front().url); }
    static std::string origin_of(std::string const& url) { return url.substr(0, url.find('/', 8)); }
};

TEST_F(RedirectTest, OfAReadIsFollowedOnTheSameHostWithTheCredential)
{
    for (auto const status : {301, 302, 303, 307, 308}) {
        client_.requests.clear();
        client_.answers.emplace_back(redirect(status, "/moved"));
        client_.answer(200, R"({"id":7})");
        auto const outcome = call();
        ASSERT_TRUE(outcome) << status;
        EXPECT_EQ(outcome->body, R"({"id":7})") << status;
        ASSERT_EQ(client_.requests.size(), 2U) << status;
        EXPECT_EQ(client_.requests[1].url, base() + "/moved");
        EXPECT_TRUE(client_.requests[1].headers.contains("authorization"));
    }
}

TEST_F(RedirectTest, ToAnotherHostIsFollowedWithoutTheCredentialAndNeverBackWithIt)
{
    client_.answers.emplace_back(redirect(302, "https://storage.example/f.pdf?X-Amz-Signature=a"));
    client_.answers.emplace_back(redirect(302, "https://acme.example/f.pdf"));
    client_.answers.emplace_back(test::vendor_answer(200, "%PDF", "application/pdf"));

    auto const outcome = call();

    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->kind, Outcome::Kind::binary);
    EXPECT_EQ(outcome->body, "%PDF");
    ASSERT_EQ(client_.requests.size(), 3U);
    EXPECT_TRUE(client_.requests[0].headers.contains("authorization"));
    EXPECT_EQ(client_.requests[1].url, "https://storage.example/f.pdf?X-Amz-Signature=a");
    for (std::size_t i : {1U, 2U}) {
        EXPECT_FALSE(client_.requests[i].headers.contains("authorization")) << i;
        EXPECT_EQ(client_.requests[i].owner.account, id_) << i;
    }
}

TEST_F(RedirectTest, ToAnotherHostShowsItNoCertificate)
{
    rows_.show_certificate(environment_, installation_id_);
    client_.answers.emplace_back(redirect(302, "/moved"));
    client_.answers.emplace_back(redirect(302, "https://storage.example/f"));
    client_.answers.emplace_back(redirect(302, "https://acme.example/f"));
    client_.answer(200, R"({"id":7})");

    ASSERT_TRUE(call());

    ASSERT_EQ(client_.requests.size(), 4U);
    for (std::size_t i : {0U, 1U}) {
        auto const& tls = client_.requests[i].tls;
        ASSERT_TRUE(tls) << i;
        EXPECT_EQ(tls->ca, "their-ca");
        EXPECT_EQ(tls->certificate, "our-certificate");
        EXPECT_EQ(tls->key()->reveal(), "our-key");
    }
    EXPECT_FALSE(client_.requests[2].tls);
    EXPECT_FALSE(client_.requests[3].tls);
}

TEST_F(RedirectTest, WhatAnotherHostSaysTeachesNothingOfTheAccount)
{
    for (auto const status : {401, 403, 404, 429, 500, 302}) {
        client_.answers.assign(1, redirect(302, "https://storage.example/f"));
        client_.respond = [&](http::OutgoingRequest const&) { return redirect(status, "https://storage.example/g"); };
        auto const outcome = call();
        ASSERT_FALSE(outcome) << status;
        EXPECT_EQ(outcome.error().code(), ErrorCode::upstream_failed) << status;
        EXPECT_NE(outcome.error().public_detail().find("storage.example"), std::string::npos);
    }
    EXPECT_EQ(row().health_checks, 0U);
    EXPECT_TRUE(row().account.last_error.is_null());
}

TEST_F(RedirectTest, ToAPlaceThatMayNotBeCalledSaysSo)
{
    client_.answers.emplace_back(redirect(302, "https://169.254.169.254/latest/meta-data?secret=1"));
    client_.fail(Error{ErrorCode::forbidden, "Calls to 169.254.169.254 are not allowed: its address is not public."});

    auto const outcome = call();

    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), ErrorCode::upstream_failed);
    EXPECT_NE(outcome.error().public_detail().find("not allowed"), std::string::npos);
    EXPECT_EQ(outcome.error().public_detail().find("secret"), std::string::npos);
}

TEST_F(RedirectTest, EndsAfterAFew)
{
    client_.respond = [&](http::OutgoingRequest const&) { return redirect(302, "/again"); };

    auto const outcome = call();

    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->kind, Outcome::Kind::error);
    EXPECT_EQ(outcome->status, 409);
    EXPECT_EQ(client_.requests.size(), 4U);
}

TEST_F(RedirectTest, IsTheAnswerWhereTheDefinitionSaysLink)
{
    auto& methods = definitions_.stored.manifest.at("resources").at("things").at("methods").as_object();
    methods["get"].as_object()["download"] = "link";
    client_.answers.emplace_back(redirect(302, "https://storage.example/f.pdf?X-Amz-Signature=a"));

    auto const outcome = call();

    ASSERT_TRUE(outcome) << outcome.error().log_message();
    EXPECT_EQ(outcome->kind, Outcome::Kind::object);
    EXPECT_EQ(outcome->status, 200);
    EXPECT_EQ(outcome->body, R"({"url":"https://storage.example/f.pdf?X-Amz-Signature=a"})");
    EXPECT_EQ(client_.requests.size(), 1U);
}

TEST_F(CallerTest, AsksForWhatTheOperationAnswersWith)
{
    connect_by_key();
    client_.answer(200, "{}");
    ASSERT_TRUE(call());
    EXPECT_EQ(client_.requests[0].headers.find("accept"), "application/json, */*;q=0.1");
}

TEST_F(CallerTest, AsksForTheMediaTypesOfItsOperation)
{
    auto& answers = definitions_.stored.document.at("paths").at("/things/{id}").at("get").at("responses").as_object();
    answers["200"].as_object()["content"] = json::object{{"application/pdf", json::object{}},
                                                         {"text/csv; header=present", json::object{}},
                                                         {"x\r\ny/z", json::object{}}};
    answers["404"] = json::object{{"content", json::object{{"application/problem+json", json::object{}}}}};
    connect_by_key();
    client_.answer(200, "%PDF", "application/pdf");

    ASSERT_TRUE(call());

    EXPECT_EQ(client_.requests[0].headers.find("accept"), "application/pdf, text/csv, */*;q=0.1");
}

} // namespace
} // namespace sluice::proxy
