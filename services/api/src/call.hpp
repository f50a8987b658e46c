#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "calllog/call_trace.hpp"
#include "http_api/message.hpp"
#include "http_api/place.hpp"
#include "http_api/query.hpp"
#include "http_server/router.hpp"
#include "limits/tally.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/asker.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::identity {
struct SignedIn;
}

namespace sluice::api {

/// One request while it is handled. It lives in the dispatcher's frame until the answer is made.
struct Call {
    http::Request request;
    http::PathParameters parameters;
    http::Query query;
    tenancy::Caller caller; ///< Set on routes that take one.
    /// The user who has signed in, if the request has a session.
    std::shared_ptr<identity::SignedIn const> signed_in;
    Deadline deadline = Deadline::after({});
    http::Place place;   ///< Its place among the requests in progress.
    limits::Tally tally; ///< Counts it for our own limits.
    std::string request_id;
    calllog::CallTrace trace;
    /// Whether the request may have changed something at a vendor. A handler of a keyed route sets it where its answer
    /// does not tell (`safeguards::had_no_effect`).
    std::optional<bool> may_have_effect;

    [[nodiscard]] EnvironmentId environment() const noexcept { return caller.environment; }
    /// The address of the client, without a port; empty if it is not known.
    [[nodiscard]] std::string_view client_address() const noexcept { return request.client; }
    /// Who makes the changes of this request.
    [[nodiscard]] tenancy::Author author() const;
    /// Whose look-ups of secrets it makes.
    [[nodiscard]] tenancy::Asker asker() const { return tenancy::Asker(client_address()); }
    /// Sets the environment of a request, once it is known, and takes its place there. Errors: rate_limited if the
    /// environment has too many requests in progress.
    [[nodiscard]] Result<void> belongs_to(EnvironmentId environment);
    /// As `author`, for a request without a caller: somebody with a link or a code.
    [[nodiscard]] tenancy::Author author_as(tenancy::Actor actor) const;
    /// Takes the account off the query, which is the call's or a copy of it: the one that is named there, or the
    /// token's. Nothing if neither names one. Errors: invalid_argument; forbidden if the token is another account's.
    [[nodiscard]] Result<std::optional<IntegratedAccountId>> take_account(http::Query& from) const;
    /// The value of a placeholder of the route.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
    /// The value of a placeholder as an id. Errors: not_found if the text is no such id.
    template <class IdType>
    [[nodiscard]] Result<IdType> id(std::string_view name, std::string_view what) const
    {
        auto const parsed = IdType::parse(parameter(name));
        if (!parsed)
            return unknown_id(IdType::kPrefix, what);
        return *parsed;
    }

private:
    [[nodiscard]] static Error unknown_id(std::string_view prefix, std::string_view what);
};

using HandlerResult = Task<Result<http::Response>>;

} // namespace sluice::api
