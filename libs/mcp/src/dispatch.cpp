#include "encode_outcome.hpp"
#include "mcp/client_inputs.hpp"
#include "mcp/discovery.hpp"
#include "mcp/endpoint.hpp"

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

Task<Endpoint::Answer> Endpoint::dispatch(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace)
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
    if (auto offered = co_await dispatch_offers(request, snapshot, deadline, trace))
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

Endpoint::Answer Endpoint::initialize(RpcRequest const& request, ServerSnapshot const& snapshot, CallTrace& trace) const
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

Endpoint::Answer Endpoint::discover(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    return {200,
            encode_result(request, snapshot,
                          fmt::format(R"("supportedVersions":{},"capabilities":{},"instructions":{}{})",
                                      boost::json::serialize(all_revisions()), snapshot.capabilities,
                                      quoted(snapshot.instructions), cache_hints(request))),
            {}};
}

std::string Endpoint::cache_hints(RpcRequest const& request) const
{
    return request.era == Era::modern
               ? fmt::format(R"(,"ttlMs":{},"cacheScope":"private")", config_.list_lifetime.count())
               : std::string();
}

Endpoint::Answer Endpoint::answer_list(RpcRequest const& request, ServerSnapshot const& snapshot, std::string_view name,
                                       std::string_view array) const
{
    // Everything is on one page (many clients read no other), so no cursor of ours exists.
    auto const* cursor = request.params.if_contains("cursor");
    if (cursor != nullptr && !cursor->is_null())
        return {200,
                encode_error(request.id, RpcCode::invalid_params,
                             fmt::format("params.cursor is not one of ours: all {} are on one page.", name)),
                {}};
    std::string members;
    members.reserve(array.size() + 96);
    members.append("\"").append(name).append("\":").append(array).append(cache_hints(request));
    return {200, encode_result(request, snapshot, members), {}};
}

Endpoint::Answer Endpoint::list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    bool const is_discovery = snapshot.server.config.exposure == Exposure::discovery;
    return is_discovery ? answer_list(request, snapshot, "tools", discovery_list())
                        : answer_list(request, snapshot, "tools", snapshot.tools->list_json());
}

} // namespace sluice::mcp
