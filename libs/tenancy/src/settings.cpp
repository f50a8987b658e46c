#include "tenancy/settings.hpp"

namespace sluice::tenancy {

void add_settings(SettingsTable& table, SecretGateConfig& config)
{
    table.flag("tokens.accept_unkeyed", config.accept_unkeyed,
               "whether tokens minted before they had a MAC are looked up: 50 a second; switch it off once all are "
               "replaced");
}

} // namespace sluice::tenancy
