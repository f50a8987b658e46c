// A stand-in Gorgias for the demo and the tests, on 127.0.0.1.
#include "base/movable_clock.hpp"
#include "simulator_app/app.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <optional>

#include <unistd.h>

namespace {

using Texts = std::vector<std::string>;

/// `a:b:c`, the last part with the rest; nothing if there are fewer.
std::optional<Texts> parts_of(std::string const& text, std::size_t count)
{
    Texts parts;
    std::string_view rest = text;
    for (; parts.size() + 1 < count; rest.remove_prefix(rest.find(':') + 1)) {
        if (rest.find(':') == std::string_view::npos)
            return std::nullopt;
        parts.emplace_back(rest.substr(0, rest.find(':')));
    }
    parts.emplace_back(rest);
    return parts;
}

/// What CLI11 says of a text that is not of this form.
CLI::Validator form(std::string const& names, std::size_t count)
{
    return {[names, count](std::string& text) { return parts_of(text, count) ? std::string() : "must be " + names; },
            names};
}

} // namespace

int main(int argc, char** argv)
{
    // A peer that closes must be an error code, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app{"A stand-in Gorgias for demo and tests, on 127.0.0.1. Each option may come from its variable."};
    std::uint16_t port = 8090;
    Texts accounts;
    Texts apps;
    std::string clock_file;
    app.add_option("--port", port, "port; 0: any free one")->envname("SIMULATOR_PORT")->capture_default_str();
    app.add_option("--accounts", accounts, "accounts, separated by commas")
        ->delimiter(',')
        ->envname("SIMULATOR_ACCOUNTS")
        ->check(form("SUBDOMAIN:EMAIL:API_KEY", 3));
    app.add_option("--apps", apps, "OAuth apps, separated by commas")
        ->delimiter(',')
        ->envname("SIMULATOR_APPS")
        ->check(form("CLIENT_ID:CLIENT_SECRET:REDIRECT_URI", 3));
    app.add_option("--clock-offset-file", clock_file, "file of 8 bytes, the seconds by which its clock is ahead")
        ->envname("SIMULATOR_CLOCK_OFFSET_FILE");
    CLI11_PARSE(app, argc, argv);

    sluice::simulator::Config config;
    for (auto const& text : accounts) {
        auto const parts = *parts_of(text, 3);
        auto& account = config.accounts.emplace_back();
        account.subdomain = parts[0];
        account.email = parts[1];
        account.api_key = parts[2];
    }
    for (auto const& text : apps) {
        auto const parts = *parts_of(text, 3);
        auto& registered = config.apps.emplace_back();
        registered.client_id = parts[0];
        registered.client_secret = parts[1];
        registered.redirect_uris = {parts[2]};
    }
    config.public_url = fmt::format("http://127.0.0.1:{}/{{subdomain}}", port);
    sluice::http::ServerConfig server;
    server.name = "simulator";
    server.port = port;
    sluice::telemetry::Log log(STDERR_FILENO, sluice::telemetry::Level::info);
    auto const clock = sluice::open_clock(clock_file);
    auto const ran = clock ? sluice::simulator::run_server(std::move(config), server, **clock, log)
                           : sluice::Result<void>(clock.error());
    if (!ran)
        std::cerr << "sluice-simulator: " << ran.error().public_detail() << '\n';
    return ran ? 0 : 1;
}
