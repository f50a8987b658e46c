#include "connecting/health_job.hpp"

#include "accounts/callable_accounts.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/verdict.hpp"

#include <algorithm>

namespace sluice::connecting {
namespace {

constexpr std::chrono::seconds kLimit{10};
/// The time for asking the vendor and storing the result.
constexpr std::chrono::seconds kCheckLimit{30};
/// The pause after a refusal of a credential. The next refusal can then be the verdict.
constexpr std::chrono::milliseconds kSecondLook{accounts::kCredentialApart + std::chrono::seconds(1)};

} // namespace

HealthJob::HealthJob(accounts::AccountRepository& repository, accounts::Integrations& integrations,
                     Connector& connector, HealthCheck& check, Clock const& clock, std::chrono::milliseconds interval)
    : repository_(repository)
    , integrations_(integrations)
    , connector_(connector)
    , check_(check)
    , clock_(clock)
    , interval_(interval)
{
}

Task<Result<jobs::Next>> HealthJob::run(jobs::Job job)
{
    auto loaded = co_await accounts::account_of(repository_, job, Deadline::after(kLimit));
    if (!loaded)
        co_return loaded.error();
    auto& state = *loaded;
    if (!state)
        co_return std::nullopt;
    if (state->account.status == accounts::Status::connecting) {
        [[maybe_unused]] auto const tried =
            co_await connector_.resume(std::move(state->account), Deadline::after(kCheckLimit));
        co_return std::nullopt; // Storing the result has scheduled the next check.
    }
    if (state->account.status != accounts::Status::active)
        co_return std::nullopt;
    auto account = co_await accounts::make_callable(integrations_, *std::move(state), Deadline::after(kLimit));
    if (!account)
        co_return account.error();
    if (!(*account)->is_enabled || (*account)->account.is_blocked)
        co_return clock_.now() + interval_;
    auto const is_doubted = co_await check_.run(*std::move(account), Deadline::after(kCheckLimit));
    if (!is_doubted)
        co_return is_doubted.error();
    co_return clock_.now() + (*is_doubted ? std::min(interval_, kSecondLook) : interval_);
}

} // namespace sluice::connecting
