#pragma once

#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "proxy/caller.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/repeated.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::proxy {

/// Writes what vendor calls tell about an account into its row, behind the calls' backs: at most once a minute of each
/// kind for an account, what was forbidden for each method of it. Belongs to one I/O thread.
class AccountObserver final : public CallObserver {
public:
    /// All must outlive it.
    AccountObserver(asio::io_context& io, accounts::AccountRepository& accounts, Clock const& clock,
                    telemetry::Log& log);

    /// Asks for a health check, which knows whether it is the account. One call's 401 says nothing of others.
    void unauthorised(accounts::CallableAccountPtr account) override;
    /// Writes what was forbidden, if that is not what the account says already.
    void forbidden(accounts::CallableAccountPtr account, catalog::Method const& method, std::string message) override;
    /// Waits until all is written; false if the deadline came first.
    Task<bool> drain(Deadline deadline) { return writing_.drain(deadline); }

private:
    using Times = std::unordered_map<std::string, Timestamp>;

    /// Whether it is a minute since this was true for the key.
    bool is_time(Times& times, std::string key);
    Task<void> ask(accounts::CallableAccountPtr account);
    Task<void> write(accounts::CallableAccountPtr account, json::object error);

    accounts::AccountRepository& accounts_;
    Clock const& clock_;
    telemetry::Repeated failed_;
    TaskGroup writing_;
    Times asked_;
    Times forbidden_;
};

} // namespace sluice::proxy
