#pragma once

#include "connecting/connector.hpp"
#include "connecting/health_check.hpp"
#include "jobs/queue.hpp"

#include <chrono>

namespace sluice::connecting {

/// The job of an account that is looked after: its id is the account's.
inline constexpr jobs::Kind kHealthJob{"account_health"};

/// Tries each active account now and then, and when a call of it was answered with 401, so that a dead credential is
/// known before somebody needs it. Brings an account that a crash left `connecting` to its end. One per I/O thread.
class HealthJob {
public:
    /// All must outlive it. `interval` lies between two checks of an account that is well.
    HealthJob(accounts::AccountRepository& repository, accounts::Integrations& integrations, Connector& connector,
              HealthCheck& check, Clock const& clock, std::chrono::milliseconds interval);

    /// Errors: the database is not available, or the definition does not compile: the job comes again.
    Task<Result<jobs::Next>> run(jobs::Job job);

private:
    accounts::AccountRepository& repository_;
    accounts::Integrations& integrations_;
    Connector& connector_;
    HealthCheck& check_;
    Clock const& clock_;
    std::chrono::milliseconds const interval_;
};

} // namespace sluice::connecting
