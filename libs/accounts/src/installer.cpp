#include "accounts/installer.hpp"

#include "accounts/tls_settings.hpp"
#include "http_api/outgoing_url.hpp"

#include <algorithm>

namespace sluice::accounts {
namespace {

Result<void> check_base_url(json::object const& override, http::EgressPolicy const& egress)
{
    auto const* text = json::string_at(override, "base_url");
    if (text == nullptr)
        return {};
    // For the check, a placeholder is replaced by one label of a host name or one segment of a path.
    std::string sample(*text);
    for (auto open = sample.find("{{"); open != std::string::npos; open = sample.find("{{")) {
        auto const close = sample.find("}}", open);
        if (close == std::string::npos)
            return invalid("override.base_url", "has a {{ without }}");
        sample.replace(open, close + 2 - open, "x");
    }
    if (auto fault = http::fault_of_outgoing_url(sample, egress))
        return invalid("override.base_url", *std::move(fault));
    return {};
}

/// Removes the OAuth app's secret from the override; it is stored sealed and never shown.
std::optional<Secret> take_app_secret(json::object& override)
{
    auto* formats = override.contains("credentials") ? override["credentials"].if_object() : nullptr;
    auto* app = formats != nullptr && formats->contains("oauth2") ? formats->at("oauth2").if_object() : nullptr;
    auto* secret = app != nullptr ? app->if_contains("client_secret") : nullptr;
    if (secret == nullptr || !secret->is_string() || secret->get_string().empty())
        return std::nullopt;
    Secret taken{std::string(secret->get_string())};
    app->erase("client_secret");
    return taken;
}

/// The compiler's paths are those of the manifest; this makes them paths of the override, which the caller wrote.
Error as_override(Error const& error)
{
    constexpr std::string_view kManifest = "integration.yaml ";
    std::vector<FieldFailure> failures;
    for (auto failure : error.failures()) {
        if (failure.path.starts_with(kManifest))
            failure.path.replace(0, kManifest.size(), "override.");
        bool const is_known =
            std::ranges::any_of(failures, [&](FieldFailure const& known) { return known.path == failure.path; });
        // Mistakes in methods come from a member of the override, which has its own mistake in the list.
        if (!is_known && !failure.path.starts_with("override.resources"))
            failures.push_back(std::move(failure));
    }
    return failures.empty() ? error : Error{std::move(failures)};
}

} // namespace

Installer::Installer(InstallationRepository& installations, IntegrationRepository& definitions,
                     Integrations& integrations, http::EgressPolicy const& egress, Clock const& clock)
    : installations_(installations)
    , definitions_(definitions)
    , integrations_(integrations)
    , egress_(egress)
    , clock_(clock)
{
}

Task<Result<void>> Installer::accept_override(EnvironmentIntegration& row, Deadline deadline)
{
    row.app_secret = take_app_secret(row.override);
    row.tls_key = take_tls_key(row.override);
    if (auto faults = faults_of_tls(row.override, row.tls_key, clock_.now()); !faults.empty())
        co_return Error{std::move(faults)};
    if (auto const checked = check_base_url(row.override, egress_); !checked)
        co_return checked.error();
    if (row.override.empty())
        co_return Result<void>{};
    auto const checked = co_await integrations_.check_override(row.integration, row.override, deadline);
    if (!checked)
        co_return as_override(checked.error());
    co_return Result<void>{};
}

Task<Result<InstallationRepository::Ensured>> Installer::install(EnvironmentIntegration row, tenancy::Author author,
                                                                 Deadline deadline)
{
    auto const definition = co_await definitions_.find(row.environment, row.integration, deadline);
    if (!definition)
        co_return definition.error().code() == ErrorCode::not_found
            ? invalid("integration_id", "is no integration this environment may install")
            : definition.error();
    auto const accepted = co_await accept_override(row, deadline);
    if (!accepted)
        co_return accepted.error();
    if (has_certificate(row.override) && !row.tls_key)
        co_return tls_key_needed();
    co_return co_await installations_.ensure(std::move(row), std::move(author), deadline);
}

Task<Result<EnvironmentIntegration>> Installer::change(EnvironmentId environment, EnvironmentIntegrationId id,
                                                       InstallationPatch patch, tenancy::Author author,
                                                       Deadline deadline)
{
    auto row = co_await installations_.find(environment, id, deadline);
    if (!row)
        co_return row.error();
    if (patch.override) {
        row->override = *std::move(patch.override);
        auto const accepted = co_await accept_override(*row, deadline);
        if (!accepted)
            co_return accepted.error();
    }
    row->is_enabled = patch.is_enabled.value_or(row->is_enabled);
    row->show_in_catalog = patch.show_in_catalog.value_or(row->show_in_catalog);
    co_return co_await installations_.update(*std::move(row), std::move(author), deadline);
}

} // namespace sluice::accounts
