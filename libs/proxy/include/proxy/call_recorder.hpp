#pragma once

#include "accounts/vault.hpp"
#include "calllog/body_writer.hpp"
#include "calllog/recorder.hpp"
#include "catalog/call_parts.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "proxy/interpret.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// What a vendor call has sent so far, for the log.
struct Attempt {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::string url;          ///< Of the last request but for redirects, as `masked_url` writes it.
    std::string query;        ///< Of the same request; taken out of error texts, and not logged.
    std::string request_body; ///< Only where the account's environment wants bodies in its log.
    telemetry::TraceContext span;

    /// Notes a request before it is sent. If the call belongs to a trace that is recorded, the vendor gets its
    /// `traceparent`. `origin` may be null.
    void note(http::OutgoingRequest& request, accounts::CallableAccount const& account, calllog::Origin const* origin);
};

/// A vendor call that has ended.
struct MadeCall {
    accounts::CallableAccount const& account;
    catalog::Method const& method;
    catalog::CallParts const& parts;
    calllog::Origin const& origin;
    Attempt& attempt;
    std::string_view raw_body; ///< Of a request whose body was not read here.
};

/// A body as it is stored: at most `BodyWriter::kMostBytes` of it, without the account's secrets, and without the
/// values of members that are secret in the definition or by their name.
[[nodiscard]] std::string clean_body(std::string_view text, accounts::CallableAccount const& account);

/// Whose fault a refusal of the vendor is.
[[nodiscard]] calllog::Fault fault_of(Outcome const& outcome);

/// Writes vendor calls into the call log. One per I/O thread.
class CallRecorder {
public:
    /// Both must outlive it.
    CallRecorder(calllog::Recorder& recorder, calllog::BodyWriter& bodies)
        : recorder_(recorder)
        , bodies_(bodies)
    {
    }

    /// The error text has no secret of the account, nothing of the arguments, and nothing that looks like a secret.
    void record(MadeCall call, Result<Outcome> const& outcome);

private:
    void keep_bodies(MadeCall const& call, Result<Outcome> const& outcome, LogEntryId entry);

    calllog::Recorder& recorder_;
    calllog::BodyWriter& bodies_;
};

} // namespace sluice::proxy
