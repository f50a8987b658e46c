#include "connect_refusal.hpp"

#include "base/status.hpp"
#include "connecting/connector.hpp"
#include "http_api/error_body.hpp"

namespace sluice::api {
namespace {

int status_of(Error const& error)
{
    switch (error.code()) {
    case ErrorCode::not_found:
    case ErrorCode::conflict:
        return 401;
    case ErrorCode::reauth_needed:
        return 422;
    default:
        return http_status_of(error.code());
    }
}

} // namespace

http::Response connect_refusal(Error const& error)
{
    auto body = http::error_body(error);
    body["statusCode"] = status_of(error);
    body["error"] = http::reason_of(status_of(error));
    if (error.code() != ErrorCode::invalid_argument)
        body["error_type"] = connecting::error_type_of(error);
    auto response = http::json_response(status_of(error), json::value(std::move(body)));
    if (error.code() == ErrorCode::unavailable || error.code() == ErrorCode::rate_limited)
        response.headers.add("retry-after", "1");
    return response;
}

} // namespace sluice::api
