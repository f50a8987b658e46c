#include "session.hpp"

#include "base/movable_clock.hpp"
#include "commands.hpp"

#include <iostream>

namespace sluice {

void print(json::object const& answer)
{
    std::cout << boost::json::serialize(answer) << '\n';
}

Result<std::unique_ptr<Session>> open_session(Options const& options)
{
    auto keyring = load_keyring(options);
    if (!keyring)
        return keyring.error();
    if (options.database_url().empty())
        return invalid("database.url", "is required: set SLUICE_DATABASE_URL or the config file");
    auto clock = open_clock(options.clock_offset_file());
    if (!clock)
        return clock.error();
    auto session = std::make_unique<Session>(options, *std::move(clock), *std::move(keyring));
    auto const checked = session->run(session->store().tenancy().check_keyring(Session::deadline()));
    if (!checked)
        return checked.error();
    return session;
}

} // namespace sluice
