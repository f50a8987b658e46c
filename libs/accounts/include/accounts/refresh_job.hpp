#pragma once

#include "accounts/refresher.hpp"
#include "jobs/queue.hpp"

namespace sluice::accounts {

/// The job that renews an account's credential before it ends. The job's id is the account's.
inline constexpr jobs::Kind kRefreshJob{"account_refresh"};

/// Renews credentials before they end. The account's row says when the next renewal is due. One per I/O thread.
class RefreshJob {
public:
    /// All must outlive it.
    RefreshJob(AccountRepository& repository, Integrations& integrations, Refresher& refresher, Clock const& clock);

    /// Says when the job is due again, or nothing if it ends. After an error (the vendor could not be asked, the
    /// database is down) the job is tried again.
    Task<Result<jobs::Next>> run(jobs::Job job);

private:
    AccountRepository& repository_;
    Integrations& integrations_;
    Refresher& refresher_;
    Clock const& clock_;
};

/// The account of a job; nothing if the account was deleted. Then the job ends too. Errors: unavailable.
Task<Result<std::optional<AccountState>>> account_of(AccountRepository& repository, jobs::Job job, Deadline deadline);

} // namespace sluice::accounts
