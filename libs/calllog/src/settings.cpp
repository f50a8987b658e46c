#include "calllog/settings.hpp"

#include "http_api/url.hpp"

namespace sluice::calllog {

void add_settings(SettingsTable& table, Config& config)
{
    table.flag("call_log.enabled", config.is_enabled,
               "whether vendor calls and requests to MCP servers are logged in the database");
    table.duration("call_log.gather", config.pipe.gather, std::chrono::milliseconds(10), std::chrono::milliseconds(900),
                   "how long entries of the call log are gathered before they are stored together; a process that is "
                   "killed loses at most these and those that are being stored");
    table.text("call_log.count_file", config.count_file,
               "a file that outlives the process, by which the next one knows how many entries of the call log were "
               "lost; each process needs its own");
    table.text("traces.collector", config.collector,
               "the base URL of an OpenTelemetry collector (OTLP over HTTP, JSON), such as http://127.0.0.1:4318; "
               "without it no spans are exported",
               [](std::string const& value) -> std::optional<std::string> {
                   if (value.empty() || http::parse_url(value))
                       return std::nullopt;
                   return "must be an http or https URL";
               });
}

} // namespace sluice::calllog
