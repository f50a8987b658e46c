#pragma once

#include "accounts/integrations.hpp"
#include "accounts/repositories.hpp"

#include <optional>
#include <string>

namespace sluice::accounts {

/// Writes documentation of an environment. A row is stored only if it names a method that exists and leaves a valid
/// tool. All may answer unavailable. Without state: any thread, any number of calls at
/// once.
class DocumentationEditor {
public:
    /// All must outlive it.
    DocumentationEditor(DocumentationRepository& documentation, InstallationRepository& installations,
                        IntegrationRepository& definitions, Integrations& integrations);

    /// Stores a row after checking it. Errors: invalid_argument at `entity_id`, `resource`, `method`, `type` or
    /// `value`; conflict if there is a row for the same entity, resource, method and type.
    Task<Result<DocumentationRow>> create(DocumentationRow row, tenancy::Author author, Deadline deadline);
    /// An absent argument stays as it is. Errors: not_found; invalid_argument as of `create`.
    Task<Result<DocumentationRow>> change(EnvironmentId environment, DocumentationId id,
                                          std::optional<std::string> format, std::optional<std::string> value,
                                          tenancy::Author author, Deadline deadline);

private:
    Task<Result<void>> check(DocumentationRow row, Deadline deadline);

    DocumentationRepository& documentation_;
    InstallationRepository& installations_;
    IntegrationRepository& definitions_;
    Integrations& integrations_;
};

} // namespace sluice::accounts
