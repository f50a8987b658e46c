#pragma once

#include "accounts/refresher.hpp"
#include "base/clock.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/client.hpp"
#include "proxy/build.hpp"
#include "proxy/interpret.hpp"
#include "telemetry/metrics.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::proxy {

/// Learns what vendor calls tell about an account. No call waits for it; it keeps its failures to itself.
class CallObserver {
public:
    virtual ~CallObserver() = default;
    /// The vendor answered 401 to a credential that could not be renewed, or just was.
    virtual void unauthorised(accounts::CallableAccountPtr account) = 0;
    /// `message` has none of the account's secrets.
    virtual void forbidden(accounts::CallableAccountPtr account, catalog::Method const& method,
                           std::string message) = 0;
};

struct CallerMetrics {
    explicit CallerMetrics(telemetry::Registry& registry);
    telemetry::Histogram& vendor_seconds;
    telemetry::Counter& ok;
    telemetry::Counter& client_errors;
    telemetry::Counter& server_errors;
    telemetry::Counter& throttled;
    telemetry::Counter& unreachable;
};

/// Makes vendor calls: the credential, the request, the answer. One per I/O thread.
class Caller {
public:
    /// All must outlive the caller.
    Caller(http::Client& client, accounts::Vault const& vault, accounts::Refresher& refresher,
           crypto::CursorSealer const& cursors, Clock const& clock, CallObserver& observer, CallerMetrics& metrics);

    /// A vendor's refusal is an Outcome of kind error, not an Error. Errors: invalid_argument (path value, cursor,
    /// address), not_allowed (a write on a sandbox account), reauth_needed, forbidden (egress), upstream_failed,
    /// upstream_timeout, unavailable (blocked). A vendor's 429 is passed back, never repeated. A redirect of a read is
    /// followed, to another host without the account's credential; a method that gives links answers with where it
    /// leads. A credential about to end is renewed first; one the vendor refuses is renewed and the call repeated once,
    /// as a 401 proves that it had no effect; if the renewal fails for a reason that will pass, that is the error.
    /// Calls ask for no renewal that just failed, and for none of a credential that was refused when it was new. What
    /// a vendor's refusal says has none of the account's secrets. A read ends as unavailable if `waiter` goes away; a
    /// write that was sent is finished.
    Task<Result<Outcome>> call(accounts::CallableAccountPtr account, catalog::Method const& method,
                               catalog::CallParts parts, RawBody const* raw, Deadline deadline,
                               http::Peer const* waiter = nullptr);

    /// The cursor that goes on after the first `records` of the page that a call with these `parts` gave.
    [[nodiscard]] std::string cursor_within(accounts::CallableAccount const& account, catalog::Method const& method,
                                            catalog::CallParts const& parts, std::size_t records) const;

private:
    using Why = accounts::Refresher::Why;
    /// One exchange with the vendor, redirects of a read followed. `position` is that of the page.
    Task<Result<Outcome>> exchange(accounts::CallableAccount const& account, catalog::Method const& method,
                                   catalog::CallParts const& parts, std::string_view position, RawBody const* raw,
                                   Deadline deadline, http::Peer const* waiter);
    void count(Outcome const& outcome);

    /// What came of the last renewal that calls of an account asked for.
    struct Renewal {
        std::int64_t generation = 0;
        Timestamp until;            ///< So long it holds for this generation.
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
    CallerMetrics& metrics_;
    std::unordered_map<IntegratedAccountId, Renewal> renewals_;
};

} // namespace sluice::proxy
