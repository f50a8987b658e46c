#pragma once

#include "accounts/callable_accounts.hpp"
#include "accounts/oauth.hpp"
#include "accounts/verdict.hpp"
#include "base/clock.hpp"
#include "http_api/client.hpp"
#include "runtime/single_flight.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"

#include <chrono>
#include <string_view>

namespace sluice::accounts {

struct RefresherMetrics {
    explicit RefresherMetrics(telemetry::Registry& registry);
    telemetry::Counter& renewed;
    telemetry::Counter& shared;  ///< Found renewed by somebody else.
    telemetry::Counter& refused; ///< The grant.
    telemetry::Counter& failed;  ///< The vendor could not be asked, or refused the app; to be tried again.
    telemetry::Counter& interrupted;
};

struct RefresherConfig {
    std::chrono::seconds vendor_limit{10};
    std::chrono::seconds lease{25}; ///< More than twice `vendor_limit`: nobody takes over who only waits.
};

/// Renews credentials: one call to the vendor per rotation across all replicas. The lease is taken,
/// the intent written and the outcome committed in transactions of their own; none is open while the vendor is asked.
/// One per I/O thread.
class Refresher {
public:
    /// All must outlive it.
    Refresher(AccountRepository& repository, Integrations& integrations, http::Client& client, Clock const& clock,
              telemetry::Log& log, RefresherMetrics& metrics, RefresherConfig config = {});

    /// The account with a newer credential than `account` holds, renewed here or by somebody else.
    /// Errors: reauth_needed if it cannot be renewed, because its connection is over (the account says why, and its
    /// status is needs_reauth by then), or there is nothing to renew it with; conflict if a renewal was cut off at a
    /// vendor that accepts a refresh token once: then the credential is used until it ends; forbidden if the vendor
    /// refuses the OAuth app; upstream_unreachable, upstream_failed, upstream_timeout if the vendor could not be asked,
    /// or refused once; unavailable. But for the first, the credential that `account` holds is as good as before.
    enum class Why {
        asked,  ///< It is due, or somebody wants a newer one.
        refused ///< A call with it was answered 401.
    };
    Task<Result<CallableAccountPtr>> renew(CallableAccountPtr account, Why why, Deadline deadline);

private:
    /// A lease that was taken.
    struct Taken {
        Uuid owner;
        bool is_interrupted = false; ///< A renewal before was cut off.
        bool app_works = false;
        Why why = Why::asked;
    };
    Task<Result<CallableAccountPtr>> run(CallableAccountPtr account, Why why, Deadline deadline);
    Task<Result<CallableAccountPtr>> renew_leased(CallableAccountPtr account, Taken taken);
    Task<Result<CallableAccountPtr>> store_grant(CallableAccountPtr account, Uuid owner, TokenGrant grant);
    Task<Error> store_failure(CallableAccountPtr account, Uuid owner, TokenAnswer answer, bool was_interrupted);
    Task<Error> store_undecided(CallableAccountPtr account, Uuid owner, Error error);
    Task<Result<Account>> finish(CallableAccount const& account, Uuid owner, RefreshEnd end, AccountChange change);
    Task<Result<CallableAccountPtr>> reload(CallableAccount const& account, Deadline deadline);
    Task<Result<TokenAnswer>> ask_vendor(CallableAccount const& account);

    AccountRepository& repository_;
    Integrations& integrations_;
    http::Client& client_;
    Clock const& clock_;
    telemetry::Log& log_;
    telemetry::Repeated failed_;
    RefresherMetrics& metrics_;
    RefresherConfig const config_;
    SingleFlight<IntegratedAccountId, CallableAccountPtr> flights_;
};

} // namespace sluice::accounts
