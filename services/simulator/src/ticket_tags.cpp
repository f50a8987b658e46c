#include "handlers.hpp"
#include "lists.hpp"
#include "text.hpp"
#include "ticketing.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kId = positive("");
constexpr Field kName = text("").at_least(1).at_most(256);
constexpr Field kTags[] = {list("ids", kId), list("names", kName)};
constexpr Shape kShape{kTags};

bool is_empty_list(json::object const& body, std::string_view name)
{
    auto const* items = json::array_at(body, name);
    return items == nullptr || items->empty();
}

/// The tags of `{ids,names}`. `make`: names that do not exist become tags; otherwise they name nothing.
Answer<std::vector<Id>> tags_of(Call& call, bool make)
{
    auto const& body = call.fields();
    std::vector<Id> tags;
    if (auto const* ids = json::array_at(body, "ids"); ids != nullptr)
        for (auto const& id : *ids) {
            if (call.account.tags.find(id.get_int64()) == nullptr)
                return invalid_field("ids", "Tag does not exist.");
            tags.push_back(id.get_int64());
        }
    if (auto const* names = json::array_at(body, "names"); names != nullptr)
        for (auto const& name : *names) {
            if (auto const* known = find_tag(call.account, name.get_string()); known != nullptr)
                tags.push_back(known->id);
            else if (make)
                tags.push_back(tag_named(call.account, name.get_string(), call.now));
        }
    return tags;
}

using Combine = std::vector<Id> (*)(std::vector<Id> current, std::vector<Id> const& named);

/// The three calls differ in how the named tags change the set. Their answers are empty.
Outcome change_tags(Call& call, Combine combine, bool make, bool may_be_empty, int status)
{
    auto const found = find_ticket(call);
    if (!found)
        return found.error();
    auto const& body = call.fields();
    if (!may_be_empty && is_empty_list(body, "ids") && is_empty_list(body, "names"))
        return invalid_field("ids", "At least one of ids and names is required.");
    auto const named = tags_of(call, make);
    if (!named)
        return named.error();
    auto& ticket = **found;
    auto const before = ticket.tags;
    set_tags(call.account, ticket, combine(before, *named));
    if (ticket.tags != before) {
        auto const lost =
            std::ranges::any_of(before, [&](Id id) { return std::ranges::find(ticket.tags, id) == ticket.tags.end(); });
        call.chain()
            .add(lost ? "ticket-tags-removed" : "ticket-tags-added", "Ticket", ticket.id)
            .add("ticket-updated", "Ticket", ticket.id);
        touch(call.account, ticket, call.now);
    }
    return empty(status);
}

std::vector<Id> united(std::vector<Id> current, std::vector<Id> const& named)
{
    current.insert(current.end(), named.begin(), named.end());
    return current;
}

std::vector<Id> replacement(std::vector<Id>, std::vector<Id> const& named)
{
    return named;
}

std::vector<Id> difference(std::vector<Id> current, std::vector<Id> const& named)
{
    std::erase_if(current, [&](Id id) { return std::ranges::find(named, id) != named.end(); });
    return current;
}

} // namespace

constinit Field const kTicketTagsBody = object("", kShape);

Outcome list_ticket_tags(Call& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    std::vector<Record*> rows;
    for (auto const id : (*ticket)->tags)
        rows.push_back(call.account.tags.find(id));
    return data_response(call.account, rows);
}

Outcome add_ticket_tags(Call& call)
{
    return change_tags(call, united, true, false, 201);
}

Outcome set_ticket_tags(Call& call)
{
    return change_tags(call, replacement, true, true, 202);
}

Outcome remove_ticket_tags(Call& call)
{
    return change_tags(call, difference, false, false, 204);
}

} // namespace sluice::simulator
