#pragma once

#include "account.hpp"
#include "routes.hpp"
#include "simulated_clock.hpp"
#include "simulator/simulator.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::simulator {

/// All accounts, the registered apps and the clock they share.
struct World {
    World(Config config, Clock const& real);

    Config config;
    SimulatedClock clock;
    Sequences sequences;
    Router router;
    /// What goes wrong with the call under way.
    std::optional<Fault> fault;
    std::map<std::string, std::unique_ptr<Account>, std::less<>> accounts;

    [[nodiscard]] Account* find_account(std::string_view subdomain);
    /// Null if there is no such app.
    [[nodiscard]] AppConfig const* find_app(std::string_view client_id) const;
    /// Replaces an account of that name.
    Account& add_account(AccountConfig account);
    /// As configured, with the clock running normally.
    void reset();
    /// Does in every account what has become due.
    void catch_up();
};

} // namespace sluice::simulator
