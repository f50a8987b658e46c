#include "connecting/health_check.hpp"

#include "accounts/verdict.hpp"

namespace sluice::connecting {
namespace {

constexpr std::chrono::seconds kStoreLimit{10};

} // namespace

HealthCheck::HealthCheck(accounts::AccountRepository& repository, proxy::VendorCalls& vendor, Clock const& clock)
    : repository_(repository)
    , vendor_(vendor)
    , clock_(clock)
{
}

Task<Result<bool>> HealthCheck::run(accounts::CallableAccountPtr account, Deadline deadline)
{
    auto const& row = account->account;
    auto const checked = co_await vendor_.check(account, deadline);
    bool const is_refused = checked && !checked->refusal.empty();
    bool const was_refused = row.doubts.credential_refused_at.has_value();
    if (!checked || (!is_refused && !was_refused))
        co_return was_refused;
    accounts::AccountChange change = [is_refused, said = checked->refusal, now = clock_.now()](auto& changed,
                                                                                               auto&) -> Result<void> {
        if (!is_refused)
            changed.doubts.credential_refused_at.reset();
        else if (changed.status == accounts::Status::active)
            accounts::note_refused_credential(changed, said, now);
        return {};
    };
    auto const stored =
        co_await repository_.note(row.environment, row.id, std::move(change), Deadline::after(kStoreLimit));
    if (!stored && stored.error().code() != ErrorCode::not_found)
        co_return stored.error();
    co_return is_refused;
}

} // namespace sluice::connecting
