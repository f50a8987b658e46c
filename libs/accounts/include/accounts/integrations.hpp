#pragma once

#include "accounts/installation.hpp"
#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "runtime/offload.hpp"
#include "runtime/shared_flight.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::accounts {

using ToolListPtr = std::shared_ptr<tools::ToolList const>;

/// Compiled integrations, shared by all threads. Locks only around its maps; compiling runs on the worker pool, and
/// once however many ask for the same.
class Integrations {
public:
    /// Both must outlive it.
    Integrations(IntegrationRepository& repository, WorkerPool& workers);
    ~Integrations();
    Integrations(Integrations const&) = delete;
    Integrations& operator=(Integrations const&) = delete;

    /// The definition under an override and its tools under documentation rows (the most specific last). `version` is
    /// what the caller saw stored. Errors: not_found; invalid_argument if definition or override do not compile;
    /// unavailable. What is not ready by the deadline is there for who asks later.
    Task<Result<InstalledPtr>> install(IntegrationId id, int version, json::object override,
                                       std::vector<DocumentationRow> documentation, Deadline deadline);

    /// The tools as one account has them: `records` is what it decides itself. Equal input gives the same object.
    /// Errors: unavailable.
    Task<Result<ToolListPtr>> tools_of(InstalledPtr installed, json::object records, Deadline deadline);

    /// Checks an override of the definition as it is stored now without keeping anything. Errors: invalid_argument.
    Task<Result<void>> check_override(IntegrationId id, json::object override, Deadline deadline);

private:
    struct Shelf;
    using StoredPtr = std::shared_ptr<StoredIntegration const>;

    Task<Result<InstalledPtr>> compile(std::string key, IntegrationId id, int version, json::object override,
                                       std::vector<DocumentationRow> documentation, Deadline deadline);
    Task<Result<ToolListPtr>> overlay(std::string key, InstalledPtr installed, json::object records, Deadline deadline);
    Task<Result<StoredPtr>> stored(IntegrationId id, int version, Deadline deadline);
    Task<Result<StoredPtr>> load(IntegrationId id, Deadline deadline);

    IntegrationRepository& repository_;
    WorkerPool& workers_;
    /// Jobs hold it too: they may end after this object.
    std::shared_ptr<Shelf> shelf_;
    SharedFlight<std::string, InstalledPtr> compiling_;
    SharedFlight<std::string, ToolListPtr> overlaying_;
    SharedFlight<IntegrationId, StoredPtr> loading_;
    std::mutex mutex_;
    /// Documents are large, and needed to compile only: the few that were used last.
    std::deque<StoredPtr> definitions_;
};

} // namespace sluice::accounts
