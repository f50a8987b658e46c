#include "events/deliverer.hpp"

#include "events/chat_message.hpp"
#include "events/signature.hpp"
#include "fake_webhooks.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::events {
namespace {

using namespace std::chrono_literals;
using Next = std::optional<Timestamp>;

class DelivererTest : public ::testing::Test {
protected:
    DelivererTest()
    {
        webhooks_.state.created_at = clock_.now();
        webhooks_.state.webhook.target_url = "https://receiver.example/hook";
        webhooks_.state.secrets = {mint_signing_secret()};
    }

    Result<Next> deliver()
    {
        return test::run_on(io_, deliverer_.deliver(EnvironmentId{Uuid{1}}, DeliveryId{Uuid{2}}, Deadline::after(1h)));
    }
    Attempt attempt(int status, std::string_view retry_after = {})
    {
        auto answer = test::vendor_answer(status);
        if (!retry_after.empty())
            answer.headers.add("retry-after", retry_after);
        client_.answers.emplace_back(std::move(answer));
        EXPECT_TRUE(deliver());
        return webhooks_.attempts.back();
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    telemetry::Registry registry_;
    DelivererMetrics metrics_{registry_};
    test::FakeClient client_;
    FakeWebhooks webhooks_;
    Deliverer deliverer_{webhooks_, client_, clock_, metrics_};
};

TEST_F(DelivererTest, IsTriedAgainAfterAPauseAndIsOverAfterADay)
{
    auto const failed = attempt(500);
    EXPECT_EQ(failed.outcome, DeliveryStatus::pending);
    EXPECT_GE(*failed.next, clock_.now() + 4s);
    EXPECT_LE(*failed.next, clock_.now() + 6s);
    clock_.advance(24h);
    EXPECT_EQ(attempt(500).outcome, DeliveryStatus::dead);
    EXPECT_EQ(attempt(204).outcome, DeliveryStatus::delivered);
}

TEST_F(DelivererTest, WaitsAsLongAsTheReceiverAsksButNotBeyondTheDay)
{
    for (int const status : {429, 503}) {
        auto const asked = attempt(status, "120");
        EXPECT_EQ(asked.next, clock_.now() + 120s);
        EXPECT_EQ(asked.not_before, clock_.now() + 120s);
    }
    EXPECT_EQ(attempt(429, "Fri, 20 Nov 2026 12:10:00 GMT").next, clock_.now() + 10min);
    EXPECT_LE(*attempt(429, "1").next, clock_.now() + 6s) << "its own pause is longer";
    EXPECT_LE(*attempt(500, "120").next, clock_.now() + 6s) << "no such promise of other answers";
    clock_.advance(23h);
    auto const late = attempt(429, "86400");
    EXPECT_EQ(late.outcome, DeliveryStatus::pending);
    EXPECT_EQ(late.next, webhooks_.state.created_at + 24h);
}

TEST_F(DelivererTest, ReadsNonsenseInRetryAfterAsNothing)
{
    for (auto const* text : {"", "soon", "-", "12x", "1.5", "Fri, 20 Nov", "Fri, 20 Nov 2026 12:10:00 GMT+1"})
        EXPECT_FALSE(retry_time(text, clock_.now())) << text;
    EXPECT_EQ(retry_time("-5", clock_.now()), clock_.now());
    EXPECT_EQ(retry_time("99999999999999999999999", clock_.now()), clock_.now() + 24h);
    EXPECT_EQ(retry_time("Fri, 20 Nov 2020 12:10:00 GMT", clock_.now()), clock_.now());
}

TEST_F(DelivererTest, AReceiverThatIsGoneGetsNoMore)
{
    auto const gone = attempt(410);
    EXPECT_EQ(gone.outcome, DeliveryStatus::dead);
    EXPECT_TRUE(gone.is_gone);
    webhooks_.state.webhook.is_active = false;
    EXPECT_TRUE(deliver());
    EXPECT_EQ(client_.requests.size(), 1U);
    EXPECT_FALSE(webhooks_.attempts.back().is_made);
}

TEST_F(DelivererTest, APausedReceiverIsNotAsked)
{
    webhooks_.state.paused_until = clock_.now() + 1min;
    auto const next = deliver();
    ASSERT_TRUE(next);
    EXPECT_GE(**next, clock_.now() + 1min);
    EXPECT_LE(**next, clock_.now() + 1min + 5s);
    EXPECT_TRUE(webhooks_.attempts.empty());
    clock_.advance(1min);
    EXPECT_EQ(attempt(200).outcome, DeliveryStatus::delivered);
}

TEST_F(DelivererTest, AClientWithoutRoomIsNoFailure)
{
    client_.fail({ErrorCode::rate_limited, "Too many calls are in progress."});
    auto const next = deliver();
    ASSERT_TRUE(next);
    EXPECT_EQ(*next, Next(clock_.now() + 1s));
    EXPECT_TRUE(webhooks_.attempts.empty());
}

TEST_F(DelivererTest, SendsTheEventSignedWithEachSecret)
{
    auto& state = webhooks_.state;
    state.secrets = {mint_signing_secret(), mint_signing_secret()};
    state.event.id = EventId{Uuid{7}};
    state.event.type = "integrated_account:active";
    state.event.payload = json::object{{"id", "x"}};
    state.event.created_at = clock_.now();
    state.webhook.id = WebhookId{Uuid{8}};
    state.webhook.environment = EnvironmentId{Uuid{9}};
    client_.answer(200);
    ASSERT_TRUE(deliver());
    ASSERT_EQ(client_.requests.size(), 1U);
    auto const& sent = client_.requests.front();
    EXPECT_EQ(sent.method, http::Method::post);
    EXPECT_EQ(sent.url, "https://receiver.example/hook");
    EXPECT_EQ(sent.owner.environment, state.webhook.environment);
    EXPECT_EQ(sent.headers.find("content-type"), "application/json");
    EXPECT_EQ(sent.headers.find("x-sluice-signature"), body_signature(state.secrets.front(), sent.body));
    EXPECT_EQ(sent.headers.find("webhook-id"), state.event.id.str());
    EXPECT_EQ(sent.headers.find("webhook-timestamp"), "1795176000");
    EXPECT_EQ(sent.headers.find("webhook-signature"),
              standard_signature(state.secrets, state.event.id.str(), 1795176000, sent.body));
    EXPECT_EQ(*json::parse(sent.body), (json::object{{"id", state.event.id.str()},
                                                     {"event", "integrated_account:active"},
                                                     {"environment_id", state.event.environment.str()},
                                                     {"webhook_id", state.webhook.id.str()},
                                                     {"created_at", "2026-11-20T12:00:00Z"},
                                                     {"payload", json::object{{"id", "x"}}}}));
}

class DestinationDelivererTest : public DelivererTest {
protected:
    DestinationDelivererTest()
    {
        auto& state = webhooks_.state;
        state.webhook.kind = ReceiverKind::slack;
        state.webhook.environment = EnvironmentId{Uuid{9}};
        state.webhook.target_url = "https://hooks.example/hooks/…/abcd";
        state.secrets = {Secret{"https://hooks.example/hooks/planted-abcd"}};
        state.event.type = "approval:requested";
        state.event.payload = json::object{{"code", "ABCD2345"}, {"expires_at", "2026-11-20T13:00:00Z"}};
    }
};

TEST_F(DestinationDelivererTest, GetsAMessageAtItsSecretUrlAndNoSignature)
{
    client_.answer(200, "ok", "text/plain");
    ASSERT_TRUE(deliver());
    ASSERT_EQ(client_.requests.size(), 1U);
    auto const& sent = client_.requests.front();
    EXPECT_EQ(sent.url, "https://hooks.example/hooks/planted-abcd");
    EXPECT_EQ(sent.owner.environment, webhooks_.state.webhook.environment);
    EXPECT_EQ(sent.headers.find("content-type"), "application/json");
    for (auto const* absent : {"x-sluice-signature", "webhook-signature", "webhook-id", "webhook-timestamp"})
        EXPECT_FALSE(sent.headers.find(absent)) << "made with the URL as its key: " << absent;
    EXPECT_EQ(sent.body, chat_message(webhooks_.state.event));
    EXPECT_NE(sent.body.find("ABCD2345"), std::string::npos);
    EXPECT_EQ(webhooks_.attempts.back().outcome, DeliveryStatus::delivered);
}

TEST_F(DestinationDelivererTest, WaitsAsLongAsItAsksAndIsSwitchedOffWhenItsChannelIsGone)
{
    auto const busy = attempt(429, "120");
    EXPECT_EQ(busy.next, clock_.now() + 120s);
    EXPECT_EQ(busy.not_before, clock_.now() + 120s);
    for (int const status : {403, 404, 500})
        EXPECT_EQ(attempt(status).outcome, DeliveryStatus::pending) << "a new URL may be entered meanwhile: " << status;
    EXPECT_TRUE(attempt(410).is_gone);
}

TEST_F(DestinationDelivererTest, AMessageThatIsNotTakenKeepsNoneBack)
{
    auto const refused = attempt(400);
    EXPECT_EQ(refused.outcome, DeliveryStatus::dead);
    EXPECT_FALSE(refused.is_gone) << "others may be taken";
    webhooks_.state.webhook.kind = ReceiverKind::webhook;
    EXPECT_EQ(attempt(400).outcome, DeliveryStatus::pending) << "a developer's receiver may be mended";
}

TEST_F(DestinationDelivererTest, SaysWhatIsNotActive)
{
    webhooks_.state.webhook.is_active = false;
    ASSERT_TRUE(deliver());
    EXPECT_EQ(webhooks_.attempts.back().error, "The notification destination is not active.");
    EXPECT_TRUE(client_.requests.empty());
}

TEST_F(DelivererTest, RecordsWhatTheReceiverSaidOrWhyItSaidNothing)
{
    EXPECT_EQ(attempt(302).status, 302) << "a redirect is no success";
    EXPECT_EQ(webhooks_.attempts.back().outcome, DeliveryStatus::pending);
    client_.fail({ErrorCode::upstream_unreachable, "receiver.example refused the connection.", "10.0.0.1"});
    ASSERT_TRUE(deliver());
    auto const& failed = webhooks_.attempts.back();
    EXPECT_FALSE(failed.status);
    EXPECT_EQ(failed.error, "receiver.example refused the connection.") << "never what is for the log";
    EXPECT_EQ(failed.outcome, DeliveryStatus::pending);
}

TEST_F(DelivererTest, LeavesAloneWhatIsOverOrGone)
{
    for (auto const status : {DeliveryStatus::delivered, DeliveryStatus::dead}) {
        webhooks_.state.status = status;
        EXPECT_EQ(deliver().value(), Next());
    }
    webhooks_.load_failure = Error{ErrorCode::not_found, "gone"};
    EXPECT_EQ(deliver().value(), Next());
    EXPECT_TRUE(client_.requests.empty());
    EXPECT_TRUE(webhooks_.attempts.empty());
}

TEST_F(DelivererTest, FailsWithItsRepository)
{
    webhooks_.record_failure = Error{ErrorCode::unavailable, "down"};
    client_.answer(200);
    EXPECT_EQ(deliver().error().code(), ErrorCode::unavailable);
    webhooks_.load_failure = Error{ErrorCode::unavailable, "down"};
    EXPECT_EQ(deliver().error().code(), ErrorCode::unavailable);
    EXPECT_EQ(client_.requests.size(), 1U) << "what could not be read is not sent";
}

TEST_F(DelivererTest, APausedReceiverIsAskedOnceMoreAtTheEndOfTheDay)
{
    webhooks_.state.paused_until = clock_.now() + 48h;
    clock_.advance(24h);
    EXPECT_EQ(attempt(500).outcome, DeliveryStatus::dead);
    webhooks_.state.created_at = clock_.now();
    webhooks_.state.webhook.is_active = false;
    EXPECT_TRUE(deliver());
    EXPECT_EQ(webhooks_.attempts.back().error, "The webhook is not active.") << "a pause keeps nothing alive";
}

TEST_F(DelivererTest, AHostThatHangsHoldsNoMoreThanItsShare)
{
    constexpr auto kShare = Deliverer::kMostAtHost / 2;
    client_.hold();
    std::vector<std::future<Result<Next>>> made;
    for (std::size_t i = 0; i < kShare + 1; ++i)
        made.push_back(
            asio::co_spawn(io_, deliverer_.deliver(EnvironmentId{Uuid{1}}, DeliveryId{Uuid{2}}, Deadline::after(1h)),
                           asio::use_future));
    io_.poll();
    EXPECT_EQ(client_.waiting(), kShare);
    ASSERT_EQ(made.back().wait_for(0s), std::future_status::ready);
    EXPECT_EQ(made.back().get().value(), Next(clock_.now() + 1s));
    webhooks_.state.webhook.target_url = "https://other.example/hook";
    auto other = asio::co_spawn(
        io_, deliverer_.deliver(EnvironmentId{Uuid{1}}, DeliveryId{Uuid{2}}, Deadline::after(1h)), asio::use_future);
    io_.restart();
    io_.poll();
    EXPECT_EQ(client_.waiting(), kShare + 1) << "another host is none of it";
    for (std::size_t i = 0; i <= kShare; ++i)
        client_.answer(200);
    client_.release();
    io_.restart();
    io_.poll();
    EXPECT_EQ(webhooks_.attempts.size(), kShare + 1);
    webhooks_.state.webhook.target_url = "https://receiver.example/hook";
    EXPECT_EQ(attempt(200).outcome, DeliveryStatus::delivered) << "there is room again";
}

TEST_F(DelivererTest, AReceiverThatHangsForOneEnvironmentIsThereForAnother)
{
    client_.hold();
    std::vector<std::future<Result<Next>>> made;
    auto const begin = [&](std::uint8_t environment) {
        made.push_back(asio::co_spawn(
            io_, deliverer_.deliver(EnvironmentId{Uuid{environment}}, DeliveryId{Uuid{2}}, Deadline::after(1h)),
            asio::use_future));
        io_.restart();
        io_.poll();
        return made.back().wait_for(0s) == std::future_status::timeout;
    };
    std::size_t of_one = 0;
    while (begin(1))
        ++of_one;
    EXPECT_EQ(of_one, 8U);
    EXPECT_TRUE(begin(2)) << "one that takes all it gets leaves half";
    EXPECT_TRUE(begin(3));
    for (std::size_t i = 0; i < of_one + 2; ++i)
        client_.answer(200);
    client_.release();
    io_.restart();
    io_.poll();
    EXPECT_EQ(webhooks_.attempts.size(), of_one + 2);
}

} // namespace
} // namespace sluice::events
