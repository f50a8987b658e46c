#include "handlers.hpp"
#include "people.hpp"
#include "seed.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

constexpr std::string_view kFirstNames[] = {"Dana",  "Amira", "Noah", "Lena", "Marco", "Priya", "Jonas", "Chloe",
                                            "Mateo", "Yuki",  "Omar", "Ines", "Felix", "Rosa",  "Tariq", "Zoe"};
constexpr std::string_view kLastNames[] = {"Fox",   "Haddad", "Berg",  "Keller", "Rossi",  "Nair", "Weber", "Martin",
                                           "Silva", "Tanaka", "Farah", "Costa",  "Brandt", "Diaz", "Khan"};
constexpr std::string_view kTimezones[] = {"Europe/Paris", "America/New_York", "Europe/Berlin", "Asia/Tokyo"};
constexpr std::size_t kCustomers = 125;

struct Agent {
    std::string_view name;
    std::string_view role;
};
constexpr Agent kAgents[] = {{"Sam Reyes", "admin"},
                             {"Alex Moreau", "agent"},
                             {"Kim Larsen", "agent"},
                             {"Robin Patel", "basic-agent"},
                             {"Jo Bennett", "lite-agent"}};

std::string domain_of(Account const& account)
{
    auto const at = account.config.email.find('@');
    return at != std::string::npos ? account.config.email.substr(at + 1) : account.config.subdomain + ".example";
}

std::string address_of(std::string_view name, std::string_view domain)
{
    return fmt::format("{}@{}", to_lower(name.substr(0, name.find(' '))), domain);
}

void seed_users(SeedContext& context)
{
    auto& account = context.account;
    auto const domain = domain_of(account);
    account.owner =
        add_user(account, {{"name", "Casey Owner"}, {"email", account.config.email}}, "admin", context.start).id;
    account.bot =
        add_user(account, {{"name", "Gorgias Bot"}, {"email", "support@gorgias.com"}}, "bot", context.start).id;
    for (auto const& agent : kAgents)
        context.agents.push_back(add_user(account, {{"name", agent.name}, {"email", address_of(agent.name, domain)}},
                                          agent.role, context.start)
                                     .id);
    add_user(account, {{"name", "Gorgias Support"}, {"email", "internal@gorgias.com"}}, "internal-agent",
             context.start);
}

void seed_teams(SeedContext& context)
{
    constexpr std::pair<std::string_view, std::string_view> kTeamNames[] = {
        {"Support", "🛟"}, {"Returns", "📦"}, {"Sales", "💬"}, {"VIP", "⭐"}};
    for (auto const& [name, emoji] : kTeamNames) {
        auto& team = new_row<kTeams>(context.account, context.start);
        json::array members;
        for (int i = 0; i < 2; ++i) {
            auto const& user = context.account.users.find(context.random.pick(context.agents))->data;
            if (members.empty() || members[0].at("id") != user.at("id"))
                members.push_back(json::object{{"id", user.at("id")},
                                               {"name", user.at("name")},
                                               {"email", user.at("email")},
                                               {"meta", user.at("meta")}});
        }
        take_over(team.data, {{"name", name}, {"decoration", {{"emoji", emoji}}}, {"members", std::move(members)}},
                  {"name", "decoration", "members"});
        context.account.teams.changed(team);
        context.teams.push_back(team.id);
    }
}

json::object customer_attributes(SeedContext& context, std::size_t number)
{
    auto const first = kFirstNames[number % std::size(kFirstNames)];
    auto const last = kLastNames[number % std::size(kLastNames)];
    auto const email = fmt::format("{}.{}{}@shopper.example", to_lower(first), to_lower(last), number);
    json::array channels{json::object{{"type", "email"}, {"address", email}, {"preferred", true}}};
    if (number % 3 == 0)
        channels.push_back(
            json::object{{"type", "phone"}, {"address", fmt::format("+1555010{:04}", number)}, {"preferred", false}});
    return {{"name", fmt::format("{} {}", first, last)}, {"email", email},
            {"channels", std::move(channels)},           {"external_id", fmt::format("shop-{}", number)},
            {"language", number % 5 == 0 ? "fr" : "en"}, {"timezone", context.random.pick(kTimezones)}};
}

void seed_customers(SeedContext& context)
{
    using namespace std::chrono;
    auto& account = context.account;
    for (std::size_t i = 1; i <= kCustomers; ++i) {
        auto const at = context.start + minutes(7 * i) + microseconds(context.random.below(1'000'000));
        context.customers.push_back(add_customer(account, customer_attributes(context, i), at).id);
    }
    // One of them has been merged into the first.
    auto const gone = context.customers.back();
    context.customers.pop_back();
    absorb_customer(account, *account.customers.find(gone), *account.customers.find(context.customers.front()));
}

} // namespace

void seed_people(SeedContext& context)
{
    seed_users(context);
    seed_teams(context);
    seed_customers(context);
}

} // namespace sluice::simulator
