#pragma once

#include "events/webhook.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace sluice::events {

/// One delivery, and what was recorded of its attempts.
class FakeWebhooks final : public WebhookRepository {
public:
    Task<Result<DeliveryState>> load_delivery(EnvironmentId, DeliveryId, Deadline) override
    {
        if (load_failure)
            co_return *load_failure;
        co_return state;
    }
    Task<Result<void>> record_attempt(DeliveryState, Attempt attempt, Deadline) override
    {
        attempts.push_back(std::move(attempt));
        if (record_failure)
            co_return *record_failure;
        co_return Result<void>{};
    }

    Task<Result<Webhook>> create(Webhook, Secret, tenancy::Author, Deadline) override { co_return unused(); }
    Task<Result<Webhook>> find(EnvironmentId, WebhookId, Deadline) override { co_return unused(); }
    Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return unused();
    }
    Task<Result<Webhook>> update(Webhook, tenancy::Author, Deadline) override { co_return unused(); }
    Task<Result<Webhook>> rotate_secret(EnvironmentId, WebhookId, Secret, tenancy::Author, Deadline) override
    {
        co_return unused();
    }
    Task<Result<void>> remove(EnvironmentId, WebhookId, tenancy::Author, Deadline) override { co_return unused(); }
    Task<Result<EventId>> send_test(EnvironmentId, WebhookId, tenancy::Author, Deadline) override
    {
        co_return unused();
    }
    Task<Result<std::size_t>> replay(EnvironmentId, WebhookId, Replay, tenancy::Author, Deadline) override
    {
        co_return unused();
    }
    Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return unused();
    }

    DeliveryState state;
    std::optional<Error> load_failure;
    std::optional<Error> record_failure;
    std::vector<Attempt> attempts;

private:
    static Error unused() { return {ErrorCode::internal, "not part of this test"}; }
};

} // namespace sluice::events
