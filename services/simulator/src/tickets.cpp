#include "filter.hpp"
#include "handlers.hpp"
#include "lists.hpp"
#include "messaging.hpp"
#include "text.hpp"
#include "views.hpp"
#include "words.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kCustomerRef[] = {integer("id").nullable(), text("email").nullable().at_most(320),
                                  text("name").nullable()};
constexpr Shape kCustomerShape{kCustomerRef, true};
constexpr Field kAssignee[] = {integer("id").nullable()};
constexpr Shape kAssigneeShape{kAssignee, true};
constexpr Field kTag[] = {text("name").required().at_least(1).at_most(256), object("decoration").nullable()};
constexpr Shape kTagShape{kTag, true};
constexpr Field kTagItem = object("", kTagShape);

constexpr Field kAttributes[] = {word("status", kTicketStatuses),
                                 word("priority", kPriorities),
                                 text("subject").nullable().at_most(998),
                                 text("channel").at_least(1),
                                 word("via", kVias),
                                 boolean("from_agent").nullable(),
                                 object("customer", kCustomerShape).nullable(),
                                 object("assignee_user", kAssigneeShape).nullable(),
                                 object("assignee_team", kAssigneeShape).nullable(),
                                 list("tags", kTagItem).nullable(),
                                 list("custom_fields", kValueItem).nullable(),
                                 text("language").nullable(),
                                 boolean("spam").nullable(),
                                 text("external_id").nullable().at_most(255),
                                 object("meta").nullable(),
                                 datetime("opened_datetime").nullable(),
                                 datetime("closed_datetime").nullable(),
                                 datetime("snooze_datetime").nullable(),
                                 datetime("trashed_datetime").nullable(),
                                 datetime("updated_datetime").nullable(),
                                 datetime("last_message_datetime").nullable(),
                                 datetime("last_received_message_datetime").nullable()};
constexpr Field kOnlyOnCreate[] = {list("messages", kMessageItem).required().at_least(1).at_most(500),
                                   datetime("created_datetime").nullable(), integer("split_from").nullable(),
                                   boolean("imported").nullable()};
constexpr Field kOnlyOnUpdate[] = {boolean("is_unread")};
constexpr auto kCreate = joined(kAttributes, kOnlyOnCreate);
constexpr auto kUpdate = joined(kAttributes, kOnlyOnUpdate);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

bool is_one_of(std::vector<std::string_view> const& ids, Id id)
{
    return std::ranges::find(ids, std::string_view(std::to_string(id))) != ids.end();
}

Answer<Predicate> view_filter(Call const& call)
{
    auto const id = call.asked_id("view_id");
    if (!id)
        return Predicate{};
    auto* view = call.account.views.find(*id);
    if (view == nullptr)
        return invalid_field("view_id", "View does not exist.");
    return predicate_of(call, view->data);
}

Predicate asked_filter(Call const& call, Predicate in_view)
{
    auto const ids = call.asked_all("ticket_ids");
    auto const customer = call.asked_id("customer_id");
    auto const external_id = call.asked("external_id");
    bool const without_trash = call.asked("trashed") == "false";
    if (ids.empty() && !customer && !external_id && !without_trash)
        return in_view;
    return [=](Record& record) {
        auto const& ticket = static_cast<Ticket const&>(record);
        return (ids.empty() || is_one_of(ids, ticket.id)) && (!customer || ticket.customer == *customer) &&
               (!external_id || text_at(ticket.data, "external_id") == *external_id) &&
               (!without_trash || null_at(ticket.data, "trashed_datetime")) && (!in_view || in_view(record));
    };
}

http::Response ticket_response(int status, Account& account, Ticket& ticket, bool with_values)
{
    return http::json_response(status, ticket_text(account, ticket, with_values));
}

/// The customer of the body, else of the first message: whoever wrote it, or whom it is for.
CustomerRef customer_for(TicketChange const& change, MessagePlan const& first)
{
    if (!change.customer.is_nobody())
        return change.customer;
    return true_at(first.sent, "from_agent") ? first.receiver : first.sender;
}

Answer<std::vector<MessagePlan>> check_messages(Call const& call, bool has_customer)
{
    std::vector<MessagePlan> plans;
    auto const& messages = call.fields().at("messages").get_array();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto plan = check_message(call, messages[i].get_object(), has_customer);
        if (!plan && plan.error().status == 400)
            return Refusal{.status = 400, .data = {{"messages", json::object{{std::to_string(i), plan.error().data}}}}};
        if (!plan)
            return plan.error();
        has_customer = has_customer || !plan->sender.is_nobody();
        plans.push_back(std::move(*plan));
    }
    return plans;
}

/// Attributes that default to those of the first message.
void take_from_first(Ticket& ticket, json::object const& first)
{
    take_over(ticket.data, first, {"channel", "via", "from_agent", "subject"});
}

Ticket& create(Call& call, TicketChange const& change, std::vector<MessagePlan> const& plans)
{
    auto& account = call.account;
    auto& ticket = add_ticket(account, call.now);
    auto chain = call.chain();
    chain.add("ticket-created", "Ticket", ticket.id);
    take_from_first(ticket, plans[0].sent);
    set_customer(account, ticket, settle(account, customer_for(change, plans[0]), call.now));
    take_over(ticket.data, change.sent, {"subject", "imported"});
    for (auto const& plan : plans)
        add_message(account, ticket, plan, call.now, chain);
    apply(account, ticket, change, call.now, chain);
    chain.add("ticket-updated", "Ticket", ticket.id);
    return ticket;
}

} // namespace

constinit Field const kTicketBody = object("", kCreateShape);
constinit Field const kTicketUpdateBody = object("", kUpdateShape);

Outcome list_tickets(Call& call)
{
    auto in_view = view_filter(call);
    if (!in_view)
        return in_view.error();
    return list_of(call, call.account.tickets, asked_filter(call, std::move(*in_view)), present_ticket_row);
}

Outcome create_ticket(Call& call)
{
    auto change = check_ticket(call.account, call.fields());
    if (!change)
        return change.error();
    auto const plans = check_messages(call, !change->customer.is_nobody());
    if (!plans)
        return plans.error();
    return ticket_response(201, call.account, create(call, *change, *plans), true);
}

Outcome get_ticket(Call& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    return ticket_response(200, call.account, **ticket, call.asks_relationship("custom_fields"));
}

Outcome update_ticket(Call& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    auto const change = check_ticket(call.account, call.fields());
    if (!change)
        return change.error();
    auto chain = call.chain();
    apply(call.account, **ticket, *change, call.now, chain);
    chain.add("ticket-updated", "Ticket", call.id());
    return ticket_response(202, call.account, **ticket, true);
}

Outcome delete_ticket(Call& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    call.chain().add("ticket-deleted", "Ticket", call.id());
    remove_ticket(call.account, **ticket);
    return empty(204);
}

} // namespace sluice::simulator
