#pragma once

#include "accounts/refresher.hpp"
#include "jobs/queue.hpp"

namespace sluice::accounts {

/// The job of an account whose credential ends: its id is the account's.
inline constexpr jobs::Kind kRefreshJob{"account_refresh"};

/// Renews credentials ahead of their end. When the next renewal is due stands in the account's row. One per I/O thread.
class RefreshJob {
public:
    /// All must outlive it.
    RefreshJob(AccountRepository& repository, Integrations& integrations, Refresher& refresher, Clock const& clock);

    /// Errors: the vendor could not be asked, or the database is not available: the job comes again.
    Task<Result<jobs::Next>> run(jobs::Job job);

private:
    AccountRepository& repository_;
    Integrations& integrations_;
    Refresher& refresher_;
    Clock const& clock_;
};

/// The account that a job is about; none if it was deleted, and the job with it.
Task<Result<std::optional<AccountState>>> account_of(AccountRepository& repository, jobs::Job job, Deadline deadline);

} // namespace sluice::accounts
