#include "api/app.hpp"
#include "base/movable_clock.hpp"
#include "commands.hpp"
#include "runtime/descriptors.hpp"
#include "worker/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace sluice {
namespace {

Error missing(std::string_view key)
{
    return invalid(std::string(key),
                   fmt::format("is required: set {} or the config file", config::Settings::variable_of(key)));
}

/// The connections that the descriptors allow. Logs a warning if they are fewer than `setting` wants.
Result<std::size_t> fit_connections(std::string_view setting, std::size_t wanted, std::size_t others,
                                    telemetry::Log& log)
{
    auto const descriptors = raise_descriptor_limit();
    auto const fit = connections_that_fit(descriptors, wanted, others);
    if (fit && *fit < wanted)
        log.write(telemetry::Level::warning, fmt::format("too few descriptors for all connections of {}", setting),
                  {{"connections_wanted", static_cast<std::int64_t>(wanted)},
                   {"connections", static_cast<std::int64_t>(*fit)},
                   {"descriptors", static_cast<std::int64_t>(descriptors)},
                   {"descriptors_needed", static_cast<std::int64_t>(descriptors_for(wanted, others))},
                   {"hint", std::string_view("Raise the hard limit (`ulimit -Hn`, LimitNOFILE=). A quarter is kept for "
                                             "calls of vendors.")}});
    return fit;
}

void tell_of_moved_clock(Options const& options, telemetry::Log& log)
{
    if (!options.clock_offset_file().empty())
        log.write(telemetry::Level::warning, "the clock is moved by a file, as for tests",
                  {{"file", options.clock_offset_file()}});
}

} // namespace

Result<crypto::Keyring> load_keyring(Options const& options)
{
    if (options.keyring_file().empty())
        return missing("keyring.file");
    std::ifstream file(options.keyring_file(), std::ios::binary);
    if (!file)
        return invalid("keyring.file", fmt::format("{} cannot be read; `sluice keys create {}` makes one",
                                                   options.keyring_file(), options.keyring_file()));
    std::ostringstream text;
    text << file.rdbuf();
    return crypto::Keyring::parse(text.str());
}

Result<void> run_api(Options const& options)
{
    auto keyring = load_keyring(options);
    if (!keyring)
        return keyring.error();
    if (options.database_url().empty())
        return missing("database.url");
    auto const clock = open_clock(options.clock_offset_file());
    if (!clock)
        return clock.error();
    telemetry::Log log(STDERR_FILENO, options.log_level());
    tell_of_moved_clock(options, log);
    auto config = options.api();
    // The database needs the pool, its probe, and three connections that listen. Each thread has a listener and its
    // event queue.
    auto const others = config.database.connections + 4 + 4 * config.threads + config.management.connection_limit;
    auto const fit = fit_connections(
        fmt::format("limits.connections ({} for each of {} threads)", config.server.connection_limit, config.threads),
        config.server.connection_limit * config.threads, others, log);
    if (!fit)
        return fit.error();
    config.server.connection_limit = std::max<std::size_t>(1, *fit / config.threads);
    api::App app(std::move(config), *std::move(keyring), **clock, log);
    return app.run();
}

Result<void> run_worker(Options const& options)
{
    auto keyring = load_keyring(options);
    if (!keyring)
        return keyring.error();
    auto config = options.worker();
    if (config.database.url.empty())
        return missing("worker.database_url");
    auto const clock = open_clock(options.clock_offset_file());
    if (!clock)
        return clock.error();
    telemetry::Log log(STDERR_FILENO, options.log_level());
    tell_of_moved_clock(options, log);
    // The database needs the pool, its probe, and one connection that listens.
    auto const fit = fit_connections("the worker's health and metrics", config.server.connection_limit,
                                     config.database.connections + 2, log);
    if (!fit)
        return fit.error();
    config.server.connection_limit = *fit;
    return worker::run(std::move(config), *std::move(keyring), **clock, log);
}

} // namespace sluice
