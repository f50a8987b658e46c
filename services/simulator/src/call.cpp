#include "call.hpp"

#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::simulator {
namespace {

Id to_id(std::string_view text)
{
    Id id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return id;
}

} // namespace

bool Caller::has_scope(std::string_view scope) const
{
    if (grant == nullptr || scope.empty())
        return true;
    return std::ranges::any_of(grant->scopes, [&](auto const& held) { return held == scope || held == "write:all"; });
}

Id Call::id(std::size_t param) const
{
    return to_id(params[param]);
}

std::string Call::time() const
{
    return iso(now);
}

std::optional<Id> Call::asked_id(std::string_view name) const
{
    auto const text = asked(name);
    return text ? std::optional(to_id(*text)) : std::nullopt;
}

std::vector<std::string_view> Call::asked_all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (auto const& [key, value] : query.pairs())
        if (key == name)
            values.push_back(value);
    return values;
}

bool Call::asks_relationship(std::string_view name) const
{
    auto const all = asked_all("relationships");
    return std::ranges::find(all, name) != all.end();
}

bool Call::is_admin() const
{
    auto* user = account.users.find(caller.user);
    auto const role = user != nullptr ? text_at(user->data.at("role").as_object(), "name") : "";
    return role == "admin" || role == "bot";
}

void take_over(json::object& data, json::object const& body, std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        if (auto const* sent = body.if_contains(name); sent != nullptr)
            data[name] = *sent;
}

void take_over_times(json::object& data, json::object const& body, std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        if (auto const* sent = body.if_contains(name); sent != nullptr)
            data[name] = iso_or_null(*sent);
}

} // namespace sluice::simulator
