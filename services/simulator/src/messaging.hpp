#pragma once

#include "ticketing.hpp"

namespace sluice::simulator {

/// A message as sent by a caller, found to follow the rules; customers it names may still have to be made.
struct MessagePlan {
    json::object sent;
    CustomerRef sender;
    CustomerRef receiver;
};

/// Without a customer on the ticket an incoming message has to name its sender.
[[nodiscard]] Answer<MessagePlan> check_message(Call const& call, json::object const& body, bool has_customer);

/// Adds the message to the ticket; a reply without `sent_datetime` is delivered a second later.
Message& add_message(Account& account, Ticket& ticket, MessagePlan const& plan, Timestamp at, Chain& chain);

/// Fills `sent_datetime`, or `failed_datetime` and `last_sending_error`, a second later.
void send_later(Account& account, Message const& message, Timestamp at);

/// A message with all attributes at their defaults, in the store and in its ticket.
Message& insert_message(Account& account, Ticket& ticket, json::object const& attributes, Timestamp at);

} // namespace sluice::simulator
