#include "handlers.hpp"
#include "people.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kTypes[] = {"agent",
                                       "customer",
                                       "customer_profile",
                                       "customer_channel",
                                       "customer_channel_email",
                                       "customer_channel_phone",
                                       "customers_by_phone",
                                       "integration",
                                       "team",
                                       "tag"};
constexpr Field kSearch[] = {word("type", kTypes).required(), text("query"), integer("size").at_least(1).at_most(50)};
constexpr Shape kShape{kSearch};

/// Collects until there are enough.
struct Hits {
    std::string_view wanted;
    std::size_t limit;
    json::array found;

    [[nodiscard]] bool is_full() const { return found.size() >= limit; }
    [[nodiscard]] bool match(json::object const& data, std::initializer_list<std::string_view> names) const
    {
        return std::ranges::any_of(names,
                                   [&](auto name) { return contains_ignoring_case(text_at(data, name), wanted); });
    }
};

void add_customers(Account& account, Hits& hits)
{
    for (auto const& [id, customer] : account.customers.rows())
        if (!hits.is_full() && hits.match(customer.data, {"name", "email", "external_id"}))
            hits.found.push_back(person_shown(account, id));
}

/// `type` empty: channels of any type.
void add_channels(Account& account, Hits& hits, std::string_view type)
{
    for (auto const& [_, customer] : account.customers.rows())
        for (auto const& channel : customer.channels) {
            auto const& data = channel.get_object();
            if (!hits.is_full() && (type.empty() || text_at(data, "type") == type) && hits.match(data, {"address"}))
                hits.found.push_back(channel);
        }
}

void add_customers_by_phone(Account& account, Hits& hits)
{
    for (auto const& [id, customer] : account.customers.rows())
        if (!hits.is_full() && std::ranges::any_of(customer.channels, [&](json::value const& channel) {
                return text_at(channel.get_object(), "type") == "phone" &&
                       hits.match(channel.get_object(), {"address"});
            }))
            hits.found.push_back(person_shown(account, id));
}

template <class Row>
void add_rows(Table<Row>& table, Hits& hits)
{
    for (auto const& [_, row] : table.rows())
        if (!hits.is_full() && hits.match(row.data, {"name", "email"}))
            hits.found.push_back(row.data);
}

void run(Account& account, std::string_view type, Hits& hits)
{
    if (type == "agent")
        add_rows(account.users, hits);
    else if (type == "team")
        add_rows(account.teams, hits);
    else if (type == "tag")
        add_rows(account.tags, hits);
    else if (type == "integration")
        add_rows(account.integrations, hits);
    else if (type == "customers_by_phone")
        add_customers_by_phone(account, hits);
    else if (type == "customer_channel")
        add_channels(account, hits, "");
    else if (type.starts_with("customer_channel_"))
        add_channels(account, hits, type.substr(std::string_view("customer_channel_").size()));
    else
        add_customers(account, hits);
}

} // namespace

constinit Field const kSearchBody = object("", kShape);

Outcome search(Call& call)
{
    constexpr Id kDefaultSize = 10;
    auto const& body = call.fields();
    Hits hits{text_at(body, "query"), static_cast<std::size_t>(integer_at(body, "size").value_or(kDefaultSize)), {}};
    run(call.account, text_at(body, "type"), hits);
    auto response = http::json_response(201, json::object{{"data", std::move(hits.found)},
                                                          {"object", "list"},
                                                          {"uri", std::string(call.path) + '?'},
                                                          {"meta", json::object{}}});
    response.headers.add("x-gorgias-search-engine", "es");
    return response;
}

} // namespace sluice::simulator
