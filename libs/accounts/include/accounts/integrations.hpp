#pragma once

#include "accounts/installation.hpp"
#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "runtime/offload.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::accounts {

/// Compiled integrations, shared by all threads. Locks only around its maps; compiling runs on the worker pool.
class Integrations {
public:
    /// Both must outlive it.
    Integrations(IntegrationRepository& repository, WorkerPool& workers);

    /// The definition under an override and its tools under documentation rows (the most specific last). `version` is
    /// what the caller saw stored. Errors: not_found; invalid_argument if definition or override do not compile.
    Task<Result<InstalledPtr>> install(IntegrationId id, int version, json::object override,
                                       std::vector<DocumentationRow> documentation, Deadline deadline);

    /// The tools as one account has them: `records` is what it decides itself. Equal input gives the same object.
    std::shared_ptr<catalog::ToolList const> tools_of(InstalledPtr const& installed, json::object const& records);

    /// Checks an override without keeping anything. Errors: invalid_argument.
    Task<Result<void>> check_override(IntegrationId id, json::object override, Deadline deadline);

private:
    Task<Result<std::shared_ptr<StoredIntegration const>>> stored(IntegrationId id, int version, Deadline deadline);

    IntegrationRepository& repository_;
    WorkerPool& workers_;
    std::mutex mutex_;
    std::unordered_map<IntegrationId, std::shared_ptr<StoredIntegration const>> definitions_;
    /// By content; kept alive by those who use them.
    std::unordered_map<std::string, std::weak_ptr<InstalledIntegration const>> installed_;
    std::unordered_map<std::string, std::weak_ptr<catalog::ToolList const>> tools_;
};

} // namespace sluice::accounts
