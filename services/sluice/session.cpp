#include "session.hpp"

#include "base/movable_clock.hpp"
#include "commands.hpp"
#include "config/settings.hpp"

#include <array>
#include <iostream>
#include <utility>

#include <pwd.h>
#include <unistd.h>

namespace sluice {

void print(json::object const& answer)
{
    std::cout << boost::json::serialize(answer) << '\n';
}

namespace {

/// Of whoever logged in, also behind sudo; as a name it is only what the machine says.
std::string login_name()
{
    if (auto name = config::process_environment()("SUDO_USER"))
        return *std::move(name);
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> text{};
    return ::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr ? entry.pw_name
                                                                                                       : "";
}

} // namespace

tenancy::Author operator_author()
{
    return {{tenancy::Actor::Kind::operator_, "", login_name()}, "", ""};
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
