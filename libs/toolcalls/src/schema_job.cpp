#include "toolcalls/schema_job.hpp"

#include "accounts/callable_accounts.hpp"
#include "accounts/refresh_job.hpp"

namespace sluice::toolcalls {
namespace {

constexpr std::chrono::seconds kLimit{10};
/// The time for the vendor calls and for storing their answers.
constexpr std::chrono::seconds kUpdateLimit{30};

} // namespace

SchemaJob::SchemaJob(accounts::AccountRepository& accounts, SchemaRepository& repository,
                     accounts::Integrations& integrations, AccountSchemas& schemas, Clock const& clock,
                     std::chrono::milliseconds interval)
    : accounts_(accounts)
    , repository_(repository)
    , integrations_(integrations)
    , schemas_(schemas)
    , clock_(clock)
    , interval_(interval)
{
}

Task<Result<jobs::Next>> SchemaJob::run(jobs::Job job)
{
    auto loaded = co_await accounts::account_of(accounts_, job, Deadline::after(kLimit));
    if (!loaded)
        co_return loaded.error();
    auto& state = *loaded;
    if (!state)
        co_return std::nullopt;
    auto const is_shown =
        co_await repository_.is_shown(job.environment, IntegratedAccountId{job.id}, Deadline::after(kLimit));
    if (!is_shown)
        co_return is_shown.error();
    if (!*is_shown)
        co_return std::nullopt; // The next MCP server of the account schedules the job again.
    bool const is_active = state->account.status == accounts::Status::active && !state->account.is_blocked;
    auto account = co_await accounts::make_callable(integrations_, *std::move(state), Deadline::after(kLimit));
    if (!account)
        co_return account.error();
    if ((*account)->installed->integration->dynamic.sources.empty())
        co_return std::nullopt;
    // If the vendor refuses, what is known stays, and the next run asks again.
    if (is_active && (*account)->is_enabled) [[maybe_unused]]
        auto const updated = co_await schemas_.update(*std::move(account), AccountSchemas::When::due, std::nullopt,
                                                      Deadline::after(kUpdateLimit));
    co_return clock_.now() + interval_;
}

} // namespace sluice::toolcalls
