#include "events/deliverer.hpp"

#include "events/signature.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::events {
namespace {

using namespace std::chrono_literals;
using Next = std::optional<Timestamp>;

/// One delivery, and what was recorded of its attempts.
class FakeWebhooks final : public WebhookRepository {
public:
    Task<Result<DeliveryState>> load_delivery(EnvironmentId, DeliveryId, Deadline) override { co_return state; }
    Task<Result<void>> record_attempt(DeliveryState, Attempt attempt, Deadline) override
    {
        attempts.push_back(std::move(attempt));
        co_return Result<void>{};
    }

    Task<Result<Webhook>> create(Webhook, Secret, Deadline) override { co_return unused(); }
    Task<Result<Webhook>> find(EnvironmentId, WebhookId, Deadline) override { co_return unused(); }
    Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return unused();
    }
    Task<Result<Webhook>> update(Webhook, Deadline) override { co_return unused(); }
    Task<Result<Webhook>> rotate_secret(EnvironmentId, WebhookId, Secret, Deadline) override { co_return unused(); }
    Task<Result<void>> remove(EnvironmentId, WebhookId, Deadline) override { co_return unused(); }
    Task<Result<EventId>> send_test(EnvironmentId, WebhookId, Deadline) override { co_return unused(); }
    Task<Result<std::size_t>> replay(EnvironmentId, WebhookId, Replay, Deadline) override { co_return unused(); }
    Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return unused();
    }

    DeliveryState state;
    std::vector<Attempt> attempts;

private:
    static Error unused() { return {ErrorCode::internal, "not part of this test"}; }
};

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
