#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "jobs/queue.hpp"

namespace sluice::accounts {

/// The job of an environment integration that was removed: its id is the installation's.
inline constexpr jobs::Kind kUninstallJob{"uninstall"};

/// Deletes what a removed installation leaves, for a while; then other jobs have their turn.
Task<Result<jobs::Next>> uninstall(InstallationRepository& installations, Clock const& clock, jobs::Job job);

} // namespace sluice::accounts
