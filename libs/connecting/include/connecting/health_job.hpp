#pragma once

#include "connecting/connector.hpp"
#include "connecting/health_check.hpp"
#include "jobs/queue.hpp"

#include <chrono>

namespace sluice::connecting {

/// The job that checks an account's health. The job's id is the account's.
inline constexpr jobs::Kind kHealthJob{"account_health"};

/// Tries each active account now and then, and after a call of it got a 401, so that a dead credential is known before
/// somebody needs it. Finishes an account that a crash left `connecting`. One per I/O thread.
class HealthJob {
public:
    /// All must outlive it. `interval` is the time between two checks of a healthy account.
    HealthJob(accounts::AccountRepository& repository, accounts::Integrations& integrations, Connector& connector,
              HealthCheck& check, Clock const& clock, std::chrono::milliseconds interval);

    /// Says when the job is due again, or nothing if it ends. After an error (the database is down, the definition does
    /// not compile) the job is tried again.
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
