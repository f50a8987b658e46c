#pragma once

#include "people.hpp"

namespace sluice::simulator {

// What is shown

/// As in lists: without messages, with excerpt and count.
void present_ticket_row(Account& account, Record& ticket, std::string& out);
/// As alone: with messages, customer and reply options. `with_values`: the custom field values are asked for.
[[nodiscard]] std::string ticket_text(Account& account, Ticket const& ticket, bool with_values);
/// The same without the messages.
[[nodiscard]] json::object ticket_shown_alone(Account& account, Ticket const& ticket, bool with_values);
/// A message without its headers.
[[nodiscard]] json::object message_shown(Account& account, Message const& message);
/// As inside a ticket: without headers.
void present_message(Account& account, Record& message, std::string& out);
void present_message_with_headers(Account& account, Record& message, std::string& out);
/// With channels, data of integrations and apps, and field values.
[[nodiscard]] json::object customer_shown(Customer const& customer);
void present_customer(Account& account, Record& customer, std::string& out);

// Finding; a merged ticket or customer answers 301 naming the survivor

[[nodiscard]] Answer<Ticket*> find_ticket(Call const& call, std::size_t param = 0);
[[nodiscard]] Answer<Message*> find_message(Call const& call, Ticket const& ticket, std::size_t param = 1);
[[nodiscard]] Answer<Customer*> find_customer_of(Call const& call, std::size_t param = 0);

// Changing

/// Puts a new ticket with default attributes into the store.
Ticket& add_ticket(Account& account, Timestamp at);
void set_customer(Account& account, Ticket& ticket, Id customer);
/// Keeps the usage counts of the tags right.
void set_tags(Account& account, Ticket& ticket, std::vector<Id> tags);
/// To be called after each change of what is shown of a ticket.
void touch(Account& account, Ticket& ticket, Timestamp at);
void remove_ticket(Account& account, Ticket& ticket);

/// By exact name; null if there is none.
[[nodiscard]] Record* find_tag(Account& account, std::string_view name);
Record& add_tag(Account& account, json::object const& attributes, Timestamp at);
/// The tag of that name, made if need be.
[[nodiscard]] Id tag_named(Account& account, std::string_view name, Timestamp at, json::value decoration = nullptr);

/// Attributes of a ticket as sent by a caller, found valid.
struct TicketChange {
    json::object sent;
    CustomerRef customer;
    FieldValues values;
};
[[nodiscard]] Answer<TicketChange> check_ticket(Account& account, json::object const& body);
/// Brings the attributes into the ticket and writes the events of what changed.
void apply(Account& account, Ticket& ticket, TicketChange const& change, Timestamp at, Chain& chain);

} // namespace sluice::simulator
