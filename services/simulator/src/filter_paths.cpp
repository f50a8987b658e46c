#include "filter.hpp"

#include "people.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::simulator {
namespace {

using Values = std::vector<json::value>;

/// An attribute of a record that may not exist.
template <class Row>
Values attribute(Row* record, std::string_view name)
{
    auto const* value = record != nullptr ? record->data.if_contains(name) : nullptr;
    return value != nullptr && !value->is_null() ? Values{*value} : Values{};
}

Values tag_attributes(Account& account, Ticket const& ticket, std::string_view name)
{
    Values values;
    for (auto const id : ticket.tags)
        values.push_back(account.tags.find(id)->data.at(name));
    return values;
}

/// Strips `prefix` off the front of `path`.
bool take(std::string_view& path, std::string_view prefix)
{
    if (!path.starts_with(prefix))
        return false;
    path.remove_prefix(prefix.size());
    return true;
}

/// `61].value`
Values field_value(FieldValues const& fields, std::string_view path)
{
    Id id = 0;
    std::from_chars(path.data(), path.data() + path.size(), id);
    auto const found = fields.find(id);
    return found != fields.end() ? Values{found->second} : Values{};
}

Values ticket_values(Account& account, Ticket& ticket, std::string_view path)
{
    take(path, "ticket.");
    if (take(path, "tags."))
        return tag_attributes(account, ticket, path);
    if (take(path, "assignee_user."))
        return attribute(account.users.find(ticket.assignee_user), path);
    if (take(path, "assignee_team."))
        return attribute(account.teams.find(ticket.assignee_team), path);
    if (take(path, "customer."))
        return attribute(account.customers.find(ticket.customer), path);
    if (take(path, "custom_fields["))
        return field_value(ticket.fields, path);
    return attribute(&ticket, path);
}

Values customer_values(Customer& customer, std::string_view path)
{
    take(path, "customer.");
    return take(path, "custom_fields[") ? field_value(customer.fields, path) : attribute(&customer, path);
}

constexpr std::string_view kPaths[] = {"ticket.id",
                                       "ticket.status",
                                       "ticket.priority",
                                       "ticket.channel",
                                       "ticket.via",
                                       "ticket.language",
                                       "ticket.subject",
                                       "ticket.external_id",
                                       "ticket.spam",
                                       "ticket.is_unread",
                                       "ticket.from_agent",
                                       "ticket.created_datetime",
                                       "ticket.updated_datetime",
                                       "ticket.opened_datetime",
                                       "ticket.closed_datetime",
                                       "ticket.trashed_datetime",
                                       "ticket.snooze_datetime",
                                       "ticket.last_message_datetime",
                                       "ticket.last_received_message_datetime",
                                       "ticket.tags.name",
                                       "ticket.tags.id",
                                       "ticket.assignee_user.id",
                                       "ticket.assignee_user.name",
                                       "ticket.assignee_user.email",
                                       "ticket.assignee_team.id",
                                       "ticket.assignee_team.name",
                                       "ticket.customer.id",
                                       "ticket.customer.name",
                                       "ticket.customer.email",
                                       "ticket.customer.external_id",
                                       "customer.id",
                                       "customer.name",
                                       "customer.email",
                                       "customer.language",
                                       "customer.timezone",
                                       "customer.external_id",
                                       "customer.created_datetime",
                                       "customer.updated_datetime"};

bool mentions(json::object const& data, std::initializer_list<std::string_view> names, std::string_view text)
{
    return std::ranges::any_of(names, [&](auto name) { return contains_ignoring_case(text_at(data, name), text); });
}

} // namespace

bool is_filter_path(std::string_view path)
{
    bool const is_field = path.starts_with("ticket.custom_fields[") || path.starts_with("customer.custom_fields[");
    return (is_field && path.ends_with("].value")) || std::ranges::find(kPaths, path) != std::end(kPaths);
}

Predicate ticket_predicate(Account& account, Filter filter)
{
    return [&account, now = account.now(), filter = std::move(filter)](Record& record) {
        auto& ticket = static_cast<Ticket&>(record);
        return filter.matches([&](std::string_view path) { return ticket_values(account, ticket, path); }, now);
    };
}

Predicate customer_predicate(Account& account, Filter filter)
{
    return [now = account.now(), filter = std::move(filter)](Record& record) {
        auto& customer = static_cast<Customer&>(record);
        return filter.matches([&](std::string_view path) { return customer_values(customer, path); }, now);
    };
}

Predicate search_predicate(Account& account, std::string text)
{
    return [&account, text = std::move(text)](Record& record) {
        auto const& ticket = static_cast<Ticket const&>(record);
        auto* customer = account.customers.find(ticket.customer);
        return mentions(ticket.data, {"subject"}, text) ||
               (customer != nullptr && mentions(customer->data, {"name", "email"}, text)) ||
               std::ranges::any_of(ticket.messages, [&](Id id) {
                   return mentions(account.messages.find(id)->data, {"body_text"}, text);
               });
    };
}

} // namespace sluice::simulator
