#include "field_values.hpp"
#include "handlers.hpp"
#include "lists.hpp"
#include "text.hpp"
#include "ticketing.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kValue[] = {positive("id").required(), scalar("value").required().nullable()};
constexpr Shape kValueShape{kValue};

/// What has field values: a ticket or a customer.
struct Owner {
    std::string_view type;
    FieldValues& values;
    Ticket* ticket = nullptr;
    Customer* customer = nullptr;
};

Answer<Owner> ticket_owner(Call const& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    return Owner{"Ticket", (*ticket)->fields, *ticket};
}

Answer<Owner> customer_owner(Call const& call)
{
    auto const customer = find_customer_of(call);
    if (!customer)
        return customer.error();
    return Owner{"Customer", (*customer)->fields, nullptr, *customer};
}

using FindOwner = Answer<Owner> (*)(Call const&);

json::object shown(Call const& call, Owner const& owner, Id id, json::value const& value)
{
    json::object shown{{"field", call.account.custom_fields.find(id)->data}};
    if (owner.ticket != nullptr)
        shown["prediction"] = nullptr;
    shown["value"] = value;
    return shown;
}

http::Response all_shown(Call const& call, Owner const& owner)
{
    json::array data;
    for (auto const& [id, value] : owner.values)
        data.push_back(shown(call, owner, id, value));
    return http::json_response(200, json::object{{"data", std::move(data)}});
}

void note_change(Call& call, Owner const& owner)
{
    if (owner.ticket != nullptr) {
        touch(call.account, *owner.ticket, call.now);
        call.chain().add("ticket-updated", "Ticket", owner.ticket->id);
    } else {
        owner.customer->data["updated_datetime"] = call.time();
        changed(call.account, *owner.customer);
        call.chain().add("customer-updated", "Customer", owner.customer->id);
    }
}

/// The definition named in the path, if it is one for this kind of owner.
Answer<Record*> definition_of(Call const& call, Owner const& owner)
{
    auto* field = call.account.custom_fields.find(call.id(1));
    if (field == nullptr || text_at(field->data, "object_type") != owner.type)
        return not_found();
    return field;
}

template <FindOwner F>
Outcome list_values(Call& call)
{
    auto const owner = F(call);
    if (!owner)
        return owner.error();
    return all_shown(call, *owner);
}

template <FindOwner F>
Outcome set_all(Call& call)
{
    auto const owner = F(call);
    if (!owner)
        return owner.error();
    auto const sent = check_values(call.account, call.body.get_array(), owner->type);
    if (!sent)
        return sent.error();
    set_values(owner->values, *sent);
    note_change(call, *owner);
    return all_shown(call, *owner);
}

template <FindOwner F>
Outcome set_one(Call& call)
{
    auto const owner = F(call);
    if (!owner)
        return owner.error();
    if (auto const field = definition_of(call, *owner); !field)
        return field.error();
    auto const sent = check_values(call.account, {json::object{{"id", call.id(1)}, {"value", call.body}}}, owner->type);
    if (!sent)
        return sent.error();
    set_values(owner->values, *sent);
    note_change(call, *owner);
    return http::json_response(200, shown(call, *owner, call.id(1), call.body));
}

template <FindOwner F>
Outcome clear(Call& call)
{
    auto const owner = F(call);
    if (!owner)
        return owner.error();
    if (auto const field = definition_of(call, *owner); !field)
        return field.error();
    owner->values.erase(call.id(1));
    note_change(call, *owner);
    return empty(204);
}

} // namespace

constinit Field const kValueItem = object("", kValueShape);
constinit Field const kValuesBody = list("", kValueItem).at_least(1);
constinit Field const kValueBody = scalar("");

Outcome list_ticket_values(Call& call)
{
    return list_values<ticket_owner>(call);
}
Outcome set_ticket_values(Call& call)
{
    return set_all<ticket_owner>(call);
}
Outcome set_ticket_value(Call& call)
{
    return set_one<ticket_owner>(call);
}
Outcome clear_ticket_value(Call& call)
{
    return clear<ticket_owner>(call);
}
Outcome list_customer_values(Call& call)
{
    return list_values<customer_owner>(call);
}
Outcome set_customer_values(Call& call)
{
    return set_all<customer_owner>(call);
}
Outcome set_customer_value(Call& call)
{
    return set_one<customer_owner>(call);
}
Outcome clear_customer_value(Call& call)
{
    return clear<customer_owner>(call);
}

} // namespace sluice::simulator
