#include "refusal.hpp"

#include "mcp_protocol/encode.hpp"

#include <string>
#include <variant>

namespace sluice::mcp {
namespace {

/// The id of the request that a body holds, as JSON; `null` if there is none to be read. Clients drop the text of an
/// error without an id.
std::string id_in(http::Request const& request)
{
    if (request.body.empty())
        return "null";
    auto const classified = classify(request.body, request.headers);
    if (classified.is_batch || classified.messages.empty())
        return "null";
    auto const& message = classified.messages.front();
    if (auto const* call = std::get_if<RpcRequest>(&message))
        return call->id;
    auto const* refusal = std::get_if<Refusal>(&message);
    return refusal != nullptr ? refusal->id : "null";
}

} // namespace

http::Response rpc_refusal(http::Request const& request, int status, RpcCode code, std::string_view message)
{
    return http::json_response(status, encode_error(id_in(request), code, message));
}

} // namespace sluice::mcp
