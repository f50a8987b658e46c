#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "limits/shard_limits.hpp"
#include "proxy/caller.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/repeated.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::proxy {

/// Notes the limits that a vendor's answers tell, and writes into an account's row what else they tell about it; no
/// call waits for that. At most once a minute for each account and kind, and for what was forbidden for each method
/// too. Belongs to one I/O thread.
class AccountObserver final : public CallObserver {
public:
    /// All must outlive it. Without `limits`, which may be null, no limits are noted.
    AccountObserver(asio::io_context& io, accounts::AccountRepository& accounts, Clock const& clock,
                    telemetry::Log& log, limits::ShardLimits* limits = nullptr);

    /// Notes what the answer tells of limits. The event `rate_limit:warning` tells that little is left.
    void answered(accounts::CallableAccount const& account, Outcome const& outcome) override;
    /// Asks for a health check. One call's 401 says nothing about other calls; the health check finds out whether the
    /// account is dead.
    void unauthorised(accounts::CallableAccountPtr account) override;
    /// Writes what was forbidden, unless the account's row says so already.
    void forbidden(accounts::CallableAccountPtr account, catalog::Method const& method, std::string message,
                   std::vector<std::string> const& missing) override;
    /// Waits until everything is written; false if the deadline came first.
    Task<bool> drain(Deadline deadline) { return writing_.drain(deadline); }

private:
    using Times = std::unordered_map<std::string, Timestamp>;

    /// Whether the last time for this key is a minute ago. If so, this is the new last time.
    bool is_time(Times& times, std::string key);
    Task<void> ask(accounts::CallableAccountPtr account);
    Task<void> warn(EnvironmentId environment, IntegratedAccountId account, accounts::LimitWarning warning);
    Task<void> write(accounts::CallableAccountPtr account, json::object error);

    accounts::AccountRepository& accounts_;
    Clock const& clock_;
    limits::ShardLimits* const limits_;
    telemetry::Repeated failed_;
    TaskGroup writing_;
    Times asked_;
    Times forbidden_;
};

} // namespace sluice::proxy
