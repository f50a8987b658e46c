#include "session_cookies.hpp"

#include "cookies.hpp"
#include "http_api/fields.hpp"
#include "session_identity.hpp"

namespace sluice::api {
namespace {

constexpr std::string_view kDeviceCookie = "device";

} // namespace

Result<json::object> read_page_body(http::Request const& request, Config const& config)
{
    if (!may_have_cookies(config))
        return Error{ErrorCode::forbidden, "Signing in needs https: set public_url to the https URL of this API."};
    if (auto const is_ours = check_is_of_page(request, config); !is_ours)
        return is_ours.error();
    return http::read_object(request);
}

identity::Client client_of(Call const& call, Config const& config)
{
    identity::Client client{.address = std::string(call.client_address()),
                            .user_agent = std::string(call.request.headers.find("user-agent").value_or("")),
                            .request_id = call.request_id};
    if (auto const device = cookie_value(call.request, cookie_name(config, kDeviceCookie)))
        client.device = Secret(std::string(*device));
    return client;
}

void add_session_cookies(http::Response& response, identity::Opened const& opened, Config const& config)
{
    auto const lifetime = std::chrono::ceil<std::chrono::seconds>(config.sessions.lifetime);
    response.headers.add("set-cookie", set_cookie(config, kSessionCookie, opened.session.reveal(), lifetime));
    response.headers.add("set-cookie",
                         set_cookie(config, kDeviceCookie, opened.device.reveal(), identity::kDeviceLifetime));
}

} // namespace sluice::api
