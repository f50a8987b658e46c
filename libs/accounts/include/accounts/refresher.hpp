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
    telemetry::Counter& shared;  ///< Somebody else had renewed it.
    telemetry::Counter& refused; ///< The vendor refused the grant.
    telemetry::Counter& failed;  ///< The vendor could not be asked, or refused the app. It is tried again.
    telemetry::Counter& interrupted;
};

struct RefresherConfig {
    std::chrono::seconds vendor_limit{10};
    std::chrono::seconds lease{
        25}; ///< More than twice `vendor_limit`, so that nobody takes over while the holder only waits for the vendor.
};

/// Renews credentials. All replicas together ask the vendor once for each rotation. Taking the lease, writing the
/// intent and storing the outcome are three transactions; none is open while the vendor is asked. One per I/O thread.
class Refresher {
public:
    /// All must outlive it.
    Refresher(AccountRepository& repository, Integrations& integrations, http::Client& client, Clock const& clock,
              telemetry::Log& log, RefresherMetrics& metrics, RefresherConfig config = {});

    /// Gives the account with a newer credential than `account` has, renewed here or by somebody else. Errors:
    /// reauth_needed if the account is dead (its row then says why, with the status needs_reauth) or has nothing to
    /// renew with; conflict if a renewal was cut off at a vendor that accepts a refresh token once: then the credential
    /// is used until it ends; forbidden if the vendor refuses the OAuth app; upstream_unreachable, upstream_failed or
    /// upstream_timeout if the vendor could not be asked, or refused once; unavailable. After every error but
    /// reauth_needed the credential of `account` is as good as before.
    enum class Why {
        asked,  ///< The renewal is due, or somebody wants a newer credential.
        refused ///< The vendor answered 401 to a call with the credential.
    };
    Task<Result<CallableAccountPtr>> renew(CallableAccountPtr account, Why why, Deadline deadline);

private:
    /// A lease that was taken.
    struct Taken {
        Uuid owner;
        bool is_interrupted = false; ///< An earlier renewal was cut off.
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
