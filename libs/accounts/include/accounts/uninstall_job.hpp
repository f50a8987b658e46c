#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "jobs/queue.hpp"

namespace sluice::accounts {

/// The job of a removed environment integration. The job's id is the installation's.
inline constexpr jobs::Kind kUninstallJob{"uninstall"};

/// Deletes what a removed installation left, for a limited time, so that other jobs run too. Says when the job is due
/// again, or nothing if nothing is left. Errors: unavailable.
Task<Result<jobs::Next>> uninstall(InstallationRepository& installations, Clock const& clock, jobs::Job job);

} // namespace sluice::accounts
