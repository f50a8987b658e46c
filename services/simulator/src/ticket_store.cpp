#include "field_values.hpp"
#include "ticketing.hpp"

#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

/// 301 to the same path below the survivor, as this call addressed it.
Refusal moved(Call const& call, std::size_t param, Id survivor)
{
    std::string path(call.path);
    auto const segment = '/' + call.params[param];
    path.replace(path.find(segment), segment.size(), '/' + std::to_string(survivor));
    if (!call.request.query().empty())
        path.append("?").append(call.request.query());
    return {.status = 301,
            .msg = "The resource was merged into another one.",
            .location = '/' + call.account.config.subdomain + path};
}

template <class Row>
Answer<Row*> find_or_moved(Call const& call, std::size_t param, Table<Row>& table, std::map<Id, Id> const& merged)
{
    auto const id = call.id(param);
    if (auto const survivor = survivor_of(merged, id); survivor)
        return moved(call, param, *survivor);
    auto* row = table.find(id);
    if (row == nullptr)
        return not_found();
    return row;
}

void count_usage(Account& account, std::vector<Id> const& tags, Id by)
{
    for (auto const id : tags) {
        auto& tag = *account.tags.find(id);
        tag.data["usage"] = tag.data.at("usage").as_int64() + by;
        account.tags.changed(tag);
    }
}

} // namespace

Answer<Ticket*> find_ticket(Call const& call, std::size_t param)
{
    return find_or_moved(call, param, call.account.tickets, call.account.merged_tickets);
}

Answer<Customer*> find_customer_of(Call const& call, std::size_t param)
{
    return find_or_moved(call, param, call.account.customers, call.account.merged_customers);
}

Answer<Message*> find_message(Call const& call, Ticket const& ticket, std::size_t param)
{
    auto* message = call.account.messages.find(call.id(param));
    if (message == nullptr || message->ticket != ticket.id)
        return not_found();
    return message;
}

Ticket& add_ticket(Account& account, Timestamp at)
{
    Ticket ticket;
    ticket.id = account.sequences.next("ticket");
    ticket.data = {{"id", ticket.id},
                   {"uri", "/api/tickets/" + std::to_string(ticket.id) + '/'},
                   {"external_id", nullptr},
                   {"status", "open"},
                   {"priority", "normal"},
                   {"channel", "api"},
                   {"via", "api"},
                   {"from_agent", false},
                   {"spam", false},
                   {"imported", nullptr},
                   {"language", "en"},
                   {"subject", nullptr},
                   {"summary", nullptr},
                   {"meta", nullptr},
                   {"is_unread", false},
                   {"created_datetime", iso(at)},
                   {"processed_datetime", iso(at)},
                   {"opened_datetime", nullptr},
                   {"last_received_message_datetime", nullptr},
                   {"last_message_datetime", nullptr},
                   {"updated_datetime", iso(at)},
                   {"closed_datetime", nullptr},
                   {"trashed_datetime", nullptr},
                   {"snooze_datetime", nullptr}};
    return account.tickets.insert(std::move(ticket));
}

void set_customer(Account& account, Ticket& ticket, Id id)
{
    if (auto* before = account.customers.find(ticket.customer); before != nullptr)
        std::erase(before->tickets, ticket.id);
    ticket.customer = id;
    if (auto* customer = account.customers.find(id); customer != nullptr)
        customer->tickets.push_back(ticket.id);
}

void set_tags(Account& account, Ticket& ticket, std::vector<Id> tags)
{
    std::vector<Id> unique;
    for (auto const id : tags)
        if (std::ranges::find(unique, id) == unique.end())
            unique.push_back(id);
    count_usage(account, ticket.tags, -1);
    count_usage(account, unique, 1);
    ticket.tags = std::move(unique);
}

void touch(Account& account, Ticket& ticket, Timestamp at)
{
    ticket.data["updated_datetime"] = iso(at);
    account.tickets.changed(ticket);
}

void remove_ticket(Account& account, Ticket& ticket)
{
    set_tags(account, ticket, {});
    set_customer(account, ticket, 0);
    for (auto const id : ticket.messages)
        account.messages.erase(id);
    account.tickets.erase(ticket.id);
}

Record* find_tag(Account& account, std::string_view name)
{
    auto const& by_name = *account.tags.ordered_by("name");
    auto const at = by_name.lower_bound({std::string(name), 0, nullptr});
    return at != by_name.end() && at->key == name ? at->record : nullptr;
}

Record& add_tag(Account& account, json::object const& attributes, Timestamp at)
{
    Record tag;
    tag.id = account.sequences.next("tag");
    tag.data = {{"id", tag.id},
                {"uri", "/api/tags/" + std::to_string(tag.id) + '/'},
                {"name", nullptr},
                {"description", nullptr},
                {"decoration", nullptr},
                {"usage", 0},
                {"created_datetime", iso(at)},
                {"deleted_datetime", nullptr}};
    take_over(tag.data, attributes, {"name", "description", "decoration"});
    return account.tags.insert(std::move(tag));
}

Id tag_named(Account& account, std::string_view name, Timestamp at, json::value decoration)
{
    if (auto const* tag = find_tag(account, name); tag != nullptr)
        return tag->id;
    return add_tag(account, {{"name", name}, {"decoration", std::move(decoration)}}, at).id;
}

} // namespace sluice::simulator
