#include "events/subscriptions.hpp"

#include "events/signature.hpp"
#include "http_api/outgoing_url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::events {
namespace {

constexpr std::array<std::string_view, 15> kEventTypes{"integrated_account:created",
                                                       "integrated_account:updated",
                                                       "integrated_account:active",
                                                       "integrated_account:post_install_error",
                                                       "integrated_account:validation_error",
                                                       "integrated_account:authentication_error",
                                                       "integrated_account:reactivated",
                                                       "integrated_account:deleted",
                                                       "rate_limit:warning",
                                                       "environment_integration:app_refused",
                                                       "environment_integration:reactivated",
                                                       "approval:requested",
                                                       "approval:approved",
                                                       "approval:declined",
                                                       "test"};

void apply(WebhookPatch patch, Webhook& webhook)
{
    if (patch.target_url)
        webhook.target_url = *std::move(patch.target_url);
    if (patch.event_types)
        webhook.event_types = *std::move(patch.event_types);
    webhook.is_active = patch.is_active.value_or(webhook.is_active);
}

} // namespace

std::span<std::string_view const> event_types() noexcept
{
    return kEventTypes;
}

std::vector<FieldFailure> faults_of_event_types(std::vector<std::string> const& types)
{
    std::vector<FieldFailure> faults;
    for (auto const& type : types)
        if (std::ranges::find(kEventTypes, std::string_view(type)) == kEventTypes.end())
            faults.push_back({"event_types", fmt::format("has {}, which is no event; known are {}", type.substr(0, 60),
                                                         fmt::join(kEventTypes, ", "))});
    return faults;
}

Subscriptions::Subscriptions(WebhookRepository& webhooks, http::EgressPolicy const& egress)
    : webhooks_(webhooks)
    , egress_(egress)
{
}

std::vector<FieldFailure> Subscriptions::faults_of(WebhookPatch const& patch) const
{
    std::vector<FieldFailure> faults;
    if (patch.target_url)
        if (auto const fault = http::fault_of_outgoing_url(*patch.target_url, egress_))
            faults.push_back({"target_url", *fault});
    auto const of_types = faults_of_event_types(patch.event_types.value_or(std::vector<std::string>{}));
    faults.insert(faults.end(), of_types.begin(), of_types.end());
    return faults;
}

Task<Result<SignedWebhook>> Subscriptions::create(EnvironmentId environment, WebhookPatch webhook,
                                                  tenancy::Author author, Deadline deadline)
{
    if (!webhook.target_url)
        co_return invalid("target_url", "is required");
    if (auto faults = faults_of(webhook); !faults.empty())
        co_return Error{std::move(faults)};
    Webhook row;
    row.environment = environment;
    apply(std::move(webhook), row);
    auto secret = mint_signing_secret();
    auto created = co_await webhooks_.create(std::move(row), secret, std::move(author), deadline);
    if (!created)
        co_return created.error();
    co_return SignedWebhook{*std::move(created), std::move(secret)};
}

Task<Result<Webhook>> Subscriptions::change(EnvironmentId environment, WebhookId id, WebhookPatch patch,
                                            tenancy::Author author, Deadline deadline)
{
    if (auto faults = faults_of(patch); !faults.empty())
        co_return Error{std::move(faults)};
    auto row = co_await webhooks_.find(environment, id, deadline);
    if (!row)
        co_return row.error();
    apply(std::move(patch), *row);
    co_return co_await webhooks_.update(*std::move(row), std::move(author), deadline);
}

Task<Result<SignedWebhook>> Subscriptions::rotate_secret(EnvironmentId environment, WebhookId id,
                                                         tenancy::Author author, Deadline deadline)
{
    auto secret = mint_signing_secret();
    auto rotated = co_await webhooks_.rotate_secret(environment, id, secret, std::move(author), deadline);
    if (!rotated)
        co_return rotated.error();
    co_return SignedWebhook{*std::move(rotated), std::move(secret)};
}

} // namespace sluice::events
