#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {

Result<accounts::EnvironmentIntegration> read_installation(json::object const& body, EnvironmentId environment)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    auto const integration = fields.id<IntegrationId>("integration_id", true);
    auto const* override = fields.object("override", false);
    accounts::EnvironmentIntegration row;
    row.environment = environment;
    row.is_enabled = fields.flag("is_enabled").value_or(true);
    row.show_in_catalog = fields.flag("show_in_catalog").value_or(true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    if (override != nullptr)
        row.override = *override;
    row.integration = *integration;
    return row;
}

Result<accounts::InstallationPatch> read_installation_patch(json::object const& body)
{
    http::Fields fields(body);
    accounts::InstallationPatch patch;
    if (auto const* override = fields.object("override", false))
        patch.override = *override;
    patch.is_enabled = fields.flag("is_enabled");
    patch.show_in_catalog = fields.flag("show_in_catalog");
    fields.refuse_null({"override", "is_enabled", "show_in_catalog"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

} // namespace sluice::api
