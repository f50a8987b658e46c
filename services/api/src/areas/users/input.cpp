#include "input.hpp"

#include "http_api/fields.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

constexpr std::size_t kLongestEmail = 320;

std::optional<tenancy::Role> role_at(http::Fields& fields, bool required)
{
    auto const name = fields.choice("role", required, {"owner", "admin", "developer", "viewer"});
    return name ? tenancy::role_of(*name) : std::nullopt;
}

/// Null: all environments.
std::optional<identity::Confinement> environments_at(http::Fields& fields)
{
    constexpr std::size_t kMost = 200;
    auto const texts = fields.texts("environment_ids", kMost);
    if (!fields.has("environment_ids"))
        return std::nullopt;
    if (!texts)
        return identity::Confinement{};
    std::vector<EnvironmentId> ids;
    for (std::size_t i = 0; i < texts->size(); ++i)
        if (auto const id = EnvironmentId::parse((*texts)[i]))
            ids.push_back(*id);
        else
            fields.fail(fmt::format("environment_ids[{}]", i), "must be an id such as env_01h455vb4pex5vsknk084sn02q");
    return identity::Confinement(std::move(ids));
}

} // namespace

Result<identity::NewUser> read_invitation(json::object const& body)
{
    http::Fields fields(body);
    identity::NewUser user;
    user.email = fields.text("email", true, kLongestEmail).value_or("");
    user.name = fields.text("name", false).value_or("");
    user.role = role_at(fields, true).value_or(tenancy::Role::viewer);
    user.environments = environments_at(fields).value_or(std::nullopt);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return user;
}

Result<identity::UserChange> read_user_patch(json::object const& body)
{
    http::Fields fields(body);
    identity::UserChange change;
    change.name = fields.text("name", false);
    change.role = role_at(fields, false);
    change.environments = environments_at(fields);
    change.is_active = fields.flag("is_active");
    fields.refuse_null({"name", "role", "is_active"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return change;
}

Result<std::string> read_team_patch(json::object const& body)
{
    http::Fields fields(body);
    auto name = fields.text("name", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *std::move(name);
}

} // namespace sluice::api
