#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "outgoing_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::api {
namespace {

using accounts::EnvironmentIntegration;

Result<void> check_base_url(json::object const& override, http::EgressPolicy const& egress)
{
    auto const* text = json::string_at(override, "base_url");
    if (text == nullptr)
        return {};
    // Placeholders stand for one label of a host name or one segment of a path.
    std::string sample(*text);
    for (auto open = sample.find("{{"); open != std::string::npos; open = sample.find("{{")) {
        auto const close = sample.find("}}", open);
        if (close == std::string::npos)
            return invalid("override.base_url", "has a {{ without }}");
        sample.replace(open, close + 2 - open, "x");
    }
    if (auto fault = fault_of_outgoing_url(sample, egress))
        return invalid("override.base_url", *std::move(fault));
    return {};
}

/// Takes the OAuth app's secret out of the override: it is sealed apart and never shown.
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

/// The compiler speaks of the manifest; the caller wrote an override of its slots.
Error as_override(Error const& error)
{
    constexpr std::string_view kManifest = "integration.yaml ";
    std::vector<FieldFailure> failures;
    for (auto failure : error.failures()) {
        if (failure.path.starts_with(kManifest))
            failure.path.replace(0, kManifest.size(), "override.");
        bool const is_known =
            std::ranges::any_of(failures, [&](FieldFailure const& known) { return known.path == failure.path; });
        // What fails in a method because of a slot is told at the slot.
        if (!is_known && !failure.path.starts_with("override.resources"))
            failures.push_back(std::move(failure));
    }
    return failures.empty() ? error : Error{std::move(failures)};
}

} // namespace

InstallationHandlers::InstallationHandlers(Services const& services)
    : services_(services)
{
}

Task<Result<void>> InstallationHandlers::check_override(Call& call, IntegrationId integration, json::object override)
{
    if (auto const checked = check_base_url(override, services_.egress); !checked)
        co_return checked.error();
    if (override.empty())
        co_return Result<void>{};
    auto const checked =
        co_await services_.integrations.check_override(integration, std::move(override), call.deadline);
    if (!checked)
        co_return as_override(checked.error());
    co_return Result<void>{};
}

HandlerResult InstallationHandlers::create(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    fields.own_environment(call.environment());
    auto const integration_id = fields.id<IntegrationId>("integration_id", true);
    auto const* override = fields.object("override", false);
    EnvironmentIntegration row;
    row.environment = call.environment();
    row.is_enabled = fields.flag("is_enabled").value_or(true);
    row.show_in_catalog = fields.flag("show_in_catalog").value_or(true);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    if (override != nullptr)
        row.override = *override;
    row.app_secret = take_app_secret(row.override);
    row.integration = *integration_id;
    auto const integration =
        co_await services_.store.integrations().find(call.environment(), row.integration, call.deadline);
    if (!integration)
        co_return integration.error().code() == ErrorCode::not_found
            ? invalid("integration_id", "is no integration this environment may install")
            : integration.error();
    auto const checked = co_await check_override(call, row.integration, row.override);
    if (!checked)
        co_return checked.error();
    auto const ensured = co_await services_.store.installations().ensure(std::move(row), call.deadline);
    if (!ensured)
        co_return ensured.error();
    co_return http::json_response(ensured->created ? 201 : 200, json::value(view(ensured->row)));
}

HandlerResult InstallationHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.installations().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult InstallationHandlers::get(Call& call)
{
    return answer_get<EnvironmentIntegrationId>(
        call, "environment integration", [this, &call](EnvironmentIntegrationId id) {
            return services_.store.installations().find(call.environment(), id, call.deadline);
        });
}

HandlerResult InstallationHandlers::patch(Call& call)
{
    auto const id = call.id<EnvironmentIntegrationId>("id", "environment integration");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const* override = fields.object("override", false);
    auto const is_enabled = fields.flag("is_enabled");
    auto const show_in_catalog = fields.flag("show_in_catalog");
    fields.refuse_null({"override", "is_enabled", "show_in_catalog"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto row = co_await services_.store.installations().find(call.environment(), *id, call.deadline);
    if (!row)
        co_return row.error();
    if (override != nullptr) {
        row->override = *override;
        row->app_secret = take_app_secret(row->override);
        auto const checked = co_await check_override(call, row->integration, row->override);
        if (!checked)
            co_return checked.error();
    }
    row->is_enabled = is_enabled.value_or(row->is_enabled);
    row->show_in_catalog = show_in_catalog.value_or(row->show_in_catalog);
    auto const updated = co_await services_.store.installations().update(*std::move(row), call.deadline);
    if (!updated)
        co_return updated.error();
    co_await services_.announcer.announce(
        {snapshots::Change::Kind::installation, call.environment(), updated->id.uuid()});
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult InstallationHandlers::remove(Call& call)
{
    return answer_remove<EnvironmentIntegrationId>(
        call, "environment integration", services_.announcer, snapshots::Change::Kind::environment,
        [this, &call](EnvironmentIntegrationId id) {
            return services_.store.installations().remove(call.environment(), id, call.deadline);
        });
}

} // namespace sluice::api
