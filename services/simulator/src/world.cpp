#include "world.hpp"

#include "seed.hpp"

#include <algorithm>

namespace sluice::simulator {

World::World(Config wanted, Clock const& real)
    : config(std::move(wanted))
    , clock(real)
{
    reset();
}

Account* World::find_account(std::string_view subdomain)
{
    auto const found = accounts.find(subdomain);
    return found != accounts.end() ? found->second.get() : nullptr;
}

AppConfig const* World::find_app(std::string_view client_id) const
{
    auto const found = std::ranges::find(config.apps, client_id, &AppConfig::client_id);
    return found != config.apps.end() ? &*found : nullptr;
}

Account& World::add_account(AccountConfig wanted)
{
    auto name = wanted.subdomain;
    auto account = std::make_unique<Account>(std::move(wanted), config.public_url, sequences, clock);
    seed(*account);
    return *(accounts[std::move(name)] = std::move(account));
}

void World::reset()
{
    clock.reset();
    sequences = {};
    accounts.clear();
    for (auto const& account : config.accounts)
        add_account(account);
}

void World::catch_up()
{
    auto const now = clock.now();
    for (auto const& [_, account] : accounts) {
        account->timers.run_due(*account, now);
        account->webhooks.flush(*account);
    }
}

} // namespace sluice::simulator
