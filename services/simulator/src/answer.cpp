#include "answer.hpp"

#include <algorithm>

namespace sluice::simulator {

Refusal not_found()
{
    return {.status = 404, .msg = "Resource not found."};
}

Refusal conflict(std::string msg)
{
    return {.status = 409, .msg = std::move(msg)};
}

Refusal forbidden(std::string_view missing_scope)
{
    std::string msg = "You do not have enough permissions to perform this action.";
    if (!missing_scope.empty())
        msg.append(" Missing scope: ").append(missing_scope).append(".");
    return {.status = 403, .msg = std::move(msg)};
}

Refusal invalid_field(std::string_view field, std::string_view message)
{
    Refusal refusal;
    refusal.data[field] = json::array{message};
    return refusal;
}

Refusal too_large(std::string msg)
{
    return {.status = 413, .msg = std::move(msg)};
}

http::Response to_response(Refusal const& refusal, std::string_view operation)
{
    auto msg = refusal.msg;
    if (msg.empty()) {
        msg.append("Failed to ").append(operation);
        std::ranges::replace(msg, '-', ' ');
    }
    json::object error{{"msg", msg}};
    if (!refusal.data.empty())
        error["data"] = refusal.data;
    auto response = http::json_response(refusal.status, json::object{{"error", std::move(error)}});
    if (!refusal.location.empty())
        response.headers.add("location", refusal.location);
    return response;
}

http::Response empty(int status)
{
    http::Response response;
    response.status = status;
    return response;
}

void splice(std::string& object, std::string_view name, std::string_view json)
{
    object.pop_back();
    if (object.size() > 1)
        object += ',';
    json::append_quoted(object, name);
    object += ':';
    object += json;
    object += '}';
}

} // namespace sluice::simulator
