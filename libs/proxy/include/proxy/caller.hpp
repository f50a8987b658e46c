#pragma once

#include "accounts/refresher.hpp"
#include "base/clock.hpp"
#include "calllog/origin.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/client.hpp"
#include "proxy/build.hpp"
#include "proxy/call_recorder.hpp"
#include "proxy/interpret.hpp"
#include "proxy/unread_limits.hpp"
#include "telemetry/metrics.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::proxy {

/// Is told what vendor calls say about an account. No call waits for it, and no call sees its failures.
class CallObserver {
public:
    virtual ~CallObserver() = default;
    /// The vendor answered, whatever it says; the answer may tell limits.
    virtual void answered(accounts::CallableAccount const& account, Outcome const& outcome) = 0;
    /// The vendor answered 401 to a credential that could not be renewed, or just was.
    virtual void unauthorised(accounts::CallableAccountPtr account) = 0;
    /// The vendor answered 403. `message` contains no secret of the account. `missing` are the scopes that it surely
    /// lacks; empty if that is not known.
    virtual void forbidden(accounts::CallableAccountPtr account, catalog::Method const& method, std::string message,
                           std::vector<std::string> const& missing) = 0;
};

/// Of the vendor calls of one integration.
struct CallMetrics {
    telemetry::Histogram* vendor_seconds = nullptr;
    telemetry::Counter* ok = nullptr;
    telemetry::Counter* client_errors = nullptr;
    telemetry::Counter* server_errors = nullptr;
    telemetry::Counter* throttled = nullptr;
    telemetry::Counter* unreachable = nullptr;
};

/// Gives the metrics of an integration; the same for the same name. Thread-safe.
class CallerMetrics {
public:
    /// `registry` must outlive it.
    explicit CallerMetrics(telemetry::Registry& registry)
        : registry_(registry)
    {
    }
    [[nodiscard]] CallMetrics of(std::string const& integration) const;

private:
    telemetry::Registry& registry_;
};

/// Makes vendor calls: the credential, the request, the answer. One per I/O thread.
class Caller {
public:
    /// All must outlive the caller.
    Caller(http::Client& client, accounts::Vault const& vault, accounts::Refresher& refresher,
           crypto::CursorSealer const& cursors, Clock const& clock, CallObserver& observer, CallRecorder& recorder,
           CallerMetrics& metrics, UnreadLimits& unread_limits);

    /// Makes one vendor call. A vendor's refusal is an `Outcome` of kind error, not an `Error`; a 429 is passed on and
    /// never repeated. The account's secrets are taken out of the text of a refusal. A credential that is about to end
    /// is renewed first. If the vendor answers 401, the credential is renewed and the call made once more, since a 401
    /// proves that the call had no effect. If a renewal fails for a reason that will pass, that is the call's error. A
    /// renewal that has just failed is not tried again, and a new credential that the vendor refuses is not renewed. A
    /// redirect of a read is followed; another host does not get the credential. A method with `download: link` answers
    /// with the redirect's target. A read is cancelled and ends as unavailable if `requester.waiter` goes away; a write
    /// that was sent is finished. The call is logged with `requester.origin`. Errors: invalid_argument (path value,
    /// cursor, address), not_allowed (a write on a sandbox account), reauth_needed, forbidden (egress),
    /// upstream_unreachable, upstream_failed, upstream_timeout, unavailable (the account is blocked).
    Task<Result<Outcome>> call(accounts::CallableAccountPtr account, catalog::Method const& method,
                               catalog::CallParts parts, Passthrough const* through, Deadline deadline,
                               calllog::Requester requester = {});

    /// The cursor for a call that goes on inside a page: after the first `records` of the page that a call with these
    /// `parts` gave.
    [[nodiscard]] std::string cursor_within(accounts::CallableAccount const& account, catalog::Method const& method,
                                            catalog::CallParts const& parts, Turn const& turn,
                                            std::size_t records) const;

private:
    using Why = accounts::Refresher::Why;
    /// As `call`, which logs what comes of it. `attempt` is filled with what was sent. `account` becomes the one with
    /// the renewed credential, if it was renewed.
    Task<Result<Outcome>> make(accounts::CallableAccountPtr& account, catalog::Method const& method,
                               catalog::CallParts& parts, Passthrough const* through, Deadline deadline,
                               calllog::Requester requester, Attempt& attempt);
    /// One exchange with the vendor; redirects of a read are followed. `position` is the page's.
    Task<Result<Outcome>> exchange(accounts::CallableAccount const& account, catalog::Method const& method,
                                   catalog::CallParts const& parts, std::string_view position,
                                   Passthrough const* through, Deadline deadline, calllog::Requester requester,
                                   Attempt& attempt);
    void count(Outcome const& outcome, accounts::CallableAccount const& account);

    /// The result of the last renewal that calls of an account asked for.
    struct Renewal {
        std::int64_t generation = 0;
        Timestamp until;            ///< The result holds for this generation until then.
        std::optional<Error> error; ///< Absent: the vendor refuses the new credential as well.
    };
    [[nodiscard]] Renewal const* last_renewal(accounts::CallableAccount const& account) const;
    void remember(accounts::CallableAccount const& account, std::optional<Error> error);
    Task<Result<accounts::CallableAccountPtr>> renew(accounts::CallableAccountPtr account, Why why, Deadline deadline);

    http::Client& client_;
    accounts::Vault const& vault_;
    accounts::Refresher& refresher_;
    crypto::CursorSealer const& cursors_;
    Clock const& clock_;
    CallObserver& observer_;
    CallRecorder& recorder_;
    /// Of the account's integration. Those of teams' own share one name, since their names have no bound.
    [[nodiscard]] CallMetrics const& metrics_of(accounts::CallableAccount const& account);

    CallerMetrics& metrics_;
    std::unordered_map<IntegrationId, CallMetrics> known_metrics_;
    UnreadLimits& unread_limits_;
    std::unordered_map<IntegratedAccountId, Renewal> renewals_;
};

} // namespace sluice::proxy
