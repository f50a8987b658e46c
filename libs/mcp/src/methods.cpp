#include "mcp/methods.hpp"
#include "encode_outcome.hpp"
#include "lists.hpp"
#include "mcp/discovery.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

std::string quoted(std::string_view text)
{
    std::string out;
    json::append_quoted(out, text);
    return out;
}

std::string_view text_or(json::object const& object, std::string_view key, std::string_view fallback)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string_view(*text) : fallback;
}

} // namespace

Methods::Methods(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
                 std::chrono::milliseconds list_lifetime, EndpointMetrics& metrics)
    : sealer_(sealer)
    , list_lifetime_(list_lifetime)
    , metrics_(metrics)
    , tool_calls_(caller, safe_writes, sealer, metrics)
    , offers_(caller, sealer, list_lifetime)
{
}

Task<Answer> Methods::call_tool(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                proxy::PageListener* listener, CallTrace& trace)
{
    return tool_calls_.call(std::move(request), std::move(snapshot), deadline, listener, trace);
}

Task<Answer> Methods::answer(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace)
{
    bool const is_modern = request.era == Era::modern;
    (is_modern ? metrics_.modern_requests : metrics_.legacy_requests).add();
    trace.method = request.method.substr(0, 64);
    if (request.method == "tools/call")
        co_return co_await call_tool(std::move(request), std::move(snapshot), deadline, nullptr, trace);
    if (!request.flaws.empty())
        co_return Answer{200,
                         encode_error(request.id, RpcCode::invalid_params,
                                      "params." + Error{std::move(request.flaws)}.public_detail()),
                         {}};
    if (request.method == "tools/list")
        co_return list_tools(request, *snapshot);
    if (auto offered = co_await offers_.answer(request, snapshot, deadline, trace))
        co_return *std::move(offered);
    if (is_modern && request.method == "server/discover")
        co_return discover(request, *snapshot);
    if (!is_modern && request.method == "initialize")
        co_return initialize(request, *snapshot, trace);
    if (!is_modern && request.method == "ping")
        co_return Answer{200, encode_result(request, *snapshot, ""), {}};
    // Legacy clients take a 404 for a lost session, so they get the error in band.
    auto const message = fmt::format("The method {} is not offered here.", request.method.substr(0, 64));
    co_return Answer{is_modern ? 404 : 200, encode_error(request.id, RpcCode::method_not_found, message), {}};
}

Answer Methods::initialize(RpcRequest const& request, ServerSnapshot const& snapshot, CallTrace& trace) const
{
    if (auto const* client = json::object_at(request.params, "clientInfo"))
        trace.client = fmt::format("{} {}", text_or(*client, "name", "?").substr(0, 60),
                                   text_or(*client, "version", "?").substr(0, 30));
    auto const version = negotiate(text_or(request.params, "protocolVersion", ""));
    return {
        200,
        encode_result(request, snapshot,
                      fmt::format(R"("protocolVersion":"{}","capabilities":{},"serverInfo":{},)"
                                  R"("instructions":{})",
                                  version, snapshot.capabilities, snapshot.server_info, quoted(snapshot.instructions))),
        {},
        version == kLegacyRevisions.front() ? session_of(request, snapshot, sealer_) : std::string()};
}

Answer Methods::discover(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    return {200,
            encode_result(request, snapshot,
                          fmt::format(R"("supportedVersions":{},"capabilities":{},"instructions":{}{})",
                                      boost::json::serialize(all_revisions()), snapshot.capabilities,
                                      quoted(snapshot.instructions), cache_hints(request, list_lifetime_))),
            {}};
}

Answer Methods::list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    return snapshot.shows_on_request
               ? answer_list(request, snapshot, "tools", discovery_list(), list_lifetime_)
               : answer_list(request, snapshot, "tools", snapshot.tools->list_json(), list_lifetime_);
}

} // namespace sluice::mcp
