#include "people.hpp"

#include "base/encoding.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

void forget_channels(Account& account, Customer const& customer)
{
    for (auto const& channel : customer.channels) {
        auto const& data = channel.get_object();
        account.customer_by_channel.erase(channel_key(text_at(data, "type"), text_at(data, "address")));
    }
}

json::object new_channel(Account& account, Customer const& customer, json::object const& wanted, Timestamp at)
{
    return {{"id", account.sequences.next("channel")},
            {"type", wanted.at("type")},
            {"address", wanted.at("address")},
            {"preferred", true_at(wanted, "preferred")},
            {"created_datetime", iso(at)},
            {"updated_datetime", iso(at)},
            {"deleted_datetime", nullptr},
            {"user", name_shown(customer)},
            {"customer", name_shown(customer)}};
}

bool is_same_channel(json::object const& a, json::object const& b)
{
    return text_at(a, "type") == text_at(b, "type") && iequals(text_at(a, "address"), text_at(b, "address"));
}

void set_channels(Account& account, Customer& customer, json::array const& wanted, Timestamp at)
{
    forget_channels(account, customer);
    json::array channels;
    for (auto const& channel : wanted) {
        auto const& data = channel.as_object();
        auto const kept = std::ranges::find_if(
            customer.channels, [&](json::value const& old) { return is_same_channel(old.get_object(), data); });
        channels.push_back(kept != customer.channels.end() ? *kept
                                                           : json::value(new_channel(account, customer, data, at)));
        if (auto const* preferred = data.if_contains("preferred"); preferred != nullptr)
            channels.back().get_object()["preferred"] = *preferred;
        account.customer_by_channel[channel_key(text_at(data, "type"), text_at(data, "address"))] = customer.id;
    }
    customer.channels = std::move(channels);
}

/// The address of the preferred e-mail channel, else of the first.
json::value email_of(json::array const& channels)
{
    json::value email;
    for (auto const& channel : channels) {
        auto const& data = channel.get_object();
        if (text_at(data, "type") == "email" && (email.is_null() || true_at(data, "preferred")))
            email = data.at("address");
    }
    return email;
}

/// The channels with `email` for the e-mail address `old`; without one if it is null.
json::array with_email(json::array channels, json::value const& old, json::value const& email)
{
    auto const is = [](json::value const& channel, json::value const& address) {
        auto const& data = channel.get_object();
        return text_at(data, "type") == "email" && data.at("address") == address;
    };
    if (old != email)
        channels.erase(std::remove_if(channels.begin(), channels.end(),
                                      [&](json::value const& channel) { return is(channel, old); }),
                       channels.end());
    bool const there = std::ranges::any_of(channels, [&](json::value const& channel) { return is(channel, email); });
    if (!there && email.is_string())
        channels.push_back(json::object{{"type", "email"}, {"address", email}, {"preferred", true}});
    return channels;
}

/// `email` and the channel of type `email` go together.
void apply_contact(Account& account, Customer& customer, json::object const& body, Timestamp at)
{
    auto const* sent_channels = json::array_at(body, "channels");
    auto const* sent_email = body.if_contains("email");
    auto& email = customer.data["email"];
    if (sent_email == nullptr && sent_channels == nullptr)
        return;
    auto channels = sent_channels != nullptr ? *sent_channels : customer.channels;
    if (sent_email != nullptr)
        channels = with_email(std::move(channels), sent_channels != nullptr ? *sent_email : email, *sent_email);
    email = sent_email != nullptr ? *sent_email : email_of(channels);
    set_channels(account, customer, channels, at);
}

} // namespace

std::string channel_key(std::string_view type, std::string_view address)
{
    return std::string(type) + ' ' + to_lower(address);
}

Customer* find_customer(Account& account, std::string_view email)
{
    auto const found = account.customer_by_channel.find(channel_key("email", email));
    return found != account.customer_by_channel.end() ? account.customers.find(found->second) : nullptr;
}

Customer& add_customer(Account& account, json::object const& attributes, Timestamp at)
{
    Customer customer;
    customer.id = account.sequences.next("person");
    customer.data = {{"id", customer.id},
                     {"external_id", nullptr},
                     {"active", true},
                     {"email", nullptr},
                     {"name", nullptr},
                     {"firstname", ""},
                     {"lastname", ""},
                     {"language", nullptr},
                     {"timezone", nullptr},
                     {"created_datetime", iso(at)},
                     {"updated_datetime", iso(at)},
                     {"meta", {{"name_set_via", "api"}}},
                     {"data", nullptr},
                     {"customer", nullptr},
                     {"note", nullptr}};
    take_over(customer.data, attributes, {"note", "meta"});
    auto& stored = account.customers.insert(std::move(customer));
    apply_customer(account, stored, attributes, at);
    return stored;
}

void apply_customer(Account& account, Customer& customer, json::object const& body, Timestamp at)
{
    take_over(customer.data, body, {"external_id", "language", "timezone"});
    if (auto const* name = json::string_at(body, "name"); name != nullptr)
        set_name(customer.data, *name);
    apply_contact(account, customer, body, at);
    customer.data["updated_datetime"] = iso(at);
    changed(account, customer);
}

Answer<void> check_channels_free(Account& account, Id self, json::object const& body)
{
    auto const is_taken = [&](std::string_view type, std::string_view address) {
        auto const found = account.customer_by_channel.find(channel_key(type, address));
        return found != account.customer_by_channel.end() && found->second != self;
    };
    if (is_taken("email", text_at(body, "email")))
        return conflict();
    if (auto const* channels = json::array_at(body, "channels"); channels != nullptr)
        for (auto const& channel : *channels)
            if (is_taken(text_at(channel.get_object(), "type"), text_at(channel.get_object(), "address")))
                return conflict();
    return {};
}

void remove_customer(Account& account, Customer& customer)
{
    forget_channels(account, customer);
    for (auto const id : customer.tickets)
        account.tickets.find(id)->customer = 0;
    account.customers.erase(customer.id);
    ++account.shared_version;
}

void absorb_customer(Account& account, Customer& source, Customer& target)
{
    for (auto const id : source.tickets) {
        account.tickets.find(id)->customer = target.id;
        target.tickets.push_back(id);
    }
    for (auto& [_, message] : account.messages.rows()) {
        message.sender = message.sender == source.id ? target.id : message.sender;
        message.receiver = message.receiver == source.id ? target.id : message.receiver;
    }
    for (auto& [_, survey] : account.surveys.rows())
        if (integer_at(survey.data, "customer_id") == source.id) {
            survey.data["customer_id"] = target.id;
            account.surveys.changed(survey);
        }
    for (auto const& [id, value] : source.fields)
        target.fields.try_emplace(id, value);
    for (auto const& member : source.integrations)
        target.integrations.insert(member);
    for (auto const& member : source.external_data)
        target.external_data.insert(member);
    auto channels = target.channels;
    channels.insert(channels.end(), source.channels.begin(), source.channels.end());
    account.merged_customers[source.id] = target.id;
    source.tickets.clear();
    remove_customer(account, source);
    set_channels(account, target, channels, account.now());
    if (target.data["email"].is_null())
        target.data["email"] = email_of(target.channels);
}

void changed(Account& account, Customer& customer)
{
    for (auto& channel : customer.channels) {
        channel.get_object()["user"] = name_shown(customer);
        channel.get_object()["customer"] = name_shown(customer);
    }
    account.customers.changed(customer);
    ++account.shared_version;
}

} // namespace sluice::simulator
