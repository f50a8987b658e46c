#include "reauth.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

constexpr std::string_view kStateKey = "requestState";

/// What a state is good for: the server, the account, the tool and the arguments.
std::string binding_of(ServerSnapshot const& snapshot, accounts::ConnectedAccount const& account, std::string_view tool,
                       json::object const& arguments)
{
    return fmt::format("reauth|{}|{}|{}|{}", snapshot.server.id.str(), account.account.id.str(), tool,
                       boost::json::serialize(arguments));
}

bool can_open_pages(RpcRequest const& request)
{
    if (request.era != Era::modern)
        return false;
    auto const* meta = json::object_at(request.params, "_meta");
    auto const* capabilities =
        meta != nullptr ? json::object_at(*meta, "io.modelcontextprotocol/clientCapabilities") : nullptr;
    auto const* elicitation = capabilities != nullptr ? json::object_at(*capabilities, "elicitation") : nullptr;
    return elicitation != nullptr && json::object_at(*elicitation, "url") != nullptr;
}

} // namespace

std::optional<std::string> ask_to_reconnect(RpcRequest const& request, ServerSnapshot const& snapshot,
                                            accounts::ConnectedAccount const& account, std::string_view tool,
                                            json::object const& arguments, crypto::CursorSealer const& sealer)
{
    if (!can_open_pages(request) || account.reconnect_url.empty() || request.params.contains(kStateKey))
        return std::nullopt;
    json::object params{{"mode", "url"}, {"url", account.reconnect_url}};
    params["message"] = fmt::format("The {} account of {} has to be connected again. Open this page, then go on.",
                                    account.installed->integration->label, account.account.tenant_id);
    json::object asked{{"method", "elicitation/create"}};
    asked["params"] = std::move(params);
    json::object requests;
    requests["reauth"] = std::move(asked);
    auto const state = sealer.seal(binding_of(snapshot, account, tool, arguments), "reauth");
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"resultType":"input_required","inputRequests":{},)"
                       R"("requestState":"{}","_meta":{{"io.modelcontextprotocol/serverInfo":{}}}}}}})",
                       request.id, boost::json::serialize(requests), state, snapshot.server_info);
}

bool is_own_state(RpcRequest const& request, ServerSnapshot const& snapshot, accounts::ConnectedAccount const& account,
                  std::string_view tool, json::object const& arguments, crypto::CursorSealer const& sealer)
{
    auto const* given = request.params.if_contains(kStateKey);
    if (given == nullptr || request.era != Era::modern)
        return true;
    return given->is_string() &&
           sealer.open(binding_of(snapshot, account, tool, arguments), given->get_string()).has_value();
}

} // namespace sluice::mcp
