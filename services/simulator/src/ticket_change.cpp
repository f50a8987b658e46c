#include "field_values.hpp"
#include "ticketing.hpp"

#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

json::value member_or_null(json::object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? *member : json::value();
}

/// The id in `{"id":5}`; 0 for null and `{"id":null}`, which unassign.
Id assignee_of(json::value const& sent)
{
    auto const* object = sent.if_object();
    return object != nullptr ? integer_at(*object, "id").value_or(0) : 0;
}

Answer<void> check_assignee(json::object const& body, std::string_view field, Table<Record>& table)
{
    auto const id = assignee_of(member_or_null(body, field));
    if (id != 0 && table.find(id) == nullptr)
        return invalid_field(field, "Object does not exist.");
    return {};
}

/// One chain of changes to a ticket: compares before and after, and writes what happened.
class Change {
public:
    Change(Account& account, Ticket& ticket, TicketChange const& change, Timestamp at, Chain& chain)
        : account_(account)
        , ticket_(ticket)
        , sent_(change.sent)
        , change_(change)
        , at_(at)
        , chain_(chain)
    {
    }

    void run()
    {
        customer();
        assignees();
        tags();
        values();
        status();
        flags();
        take_over(ticket_.data, sent_, {"external_id", "language", "priority", "channel", "via", "meta", "is_unread"});
        if (!member_or_null(sent_, "from_agent").is_null())
            ticket_.data["from_agent"] = sent_.at("from_agent");
        take_over_times(ticket_.data, sent_,
                        {"opened_datetime", "closed_datetime", "last_message_datetime",
                         "last_received_message_datetime", "created_datetime"});
        touch(account_, ticket_, at_);
        if (!member_or_null(sent_, "updated_datetime").is_null()) {
            take_over_times(ticket_.data, sent_, {"updated_datetime"});
            account_.tickets.changed(ticket_);
        }
    }

private:
    void happened(std::string_view type, json::value data = nullptr)
    {
        chain_.add(type, "Ticket", ticket_.id, std::move(data));
    }

    void customer()
    {
        if (!sent_.contains("customer"))
            return;
        auto const id = settle(account_, change_.customer, at_);
        if (id == ticket_.customer)
            return;
        set_customer(account_, ticket_, id);
        happened("ticket-customer-updated");
    }

    void assign(std::string_view field, Id& assignee, std::string_view assigned, std::string_view unassigned)
    {
        if (!sent_.contains(field))
            return;
        auto const id = assignee_of(sent_.at(field));
        if (id == assignee)
            return;
        assignee = id;
        if (id != 0)
            happened(assigned, json::object{{std::string(field) + "_id", id}});
        else
            happened(unassigned);
    }
    void assignees()
    {
        assign("assignee_user", ticket_.assignee_user, "ticket-assigned", "ticket-unassigned");
        assign("assignee_team", ticket_.assignee_team, "ticket-team-assigned", "ticket-team-unassigned");
    }

    void tags()
    {
        auto const* sent = sent_.if_contains("tags");
        if (sent == nullptr)
            return;
        auto const before = ticket_.tags;
        std::vector<Id> after;
        if (sent->is_array())
            for (auto const& tag : sent->get_array())
                after.push_back(tag_named(account_, text_at(tag.get_object(), "name"), at_,
                                          member_or_null(tag.get_object(), "decoration")));
        set_tags(account_, ticket_, after);
        auto const lacks = [](std::vector<Id> const& all) {
            return [&all](Id id) { return std::ranges::find(all, id) == all.end(); };
        };
        if (std::ranges::any_of(ticket_.tags, lacks(before)))
            happened("ticket-tags-added");
        if (std::ranges::any_of(before, lacks(ticket_.tags)))
            happened("ticket-tags-removed");
    }

    /// In a ticket the set is replaced; the sub-resource leaves the others alone.
    void values()
    {
        if (!sent_.contains("custom_fields"))
            return;
        ticket_.fields.clear();
        set_values(ticket_.fields, change_.values);
    }

    void status()
    {
        auto const* sent = sent_.if_contains("status");
        if (sent == nullptr || *sent == ticket_.data.at("status"))
            return;
        bool const closed = sent->get_string() == "closed";
        ticket_.data["status"] = *sent;
        ticket_.data["closed_datetime"] = closed ? json::value(iso(at_)) : json::value();
        happened(closed ? "ticket-closed" : "ticket-reopened");
    }

    /// Takes over one attribute; true if that changed it.
    bool differs(std::string_view name, json::value const& wanted)
    {
        auto& current = ticket_.data[name];
        if (!sent_.contains(name) || current == wanted)
            return false;
        current = wanted;
        return true;
    }
    void flags()
    {
        if (differs("subject", member_or_null(sent_, "subject")))
            happened("ticket-subject-updated");
        auto const spam = json::value(true_at(sent_, "spam"));
        if (differs("spam", spam))
            happened(spam.get_bool() ? "ticket-marked-spam" : "ticket-unmarked-spam");
        auto const trashed = iso_or_null(member_or_null(sent_, "trashed_datetime"));
        if (differs("trashed_datetime", trashed))
            happened(trashed.is_null() ? "ticket-untrashed" : "ticket-trashed");
        auto const snoozed = iso_or_null(member_or_null(sent_, "snooze_datetime"));
        if (differs("snooze_datetime", snoozed) && !snoozed.is_null())
            snooze(snoozed);
    }

    void snooze(json::value const& until)
    {
        happened("ticket-snoozed");
        auto wake = [id = ticket_.id, until](Account& account, Timestamp at) {
            auto* ticket = account.tickets.find(id);
            if (ticket == nullptr || ticket->data.at("snooze_datetime") != until)
                return;
            ticket->data["snooze_datetime"] = nullptr;
            ticket->data["status"] = "open";
            touch(account, *ticket, at);
            Chain(account, 0, at).add("ticket-self-unsnoozed", "Ticket", id).add("ticket-updated", "Ticket", id);
        };
        if (auto const time = parse_timestamp(until.get_string()); time)
            account_.timers.at(*time, wake);
    }

    Account& account_;
    Ticket& ticket_;
    json::object const& sent_;
    TicketChange const& change_;
    Timestamp at_;
    Chain& chain_;
};

} // namespace

Answer<TicketChange> check_ticket(Account& account, json::object const& body)
{
    TicketChange change{body, {}, {}};
    if (auto const* customer = json::object_at(body, "customer"); customer != nullptr && !customer->empty()) {
        auto resolved = resolve_customer(account, *customer, "customer");
        if (!resolved)
            return resolved.error();
        change.customer = std::move(*resolved);
    }
    if (auto checked = check_assignee(body, "assignee_user", account.users); !checked)
        return checked.error();
    if (auto checked = check_assignee(body, "assignee_team", account.teams); !checked)
        return checked.error();
    if (auto const* items = json::array_at(body, "custom_fields"); items != nullptr) {
        auto values = check_values(account, *items, "Ticket");
        if (!values)
            return Refusal{.status = 400, .data = {{"custom_fields", values.error().data}}};
        change.values = std::move(*values);
    }
    return change;
}

void apply(Account& account, Ticket& ticket, TicketChange const& change, Timestamp at, Chain& chain)
{
    Change(account, ticket, change, at, chain).run();
}

} // namespace sluice::simulator
