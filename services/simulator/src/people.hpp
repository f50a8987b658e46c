#pragma once

#include "call.hpp"

namespace sluice::simulator {

/// Sets `name`, and `firstname` and `lastname`, which are its first and last word.
void set_name(json::object& data, std::string_view name);
/// `{id,email,name,firstname,lastname,meta}` of a user or customer; null for nobody.
[[nodiscard]] json::value person_shown(Account& account, Id id);
/// `{id,name}`.
[[nodiscard]] json::object name_shown(Record const& record);

[[nodiscard]] Record* find_user(Account& account, std::string_view email);
Record& add_user(Account& account, json::object const& attributes, std::string_view role, Timestamp at);

[[nodiscard]] std::string channel_key(std::string_view type, std::string_view address);
[[nodiscard]] Customer* find_customer(Account& account, std::string_view email);
Customer& add_customer(Account& account, json::object const& attributes, Timestamp at);
/// Brings name, contact and the like of the body into the customer; `channels` replaces the list.
void apply_customer(Account& account, Customer& customer, json::object const& body, Timestamp at);
/// Refuses with 409 if a channel or the e-mail of the body belongs to another customer than `self`.
[[nodiscard]] Answer<void> check_channels_free(Account& account, Id self, json::object const& body);
void remove_customer(Account& account, Customer& customer);
/// Everything of `source` goes over to `target`; `source` is gone.
void absorb_customer(Account& account, Customer& source, Customer& target);
/// To be called after each change of what is shown of a customer.
void changed(Account& account, Customer& customer);

/// A customer named by a caller: one that exists, or one to be made once the whole call has been found valid.
struct CustomerRef {
    Id id = 0;
    json::object to_create;

    [[nodiscard]] bool is_nobody() const { return id == 0 && to_create.empty(); }
};
[[nodiscard]] Answer<CustomerRef> resolve_customer(Account& account, json::object const& ref, std::string_view field);
[[nodiscard]] Id settle(Account& account, CustomerRef const& ref, Timestamp at);

} // namespace sluice::simulator
