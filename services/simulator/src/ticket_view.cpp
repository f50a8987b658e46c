#include "field_values.hpp"
#include "lists.hpp"
#include "ticketing.hpp"

#include "base/encoding.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

/// The cached text of a record that shows users, customers, teams or tags.
template <class Make>
std::string const& cached(Account const& account, Record& record, Make const& make)
{
    if (record.text.empty() || record.text_version != account.shared_version) {
        record.text = boost::json::serialize(make());
        record.text_version = account.shared_version;
    }
    return record.text;
}

json::value assignee_shown(Account& account, Id id)
{
    auto* user = account.users.find(id);
    if (user == nullptr)
        return nullptr;
    auto shown = person_shown(account, id);
    shown.get_object()["bio"] = user->data.at("bio");
    return shown;
}

json::value team_shown(Account& account, Id id)
{
    auto* team = account.teams.find(id);
    if (team == nullptr)
        return nullptr;
    auto shown = name_shown(*team);
    shown["decoration"] = team->data.at("decoration");
    return shown;
}

json::array tags_shown(Account& account, Ticket const& ticket)
{
    json::array tags;
    for (auto const id : ticket.tags) {
        auto shown = name_shown(*account.tags.find(id));
        shown["decoration"] = account.tags.find(id)->data.at("decoration");
        tags.emplace_back(std::move(shown));
    }
    return tags;
}

/// The channels of the account this ticket came in by.
json::array integrations_shown(Account& account, Ticket const& ticket)
{
    json::array shown;
    for (auto& [_, integration] : account.integrations.rows()) {
        auto const* meta = json::object_at(integration.data, "meta");
        if (meta != nullptr && text_at(integration.data, "type") == text_at(ticket.data, "channel"))
            shown.emplace_back(json::object{{"name", integration.data.at("name")},
                                            {"address", text_at(*meta, "address")},
                                            {"type", integration.data.at("type")}});
    }
    return shown;
}

json::value excerpt_of(Account& account, Ticket const& ticket)
{
    constexpr std::size_t kExcerpt = 200;
    if (ticket.messages.empty())
        return nullptr;
    auto const* text = json::string_at(account.messages.find(ticket.messages.back())->data, "body_text");
    return text != nullptr ? json::value(utf8_prefix(*text, kExcerpt)) : json::value();
}

bool last_sending_failed(Account& account, Ticket const& ticket)
{
    return !ticket.messages.empty() && !null_at(account.messages.find(ticket.messages.back())->data, "failed_datetime");
}

json::object ticket_shown(Account& account, Ticket const& ticket)
{
    auto shown = ticket.data;
    shown["assignee_user"] = assignee_shown(account, ticket.assignee_user);
    shown["assignee_team"] = team_shown(account, ticket.assignee_team);
    shown["tags"] = tags_shown(account, ticket);
    return shown;
}

json::value id_or_null(Id id)
{
    return id != 0 ? json::value(id) : json::value();
}

json::value customer_in_ticket(Account& account, Id id)
{
    auto* customer = account.customers.find(id);
    if (customer == nullptr)
        return nullptr;
    auto shown = customer_shown(*customer);
    for (auto const name : {"active", "language", "timezone", "created_datetime", "updated_datetime", "custom_fields"})
        shown.erase(name);
    return shown;
}

json::object reply_options(Ticket const& ticket)
{
    json::object options;
    options[text_at(ticket.data, "channel")] = json::object{{"answerable", true}};
    options["internal-note"] = json::object{{"answerable", true}};
    return options;
}

json::value survey_of(Account& account, Id ticket)
{
    for (auto& [_, survey] : account.surveys.rows())
        if (integer_at(survey.data, "ticket_id") == ticket)
            return survey.data;
    return nullptr;
}

} // namespace

json::object customer_shown(Customer const& customer)
{
    json::object shown = customer.data;
    shown["channels"] = customer.channels;
    shown["integrations"] = customer.integrations;
    shown["external_data"] = customer.external_data;
    shown["ecommerce_data"] = json::object{};
    shown["custom_fields"] = values_shown(customer.fields);
    return shown;
}

void present_ticket_row(Account& account, Record& record, std::string& out)
{
    auto const& ticket = static_cast<Ticket const&>(record);
    out += cached(account, record, [&] {
        auto shown = ticket_shown(account, ticket);
        shown.erase("imported");
        shown.erase("processed_datetime");
        shown["customer"] = person_shown(account, ticket.customer);
        shown["excerpt"] = excerpt_of(account, ticket);
        shown["integrations"] = integrations_shown(account, ticket);
        shown["messages_count"] = ticket.messages.size();
        shown["last_sent_message_not_delivered"] = last_sending_failed(account, ticket);
        shown["custom_fields"] = values_shown(ticket.fields);
        return shown;
    });
}

json::object ticket_shown_alone(Account& account, Ticket const& ticket, bool with_values)
{
    auto shown = ticket_shown(account, ticket);
    shown["events"] = json::array{};
    shown["customer"] = customer_in_ticket(account, ticket.customer);
    shown["requester"] = shown["customer"];
    shown["assignee_user_id"] = id_or_null(ticket.assignee_user);
    shown["assignee_team_id"] = id_or_null(ticket.assignee_team);
    shown["custom_fields"] = with_values ? values_shown(ticket.fields) : json::object{};
    shown["reply_options"] = reply_options(ticket);
    shown["satisfaction_survey"] = survey_of(account, ticket.id);
    return shown;
}

std::string ticket_text(Account& account, Ticket const& ticket, bool with_values)
{
    std::vector<Record*> messages;
    for (auto const id : ticket.messages)
        messages.push_back(account.messages.find(id));
    auto text = boost::json::serialize(ticket_shown_alone(account, ticket, with_values));
    splice(text, "messages", text_of_rows(account, messages, present_message));
    return text;
}

json::object message_shown(Account& account, Message const& message)
{
    auto shown = message.data;
    shown["sender"] = person_shown(account, message.sender);
    shown["receiver"] = person_shown(account, message.receiver);
    return shown;
}

void present_message(Account& account, Record& record, std::string& out)
{
    out += cached(account, record, [&] { return message_shown(account, static_cast<Message const&>(record)); });
}

void present_message_with_headers(Account& account, Record& record, std::string& out)
{
    std::string text;
    present_message(account, record, text);
    splice(text, "headers", boost::json::serialize(static_cast<Message const&>(record).headers));
    out += text;
}

void present_customer(Account&, Record& record, std::string& out)
{
    out += boost::json::serialize(customer_shown(static_cast<Customer const&>(record)));
}

} // namespace sluice::simulator
