#include "webhooks.hpp"

#include "account.hpp"
#include "events.hpp"
#include "templates.hpp"
#include "text.hpp"
#include "ticketing.hpp"

#include <algorithm>
#include <array>

namespace sluice::simulator {
namespace {

// The vendor publishes neither; it says that requests that time out are retried.
constexpr std::array<std::chrono::seconds, 3> kRetryAfter{std::chrono::seconds(10), std::chrono::seconds(60),
                                                          std::chrono::seconds(300)};
constexpr int kFailuresToDisable = 100;

constexpr std::pair<std::string_view, std::string_view> kTriggerOfEvent[] = {
    {"ticket-created", "ticket-created"},
    {"ticket-updated", "ticket-updated"},
    {"ticket-message-created", "ticket-message-created"},
    {"ticket-message-failed", "ticket-message-failed"},
    {"ticket-self-unsnoozed", "ticket-self-unsnoozed"},
    {"ticket-assigned", "ticket-assignment-updated"},
    {"ticket-unassigned", "ticket-assignment-updated"},
    {"ticket-team-assigned", "ticket-assignment-updated"},
    {"ticket-team-unassigned", "ticket-assignment-updated"},
    {"ticket-closed", "ticket-status-updated"},
    {"ticket-reopened", "ticket-status-updated"}};

std::string_view trigger_of(std::string_view event)
{
    auto const found = std::ranges::find(kTriggerOfEvent, event, [](auto const& entry) { return entry.first; });
    return found != std::end(kTriggerOfEvent) ? found->second : "";
}

bool wants(Integration const& integration, std::string_view trigger)
{
    auto const* http = json::object_at(integration.data, "http");
    return http != nullptr && null_at(integration.data, "deactivated_datetime") &&
           true_at(http->at("triggers").as_object(), trigger);
}

json::value message_variable(Account& account, Message const* message)
{
    if (message == nullptr)
        return nullptr;
    auto variable = message_shown(account, *message);
    variable["headers"] = message->headers;
    variable["text"] = message->data.at("body_text");
    variable["sentiments"] = json::array{};
    return variable;
}

json::value ticket_variable(Account& account, Ticket const& ticket)
{
    json::array messages;
    for (auto const id : ticket.messages)
        messages.push_back(message_shown(account, *account.messages.find(id)));
    auto variable = ticket_shown_alone(account, ticket, true);
    variable["account"] = json::object{{"domain", account.config.subdomain}};
    variable["first_message"] = messages.empty() ? json::value() : messages.front();
    variable["last_message"] = messages.empty() ? json::value() : messages.back();
    variable["messages"] = std::move(messages);
    return variable;
}

/// What a template may name.
json::value variables_of(Account& account, Ticket const& ticket, Message const* message, Occurrence const& occurrence)
{
    return json::object{{"ticket", ticket_variable(account, ticket)},
                        {"message", message_variable(account, message)},
                        {"event",
                         {{"id", occurrence.event},
                          {"type", occurrence.type},
                          {"object_id", occurrence.object},
                          {"context", occurrence.context},
                          {"user_id", occurrence.user != 0 ? json::value(occurrence.user) : json::value()}}},
                        {"current_user", person_shown(account, occurrence.user)}};
}

Delivery render_delivery(Integration const& integration, json::value const& variables)
{
    auto const& http = integration.data.at("http").as_object();
    auto const type = text_at(http, "request_content_type");
    auto const& form = http.at("form");
    Delivery delivery;
    delivery.method = http::method_of(text_at(http, "method"));
    delivery.url = render(text_at(http, "url"), variables);
    delivery.headers.add("user-agent", "Gorgias");
    delivery.headers.add("accept", text_at(http, "response_content_type"));
    for (auto const& header : integration.secret_headers)
        if (header.value().is_string())
            delivery.headers.set(header.key(), header.value().get_string());
    if (http::is_safe(delivery.method)) {
        auto const query = render_query_form(form, variables);
        if (!query.empty())
            delivery.url += (delivery.url.find('?') == std::string::npos ? '?' : '&') + query;
        return delivery;
    }
    delivery.headers.set("content-type", type);
    delivery.body = type == "application/json" ? render_json_form(form, variables) : render_query_form(form, variables);
    return delivery;
}

/// A JSON answer becomes data of the integration on the customer.
void keep_answer(Account& account, Id customer_id, Id integration, std::string const& body)
{
    auto* customer = account.customers.find(customer_id);
    auto parsed = json::parse(body);
    if (customer == nullptr || !parsed || !parsed->is_object() || parsed->get_object().empty())
        return;
    customer->integrations[std::to_string(integration)] = std::move(*parsed);
    changed(account, *customer);
}

void count_failure(Account& account, Integration& integration)
{
    if (++integration.failures_in_a_row < kFailuresToDisable)
        return;
    integration.data["deactivated_datetime"] = iso(account.now());
    account.integrations.changed(integration);
    Chain(account, 0, account.now()).add("integration-deactivated", "Integration", integration.id);
}

} // namespace

void Webhooks::flush(Account& account)
{
    for (auto const& occurrence : std::exchange(noted_, {}))
        queue_for(account, occurrence);
}

void Webhooks::queue_for(Account& account, Occurrence const& occurrence)
{
    auto const trigger = trigger_of(occurrence.type);
    auto& integrations = account.integrations.rows();
    if (trigger.empty() ||
        std::ranges::none_of(integrations, [&](auto& entry) { return wants(entry.second, trigger); }))
        return;
    auto* message = occurrence.object_type == "TicketMessage" ? account.messages.find(occurrence.object) : nullptr;
    auto* ticket = account.tickets.find(message != nullptr ? message->ticket : occurrence.object);
    if (ticket == nullptr)
        return;
    if (message == nullptr && !ticket->messages.empty())
        message = account.messages.find(ticket->messages.back());
    auto const variables = variables_of(account, *ticket, message, occurrence);
    for (auto& [id, integration] : integrations)
        if (wants(integration, trigger)) {
            Queued queued{render_delivery(integration, variables), id, ticket->customer, 0};
            queued.delivery.id = account.config.subdomain + '/' + std::to_string(++last_id_);
            queue_.emplace(account.now(), std::move(queued));
        }
}

std::vector<Delivery> Webhooks::take_due(Timestamp now)
{
    std::vector<Delivery> due;
    while (!queue_.empty() && queue_.begin()->first <= now) {
        auto next = queue_.extract(queue_.begin());
        due.push_back(next.mapped().delivery);
        auto id = next.mapped().delivery.id;
        in_flight_.emplace(std::move(id), std::move(next.mapped()));
    }
    return due;
}

void Webhooks::delivered(Account& account, std::string_view id, DeliveryOutcome const& outcome)
{
    auto const found = in_flight_.find(id);
    if (found == in_flight_.end())
        return;
    auto queued = std::move(found->second);
    in_flight_.erase(found);
    auto* integration = account.integrations.find(queued.integration);
    if (integration == nullptr)
        return;
    if (outcome.status >= 200 && outcome.status < 300) {
        integration->failures_in_a_row = 0;
        keep_answer(account, queued.customer, queued.integration, outcome.body);
        return;
    }
    count_failure(account, *integration);
    if (outcome.timed_out && null_at(integration->data, "deactivated_datetime"))
        retry(std::move(queued), account.now());
}

void Webhooks::retry(Queued queued, Timestamp now)
{
    if (queued.attempts >= kRetryAfter.size())
        return;
    auto const wait = kRetryAfter[queued.attempts++];
    queue_.emplace(now + wait, std::move(queued));
}

} // namespace sluice::simulator
