#include "messaging.hpp"

#include "text.hpp"

namespace sluice::simulator {
namespace {

constexpr std::chrono::seconds kSendingTakes{1};

/// Nothing leaves the help desk for these.
bool is_delivered(Message const& message)
{
    auto const channel = text_at(message.data, "channel");
    return true_at(message.data, "from_agent") && true_at(message.data, "public") && channel != "api";
}

/// Mail to the reserved top-level domain `.invalid` (RFC 2606) bounces.
bool will_bounce(Message const& message)
{
    auto const* source = json::object_at(message.data, "source");
    auto const* to = source != nullptr ? json::array_at(*source, "to") : nullptr;
    if (to == nullptr)
        return false;
    for (auto const& recipient : *to)
        if (recipient.is_object() && text_at(recipient.get_object(), "address").ends_with(".invalid"))
            return true;
    return false;
}

void send(Account& account, Id id, Timestamp at)
{
    auto* message = account.messages.find(id);
    if (message == nullptr || !null_at(message->data, "sent_datetime"))
        return;
    bool const bounces = will_bounce(*message);
    message->data[bounces ? "failed_datetime" : "sent_datetime"] = iso(at);
    if (bounces) {
        message->data["last_sending_error"] = json::object{{"error", "The recipient does not exist."}};
        Chain(account, 0, at).add("ticket-message-failed", "TicketMessage", id);
    }
    account.messages.changed(*message);
    account.tickets.changed(*account.tickets.find(message->ticket));
}

/// The connected address a reply is sent from.
json::value integration_of(Account& account, json::value const& source)
{
    auto const* address = json::find_path(source, "from.address");
    for (auto const& [id, integration] : account.integrations.rows()) {
        auto const* connected = json::find_path(integration.data.at("meta"), "address");
        if (address != nullptr && connected != nullptr && *address == *connected)
            return id;
    }
    return nullptr;
}

void set_times(Message& message, json::object const& sent)
{
    take_over_times(message.data, sent,
                    {"created_datetime", "sent_datetime", "failed_datetime", "opened_datetime", "deleted_datetime"});
    message.data["imported"] = !null_at(sent, "sent_datetime") || true_at(sent, "imported");
    if (null_at(message.data, "sent_datetime") && !is_delivered(message))
        message.data["sent_datetime"] = message.data.at("created_datetime");
}

void show_in_ticket(Account& account, Ticket& ticket, Message const& message, Timestamp at)
{
    auto const& created = message.data.at("created_datetime");
    ticket.data["last_message_datetime"] = created;
    if (!true_at(message.data, "from_agent")) {
        ticket.data["last_received_message_datetime"] = created;
        ticket.data["is_unread"] = true;
    }
    touch(account, ticket, at);
}

} // namespace

Message& insert_message(Account& account, Ticket& ticket, json::object const& attributes, Timestamp at)
{
    Message message;
    message.id = account.sequences.next("message");
    message.ticket = ticket.id;
    message.data = {
        {"id", message.id},
        {"uri", std::string(ticket.data.at("uri").as_string()) + "messages/" + std::to_string(message.id) + '/'},
        {"message_id", nullptr},
        {"ticket_id", ticket.id},
        {"external_id", nullptr},
        {"public", true},
        {"channel", "api"},
        {"via", "api"},
        {"source", nullptr},
        {"auth_customer_identity", nullptr},
        {"integration_id", nullptr},
        {"intents", json::array{}},
        {"rule_id", nullptr},
        {"from_agent", false},
        {"subject", ticket.data.at("subject")},
        {"body_text", nullptr},
        {"body_html", nullptr},
        {"stripped_text", nullptr},
        {"stripped_html", nullptr},
        {"stripped_signature", nullptr},
        {"attachments", nullptr},
        {"macros", json::array{}},
        {"actions", nullptr},
        {"imported", false},
        {"meta", nullptr},
        {"created_datetime", iso(at)},
        {"processed_datetime", iso(at)},
        {"deleted_datetime", nullptr},
        {"sent_datetime", nullptr},
        {"failed_datetime", nullptr},
        {"opened_datetime", nullptr},
        {"last_sending_error", nullptr},
        {"is_retriable", true},
        {"replied_by", nullptr},
        {"replied_to", nullptr}};
    take_over(message.data, attributes,
              {"message_id", "external_id", "public", "channel", "via", "source", "integration_id", "from_agent",
               "subject", "body_text", "body_html", "stripped_text", "stripped_html", "stripped_signature",
               "attachments", "macros", "actions", "meta", "last_sending_error"});
    if (null_at(message.data, "source"))
        message.data["source"] = json::object{{"type", message.data.at("channel")}};
    if (null_at(message.data, "integration_id"))
        message.data["integration_id"] = integration_of(account, message.data.at("source"));
    if (null_at(message.data, "stripped_text"))
        message.data["stripped_text"] = message.data.at("body_text");
    set_times(message, attributes);
    auto& stored = account.messages.insert(std::move(message));
    ticket.messages.push_back(stored.id);
    show_in_ticket(account, ticket, stored, at);
    return stored;
}

Message& add_message(Account& account, Ticket& ticket, MessagePlan const& plan, Timestamp at, Chain& chain)
{
    auto& message = insert_message(account, ticket, plan.sent, at);
    message.sender = settle(account, plan.sender, at);
    message.receiver = settle(account, plan.receiver, at);
    if (auto const* headers = plan.sent.if_contains("headers"); headers != nullptr)
        message.headers = *headers;
    if (message.sender == 0)
        message.sender = ticket.customer;
    if (null_at(message.data, "sent_datetime") && null_at(message.data, "failed_datetime"))
        send_later(account, message, at);
    chain.add("ticket-message-created", "TicketMessage", message.id);
    return message;
}

void send_later(Account& account, Message const& message, Timestamp at)
{
    account.timers.at(at + kSendingTakes, [id = message.id](Account& later, Timestamp when) { send(later, id, when); });
}

} // namespace sluice::simulator
