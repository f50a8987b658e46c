#include "session.hpp"

#include "base/movable_clock.hpp"
#include "commands.hpp"
#include "config/settings.hpp"

#include <algorithm>
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

std::string cell_of(json::value const& value)
{
    if (value.is_null())
        return "-";
    if (value.is_string())
        return std::string(value.get_string());
    if (auto const* list = value.if_array()) {
        std::string cell;
        for (auto const& each : *list)
            cell += (cell.empty() ? "" : ",") + cell_of(each);
        return cell.empty() ? "-" : cell;
    }
    return boost::json::serialize(value);
}

void print_table(json::array const& rows, std::vector<std::string_view> const& columns)
{
    std::vector<std::vector<std::string>> lines(rows.size() + 1);
    std::vector<std::size_t> widths;
    for (auto const column : columns) {
        lines[0].emplace_back(column);
        for (std::size_t i = 0; i < rows.size(); ++i)
            lines[i + 1].push_back(cell_of(rows[i].as_object().at(column)));
        widths.push_back(
            std::ranges::max(lines, {}, [](auto const& line) { return line.back().size(); }).back().size());
    }
    for (auto const& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            std::cout << line[i]
                      << (i + 1 == line.size() ? std::string("\n") : std::string(widths[i] - line[i].size() + 2, ' '));
}

} // namespace

void print(std::string_view name, json::array rows, std::vector<std::string_view> const& columns, bool as_json)
{
    if (!as_json && ::isatty(STDOUT_FILENO) == 1)
        return print_table(rows, columns);
    json::object answer;
    answer[name] = std::move(rows);
    print(answer);
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
