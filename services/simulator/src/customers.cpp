#include "field_values.hpp"
#include "handlers.hpp"
#include "lists.hpp"
#include "text.hpp"
#include "ticketing.hpp"
#include "views.hpp"
#include "world.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kChannel[] = {text("type").required().at_least(1), text("address").required().at_least(1).at_most(320),
                              boolean("preferred").required()};
constexpr Shape kChannelShape{kChannel, true};
constexpr Field kChannelItem = object("", kChannelShape);
constexpr Field kAttributes[] = {text("name").nullable(), text("email").nullable().at_most(320),
                                 text("external_id").nullable(), text("language").nullable(),
                                 text("timezone").nullable()};
constexpr Field kChannels[] = {list("channels", kChannelItem)};
constexpr Field kRequiredChannels[] = {list("channels", kChannelItem).required().at_least(1)};
constexpr auto kCreate = joined(kAttributes, kRequiredChannels);
constexpr auto kUpdate = joined(kAttributes, kChannels);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};
constexpr Field kData[] = {any("data").required().nullable(), datetime("version").nullable()};
constexpr Shape kDataShape{kData};
constexpr Field kId = positive("");
constexpr Field kIds[] = {list("ids", kId).required().at_least(1)};
constexpr Shape kIdsShape{kIds};

/// List items have no channels and no integrations.
void present_row(Account&, Record& record, std::string& out)
{
    if (record.text.empty()) {
        auto shown = record.data;
        shown["custom_fields"] = values_shown(static_cast<Customer const&>(record).fields);
        record.text = boost::json::serialize(shown);
    }
    out += record.text;
}

/// As creating and updating answer: without what apps and shops have stored.
void present_changed(Account&, Record& record, std::string& out)
{
    auto shown = customer_shown(static_cast<Customer const&>(record));
    shown.erase("external_data");
    shown.erase("ecommerce_data");
    out += boost::json::serialize(shown);
}

/// Exact matches only.
bool has_attributes(Call const& call, Customer const& customer)
{
    for (auto const name : {"email", "external_id", "name", "language", "timezone"})
        if (auto const wanted = call.asked(name); wanted && text_at(customer.data, name) != *wanted)
            return false;
    return true;
}

bool has_channel(Call const& call, Customer const& customer)
{
    auto const type = call.asked("channel_type");
    auto const address = call.asked("channel_address");
    return (!type && !address) || std::ranges::any_of(customer.channels, [&](json::value const& channel) {
               auto const& data = channel.get_object();
               return (!type || text_at(data, "type") == *type) && (!address || text_at(data, "address") == *address);
           });
}

/// Data of an app shows under its id, with its name; data stored with an API key as `data`.
void store_data(Call& call, Customer& customer, json::value const& data)
{
    if (call.caller.grant == nullptr) {
        customer.data["data"] = data;
        return;
    }
    auto const& client_id = call.caller.grant->client_id;
    auto const* app = call.world.find_app(client_id);
    json::object stored{{"__app_name__", app != nullptr ? app->name : client_id}};
    if (data.is_object())
        for (auto const& member : data.get_object())
            stored.insert(member);
    else
        stored["data"] = data;
    customer.external_data[client_id] = std::move(stored);
}

/// An optimistic lock: an older version than the stored one is silently ignored.
bool is_outdated(Call const& call, Customer& customer)
{
    auto const sent = parse_timestamp(text_at(call.fields(), "version"));
    if (!sent)
        return false;
    auto& version = customer.versions[call.caller.grant != nullptr ? call.caller.grant->client_id : ""];
    if (*sent < version)
        return true;
    version = *sent;
    return false;
}

bool share_integration(Customer const& a, Customer const& b)
{
    return std::ranges::any_of(a.integrations,
                               [&](auto const& member) { return b.integrations.contains(member.key()); });
}

} // namespace

