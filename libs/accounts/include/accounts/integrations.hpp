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

/// Compiled integrations, shared by all threads. Locks only its maps. Compiling runs on the worker pool, once for all
/// who ask for the same.
class Integrations {
public:
    /// Both must outlive it.
    Integrations(IntegrationRepository& repository, WorkerPool& workers);
    ~Integrations();
    Integrations(Integrations const&) = delete;
    Integrations& operator=(Integrations const&) = delete;

    /// The definition with an override, and its tools with documentation (the most specific row last). `version` is the
    /// stored version that the caller read. If compiling is not ready by the deadline, it goes on for later callers.
    /// Errors: not_found; invalid_argument if the definition or the override does not compile; unavailable.
    Task<Result<InstalledPtr>> install(IntegrationId id, int version, json::object override,
                                       std::vector<DocumentationRow> documentation, Deadline deadline);

    /// The tools as one account has them; `records` is the account's own part (`tools::overlay_tools`). Equal input
    /// gives the same object. Errors: unavailable.
    Task<Result<ToolListPtr>> tools_of(InstalledPtr installed, json::object records, Deadline deadline);

    /// Checks an override with the definition that is stored now. Keeps nothing. Errors: invalid_argument at
    /// `override.<path>`; not_found; unavailable.
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
    /// Shared with jobs, which may end after this object.
    std::shared_ptr<Shelf> shelf_;
    SharedFlight<std::string, InstalledPtr> compiling_;
    SharedFlight<std::string, ToolListPtr> overlaying_;
    SharedFlight<IntegrationId, StoredPtr> loading_;
    std::mutex mutex_;
    /// The definitions that were used last. They are few, since documents are large and needed only to compile.
    std::deque<StoredPtr> definitions_;
};

} // namespace sluice::accounts
