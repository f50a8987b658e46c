#include "http_api/settings.hpp"

#include "http_api/egress.hpp"

namespace sluice::http {

void add_egress_settings(SettingsTable& table, std::vector<std::string>& allowed)
{
    table.list(
        "egress.allow", allowed,
        "addresses that may be called although they are not public, also without TLS: 127.0.0.1:8090, 10.0.0.0/8",
        [](std::string const& text) -> std::optional<std::string> {
            auto const policy = EgressPolicy::allowing({text});
            return policy ? std::nullopt : std::optional(policy.error().failures().front().message);
        });
}

} // namespace sluice::http
