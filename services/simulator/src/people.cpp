#include "people.hpp"

#include "base/encoding.hpp"
#include "text.hpp"

namespace sluice::simulator {

void set_name(json::object& data, std::string_view name)
{
    auto const first = name.find(' ');
    auto const last = name.rfind(' ');
    data["name"] = name;
    data["firstname"] = name.substr(0, first);
    data["lastname"] = last == std::string_view::npos ? std::string_view{} : name.substr(last + 1);
}

json::value person_shown(Account& account, Id id)
{
    Record* person = account.users.find(id);
    if (person == nullptr)
        person = account.customers.find(id);
    if (person == nullptr)
        return nullptr;
    auto const& data = person->data;
    return {{"id", id},
            {"email", data.at("email")},
            {"name", data.at("name")},
            {"firstname", data.at("firstname")},
            {"lastname", data.at("lastname")},
            {"meta", data.at("meta")}};
}

json::object name_shown(Record const& record)
{
    return {{"id", record.id}, {"name", record.data.at("name")}};
}

Record* find_user(Account& account, std::string_view email)
{
    auto const& by_email = *account.users.ordered_by("email");
    auto const at = by_email.lower_bound({std::string(email), 0, nullptr});
    return at != by_email.end() && at->key == email ? at->record : nullptr;
}

Record& add_user(Account& account, json::object const& attributes, std::string_view role, Timestamp at)
{
    Record user;
    user.id = account.sequences.next("person");
    user.data = {{"id", user.id},
                 {"active", true},
                 {"bio", nullptr},
                 {"created_datetime", iso(at)},
                 {"country", nullptr},
                 {"deactivated_datetime", nullptr},
                 {"email", nullptr},
                 {"external_id", nullptr},
                 {"firstname", ""},
                 {"has_password", role != "bot"},
                 {"has_2fa_enabled", false},
                 {"lastname", ""},
                 {"language", "en"},
                 {"meta", nullptr},
                 {"name", ""},
                 {"role", {{"name", role}}},
                 {"timezone", "UTC"},
                 {"updated_datetime", iso(at)},
                 {"client_id", nullptr},
                 {"uri", account.url + "/api/users/" + std::to_string(user.id) + '/'}};
    take_over(user.data, attributes, {"email", "bio", "country", "external_id", "language", "meta", "timezone"});
    set_name(user.data, text_at(attributes, "name"));
    ++account.shared_version;
    return account.users.insert(std::move(user));
}

Answer<CustomerRef> resolve_customer(Account& account, json::object const& ref, std::string_view field)
{
    if (auto const id = integer_at(ref, "id"); id) {
        if (account.customers.find(*id) == nullptr)
            return invalid_field(field, "Customer does not exist.");
        return CustomerRef{*id, {}};
    }
    auto const email = text_at(ref, "email");
    if (email.empty())
        return invalid_field(field, "Either id or email is required.");
    if (auto* known = find_customer(account, email); known != nullptr)
        return CustomerRef{known->id, {}};
    return CustomerRef{0, ref};
}

Id settle(Account& account, CustomerRef const& ref, Timestamp at)
{
    if (ref.id != 0 || ref.is_nobody())
        return ref.id;
    // Two messages of one call may name the same new customer.
    if (auto* known = find_customer(account, text_at(ref.to_create, "email")); known != nullptr)
        return known->id;
    return add_customer(account, ref.to_create, at).id;
}

} // namespace sluice::simulator
