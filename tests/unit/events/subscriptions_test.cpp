#include "events/subscriptions.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace sluice::events {
namespace {

/// Webhooks in memory; deliveries are none of its business.
class FakeWebhooks final : public WebhookRepository {
public:
    Task<Result<Webhook>> create(Webhook webhook, Secret secret, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        webhook.id = WebhookId{Uuid{static_cast<std::uint8_t>(rows.size() + 1)}};
        secrets[webhook.id] = secret.reveal();
        co_return rows[webhook.id] = webhook;
    }
    Task<Result<Webhook>> find(EnvironmentId environment, WebhookId id, Deadline) override
    {
        auto const row = rows.find(id);
        if (row == rows.end() || row->second.environment != environment)
            co_return Error{ErrorCode::not_found, "There is no such webhook."};
        co_return row->second;
    }
    Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<Webhook>{};
    }
    Task<Result<Webhook>> update(Webhook webhook, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        co_return rows[webhook.id] = webhook;
    }
    Task<Result<Webhook>> rotate_secret(EnvironmentId environment, WebhookId id, Secret secret, tenancy::Author author,
                                        Deadline deadline) override
    {
        authors.push_back(std::move(author));
        auto found = co_await find(environment, id, deadline);
        if (found)
            secrets[id] = secret.reveal();
        co_return found;
    }
    Task<Result<void>> remove(EnvironmentId, WebhookId, tenancy::Author, Deadline) override
    {
        co_return Result<void>{};
    }
    Task<Result<EventId>> send_test(EnvironmentId, WebhookId, tenancy::Author, Deadline) override
    {
        co_return EventId{};
    }
    Task<Result<std::size_t>> replay(EnvironmentId, WebhookId, Replay, tenancy::Author, Deadline) override
    {
        co_return std::size_t{0};
    }
    Task<Result<DeliveryState>> load_delivery(EnvironmentId, DeliveryId, Deadline) override
    {
        co_return DeliveryState{};
    }
    Task<Result<void>> record_attempt(DeliveryState, Attempt, Deadline) override { co_return Result<void>{}; }
    Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<AttemptEntry>{};
    }

    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::map<WebhookId, Webhook> rows;
    std::map<WebhookId, std::string> secrets;
};

class SubscriptionsTest : public ::testing::Test {
protected:
    SignedWebhook created()
    {
        return *test::run(subscriptions_.create(environment_, {.target_url = "https://hooks.example/a"}, {}, soon()));
    }
    static Deadline soon() { return Deadline::after(std::chrono::hours(1)); }

    FakeWebhooks rows_;
    http::EgressPolicy const egress_;
    Subscriptions subscriptions_{rows_, egress_};
    EnvironmentId environment_{Uuid{7}};
};

TEST_F(SubscriptionsTest, ANewWebhookIsActiveHearsOfAllAndHasASecretOfItsOwn)
{
    auto const one = created();
    auto const two = created();
    EXPECT_TRUE(one.webhook.is_active);
    EXPECT_TRUE(one.webhook.event_types.empty());
    EXPECT_EQ(one.webhook.environment, environment_);
    EXPECT_EQ(rows_.secrets.at(one.webhook.id), one.secret.reveal());
    EXPECT_NE(one.secret.reveal(), two.secret.reveal());
}

TEST_F(SubscriptionsTest, WhatMayNotBeCalledOrIsNoEventIsRefusedAndNothingIsStored)
{
    struct Wrong {
        WebhookPatch patch;
        std::string path;
    };
    std::vector<Wrong> const wrong{{{.target_url = "http://hooks.example/a"}, "target_url"},
                                   {{.target_url = "https://127.0.0.1/a"}, "target_url"},
                                   {{.target_url = "https://[::1]/a"}, "target_url"},
                                   {{.target_url = "no address"}, "target_url"},
                                   {{.target_url = "https://hooks.example",
                                     .event_types = std::vector<std::string>{"integrated_account:exploded"}},
                                    "event_types"}};
    for (auto const& [patch, path] : wrong) {
        auto const made = test::run(subscriptions_.create(environment_, patch, {}, soon()));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().failures().front().path, path);
    }
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(SubscriptionsTest, EveryEventThereIsCanBeSubscribedTo)
{
    std::vector<std::string> const all(event_types().begin(), event_types().end());
    EXPECT_TRUE(subscriptions_.faults_of({.event_types = all}).empty());
}

TEST_F(SubscriptionsTest, APatchChangesWhatItNamesAlone)
{
    auto const made = created();
    auto const types = std::vector<std::string>{"approval:requested"};
    auto const changed = test::run(
        subscriptions_.change(environment_, made.webhook.id, {.event_types = types, .is_active = false}, {}, soon()));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->target_url, made.webhook.target_url);
    EXPECT_EQ(changed->event_types, types);
    EXPECT_FALSE(changed->is_active);
    auto const elsewhere = test::run(
        subscriptions_.change(environment_, made.webhook.id, {.target_url = "https://10.0.0.1/"}, {}, soon()));
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(rows_.rows.at(made.webhook.id).target_url, made.webhook.target_url);
}

TEST_F(SubscriptionsTest, OfAnotherEnvironmentIsNotThere)
{
    auto const made = created();
    EnvironmentId const other{Uuid{8}};
    EXPECT_EQ(test::run(subscriptions_.change(other, made.webhook.id, {}, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(test::run(subscriptions_.rotate_secret(other, made.webhook.id, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(rows_.secrets.at(made.webhook.id), made.secret.reveal());
}

TEST_F(SubscriptionsTest, RotationGivesANewSecret)
{
    auto const made = created();
    auto const rotated = test::run(subscriptions_.rotate_secret(environment_, made.webhook.id, {}, soon()));
    ASSERT_TRUE(rotated);
    EXPECT_NE(rotated->secret.reveal(), made.secret.reveal());
    EXPECT_EQ(rows_.secrets.at(made.webhook.id), rotated->secret.reveal());
}

} // namespace
} // namespace sluice::events
