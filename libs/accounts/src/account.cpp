#include "accounts/account.hpp"

#include "accounts/installation.hpp"
#include "catalog/integration.hpp"

#include <array>
#include <utility>

namespace sluice::accounts {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 5> kNames{{
    {Status::connecting, "connecting"},
    {Status::active, "active"},
    {Status::post_install_error, "post_install_error"},
    {Status::validation_error, "validation_error"},
    {Status::needs_reauth, "needs_reauth"},
}};

} // namespace

std::string_view name_of(Status status) noexcept
{
    for (auto const& [value, name] : kNames)
        if (value == status)
            return name;
    return "connecting";
}

std::optional<Status> status_of(std::string_view name) noexcept
{
    for (auto const& [value, known] : kNames)
        if (known == name)
            return value;
    return std::nullopt;
}

std::string metric_label(Account const& account)
{
    return account.integration == catalog::builtin_id(account.integration_name) ? account.integration_name : "custom";
}

json::object event_payload(Account const& account)
{
    json::object payload{{"id", account.id.str()},
                         {"tenant_id", account.tenant_id},
                         {"environment_integration_id", account.environment_integration.str()},
                         {"status", name_of(account.status)},
                         {"authentication_method", account.authentication_method},
                         {"is_sandbox", account.is_sandbox},
                         {"context", account.context},
                         {"last_error", account.last_error}};
    payload["integration"] = json::object{{"id", account.integration.str()},
                                          {"name", account.integration_name},
                                          {"category", account.integration_category}};
    return payload;
}

std::string app_place(EnvironmentIntegrationId id)
{
    return "environment_integration:" + id.str() + ":oauth_app";
}

std::string tls_place(EnvironmentIntegrationId id)
{
    return "environment_integration:" + id.str() + ":tls_key";
}

std::string sealing_place(IntegratedAccountId id)
{
    return "integrated_account:" + id.str() + ":context";
}

} // namespace sluice::accounts
