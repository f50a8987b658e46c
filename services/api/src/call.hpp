#pragma once

#include "accounts/call_trace.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "http_api/message.hpp"
#include "http_api/place.hpp"
#include "http_api/query.hpp"
#include "http_server/router.hpp"
#include "runtime/task.hpp"
#include "tenancy/tenancy.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {

/// One request while it is handled. It lives in the dispatcher's frame until the answer is made.
struct Call {
    http::Request request;
    http::PathParameters parameters;
    http::Query query;
    /// The API token of the request; set on routes that need one.
    tenancy::ApiToken caller;
    /// The one account that an integrated-account token may call.
    std::optional<IntegratedAccountId> account;
    Deadline deadline = Deadline::after({});
    http::Place place; ///< Its place among the requests in progress.
    std::string request_id;
    accounts::CallTrace trace;

    [[nodiscard]] EnvironmentId environment() const noexcept { return caller.environment; }
    /// Sets the environment of a request, once it is known, and takes its place there. Errors: rate_limited if the
    /// environment has too many requests in progress.
    [[nodiscard]] Result<void> belongs_to(EnvironmentId environment);
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