constinit Field const kCustomerBody = object("", kCreateShape);
constinit Field const kCustomerUpdateBody = object("", kUpdateShape);
constinit Field const kCustomerDataBody = object("", kDataShape);
constinit Field const kIdsBody = object("", kIdsShape);

Outcome list_customers(Call& call)
{
    Predicate in_view = [](Record&) { return true; };
    if (auto const id = call.asked_id("view_id"); id) {
        auto* view = call.account.views.find(*id);
        if (view == nullptr || text_at(view->data, "type") != "customer-list")
            return invalid_field("view_id", "View does not exist.");
        auto predicate = predicate_of(call, view->data);
        if (!predicate)
            return predicate.error();
        in_view = std::move(*predicate);
    }
    auto const filter = [&](Record& record) {
        auto const& customer = static_cast<Customer const&>(record);
        return has_attributes(call, customer) && has_channel(call, customer) && in_view(record);
    };
    return list_of(call, call.account.customers, filter, present_row);
}

Outcome create_customer(Call& call)
{
    if (auto free = check_channels_free(call.account, 0, call.fields()); !free)
        return free.error();
    auto& customer = add_customer(call.account, call.fields(), call.now);
    call.chain().add("customer-created", "Customer", customer.id);
    return record_response(201, call.account, customer, present_changed);
}

Outcome get_customer(Call& call)
{
    auto const customer = find_customer_of(call);
    if (!customer)
        return customer.error();
    auto shown = customer_shown(**customer);
    if (!call.asks_relationship("custom_fields"))
        shown["custom_fields"] = json::object{};
    return http::json_response(200, shown);
}

Outcome update_customer(Call& call)
{
    auto const customer = find_customer_of(call);
    if (!customer)
        return customer.error();
    if (auto free = check_channels_free(call.account, call.id(), call.fields()); !free)
        return free.error();
    apply_customer(call.account, **customer, call.fields(), call.now);
    call.chain().add("customer-updated", "Customer", call.id());
    return record_response(202, call.account, **customer, present_changed);
}

Outcome delete_customer(Call& call)
{
    auto const customer = find_customer_of(call);
    if (!customer)
        return customer.error();
    remove_customer(call.account, **customer);
    call.chain().add("customer-deleted", "Customer", call.id());
    return empty(204);
}

Outcome delete_customers(Call& call)
{
    auto chain = call.chain();
    for (auto const& id : call.fields().at("ids").get_array())
        if (auto* customer = call.account.customers.find(id.get_int64()); customer != nullptr) {
            remove_customer(call.account, *customer);
            chain.add("customer-deleted", "Customer", id.get_int64());
        }
    return empty(204);
}

/// The ids travel in the query. Of the body everything counts but the name, which a live call ignored.
Outcome merge_customers(Call& call)
{
    auto const source_id = *call.asked_id("source_id");
    auto const target_id = *call.asked_id("target_id");
    auto& account = call.account;
    auto* source = account.customers.find(source_id);
    auto* target = account.customers.find(target_id);
    if (source == nullptr || target == nullptr)
        return not_found();
    if (source == target)
        return invalid_field("source_id", "A customer cannot be merged with itself.");
    if (share_integration(*source, *target))
        return conflict("Both customers have data of the same integration.");
    absorb_customer(account, *source, *target);
    auto body = call.fields();
    body.erase("name");
    apply_customer(account, *target, body, call.now);
    call.chain()
        .add("customer-deleted", "Customer", source_id)
        .add("customer-merged", "Customer", target_id, json::object{{"source_customer_id", source_id}});
    return record_response(202, account, *target, present_customer);
}

Outcome set_customer_data(Call& call)
{
    auto const customer = find_customer_of(call);
    if (!customer)
        return customer.error();
    if (is_outdated(call, **customer))
        return empty(202);
    store_data(call, **customer, call.fields().at("data"));
    changed(call.account, **customer);
    call.chain().add("customer-updated", "Customer", call.id());
    return empty(202);
}

} // namespace sluice::simulator
