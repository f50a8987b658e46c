#include "telemetry/settings.hpp"

namespace sluice::telemetry {

void add_settings(SettingsTable& table, LogConfig& config)
{
    table.text("log.level", config.level, "debug, info, warning or error",
               [](std::string const& text) -> std::optional<std::string> {
                   bool const is_level = text == "debug" || text == "info" || text == "warning" || text == "error";
                   return is_level ? std::nullopt : std::optional<std::string>("must be debug, info, warning or error");
               });
}

Level LogConfig::threshold() const
{
    if (level == "debug")
        return Level::debug;
    if (level == "warning")
        return Level::warning;
    return level == "error" ? Level::error : Level::info;
}

} // namespace sluice::telemetry
