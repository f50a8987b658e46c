#include "tenancy/settings.hpp"

namespace sluice::tenancy {

void add_settings(SettingsTable& table, SecretGateConfig& config)
{
    table.flag("tokens.accept_unkeyed", config.accept_unkeyed,
               "whether tokens of the old form, without a MAC, are accepted, 50 a second; set it to false once all are "
               "replaced");
}

} // namespace sluice::tenancy
