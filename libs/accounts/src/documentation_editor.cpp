#include "accounts/documentation_editor.hpp"

namespace sluice::accounts {

DocumentationEditor::DocumentationEditor(DocumentationRepository& documentation, InstallationRepository& installations,
                                         IntegrationRepository& definitions, Integrations& integrations)
    : documentation_(documentation)
    , installations_(installations)
    , definitions_(definitions)
    , integrations_(integrations)
{
}

Task<Result<void>> DocumentationEditor::check(DocumentationRow row, Deadline deadline)
{
    IntegrationId integration{row.entity_id};
    if (row.entity_type == "environment_integration") {
        auto const installation =
            co_await installations_.find(row.environment, EnvironmentIntegrationId{row.entity_id}, deadline);
        if (!installation)
            co_return installation.error().code() == ErrorCode::not_found
                ? invalid("entity_id", "is no environment integration of this environment")
                : installation.error();
        integration = installation->integration;
    }
    auto const stored = co_await definitions_.find(row.environment, integration, deadline);
    if (!stored)
        co_return stored.error().code() == ErrorCode::not_found
            ? invalid("entity_id", "is no integration this environment may use")
            : stored.error();
    auto const installed = co_await integrations_.install(integration, stored->version, json::object{},
                                                          std::vector<DocumentationRow>{}, deadline);
    if (!installed)
        co_return installed.error();
    co_return tools::check_documentation((*installed)->integration, {row.resource, row.method, row.type, row.value});
}

Task<Result<DocumentationRow>> DocumentationEditor::create(DocumentationRow row, tenancy::Author author,
                                                           Deadline deadline)
{
    auto const fits = co_await check(row, deadline);
    if (!fits)
        co_return fits.error();
    co_return co_await documentation_.create(std::move(row), std::move(author), deadline);
}

Task<Result<DocumentationRow>> DocumentationEditor::change(EnvironmentId environment, DocumentationId id,
                                                           std::optional<std::string> format,
                                                           std::optional<std::string> value, tenancy::Author author,
                                                           Deadline deadline)
{
    auto row = co_await documentation_.find(environment, id, deadline);
    if (!row)
        co_return row.error();
    row->format = format.value_or(row->format);
    row->value = value.value_or(row->value);
    auto const fits = co_await check(*row, deadline);
    if (!fits)
        co_return fits.error();
    co_return co_await documentation_.update(*std::move(row), std::move(author), deadline);
}

} // namespace sluice::accounts
