#include "http_api/error_body.hpp"

#include "base/status.hpp"
#include "http_api/message.hpp"

namespace sluice::http {

json::object error_body(int status, std::string_view message)
{
    json::object body;
    body["statusCode"] = status;
    body["error"] = reason_of(status);
    body["message"] = message;
    return body;
}

json::object error_body(Error const& error)
{
    auto body = error_body(http_status_of(error.code()), error.public_detail());
    if (error.code() == ErrorCode::reauth_needed)
        body["is_remote_error"] = true;
    if (error.failures().empty())
        return body;
    json::array failures;
    for (auto const& failure : error.failures())
        failures.push_back(json::object{{"path", failure.path}, {"message", failure.message}});
    body["details"] = json::object{{"failures", std::move(failures)}};
    return body;
}

} // namespace sluice::http
