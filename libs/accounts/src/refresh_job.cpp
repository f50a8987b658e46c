#include "accounts/refresh_job.hpp"

#include "accounts/callable_accounts.hpp"

namespace sluice::accounts {
namespace {

constexpr std::chrono::seconds kLimit{10};
/// The time for asking the vendor and storing the outcome.
constexpr std::chrono::seconds kRenewLimit{30};
/// How often a job looks again while the vendor refuses the OAuth app.
constexpr std::chrono::seconds kAppPause{60};

} // namespace

RefreshJob::RefreshJob(AccountRepository& repository, Integrations& integrations, Refresher& refresher,
                       Clock const& clock)
    : repository_(repository)
    , integrations_(integrations)
    , refresher_(refresher)
    , clock_(clock)
{
}

Task<Result<jobs::Next>> RefreshJob::run(jobs::Job job)
{
    auto loaded = co_await account_of(repository_, job, Deadline::after(kLimit));
    if (!loaded)
        co_return loaded.error();
    auto& state = *loaded;
    if (!state)
        co_return std::nullopt;
    auto const due = state->account.refresh_due_at;
    if (!due || state->account.status != Status::active)
        co_return std::nullopt;
    if (*due > clock_.now())
        co_return due;
    auto account = co_await make_callable(integrations_, *std::move(state), Deadline::after(kLimit));
    if (!account)
        co_return account.error();
    auto const renewed =
        co_await refresher_.renew(*std::move(account), Refresher::Why::asked, Deadline::after(kRenewLimit));
    if (renewed)
        co_return std::nullopt; // Storing the new tokens has scheduled the next renewal.
    if (renewed.error().code() == ErrorCode::forbidden)
        co_return clock_.now() + kAppPause;
    auto const after = co_await repository_.find(job.environment, IntegratedAccountId{job.id}, Deadline::after(kLimit));
    if (after && after->status != Status::active)
        co_return std::nullopt;
    if (!after || !after->refresh_due_at || *after->refresh_due_at <= clock_.now())
        co_return renewed.error();
    co_return after->refresh_due_at;
}

Task<Result<std::optional<AccountState>>> account_of(AccountRepository& repository, jobs::Job job, Deadline deadline)
{
    auto state = co_await repository.load_state(job.environment, IntegratedAccountId{job.id}, deadline);
    if (state)
        co_return std::optional(*std::move(state));
    if (state.error().code() == ErrorCode::not_found)
        co_return std::nullopt;
    co_return state.error();
}

} // namespace sluice::accounts
