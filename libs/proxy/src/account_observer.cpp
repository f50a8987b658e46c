#include "proxy/account_observer.hpp"

#include "accounts/scopes.hpp"
#include "base/timestamp.hpp"

namespace sluice::proxy {
namespace {

/// The vendor's answer waits for this; the verdict is written again at the next refusal if it is lost.
constexpr std::chrono::milliseconds kWriteLimit{1'000};

/// What was not granted; where that is not known, all that the method needs.
json::array scopes_missing(accounts::Account const& account, catalog::Method const& method)
{
    auto const missing = accounts::missing_scopes(account, method);
    return json::array_of(missing.empty() ? method.scopes : missing);
}

} // namespace

AccountObserver::AccountObserver(accounts::AccountRepository& accounts, tenancy::Announcer& announcer,
                                 Clock const& clock, telemetry::Log& log)
    : accounts_(accounts)
    , announcer_(announcer)
    , clock_(clock)
    , log_(log)
{
}

Task<void> AccountObserver::unauthorised(accounts::ConnectedPtr account, std::string message)
{
    accounts::AccountChange change = [message, now = clock_.now(), seen = account->account.generation](
                                         accounts::Account& row, accounts::Context&) -> Result<void> {
        if (row.generation != seen || row.status != accounts::Status::active)
            return Error{ErrorCode::conflict, "The credentials were replaced meanwhile."};
        accounts::mark_dead(row, message, now);
        return {};
    };
    co_await write(std::move(account), std::move(change));
}

Task<void> AccountObserver::forbidden(accounts::ConnectedPtr account, catalog::Method const& method,
                                      std::string message)
{
    json::object error{{"resource", method.resource},
                       {"method", method.name},
                       {"message", message},
                       {"occurred_at", to_rfc3339(clock_.now())}};
    error["missing_scopes"] = scopes_missing(account->account, method);
    accounts::AccountChange change = [error](accounts::Account& row, accounts::Context&) -> Result<void> {
        row.last_forbidden_error = error;
        return {};
    };
    co_await write(std::move(account), std::move(change));
}

Task<void> AccountObserver::write(accounts::ConnectedPtr account, accounts::AccountChange change)
{
    auto const& row = account->account;
    auto const written =
        co_await accounts_.update(row.environment, row.id, false, std::move(change), Deadline::after(kWriteLimit));
    if (written)
        co_await announcer_.announce({tenancy::Change::Kind::account, row.environment, row.id.uuid()});
    else if (written.error().code() != ErrorCode::conflict && written.error().code() != ErrorCode::not_found)
        log_.write(telemetry::Level::warning, "verdict on an account was not written", written.error());
}

} // namespace sluice::proxy
