#include "mcp/methods.hpp"

#include "calllog/masking.hpp"
#include "mcp_protocol/encode.hpp"
#include "methods/call_tool.hpp"
#include "methods/handshake.hpp"
#include "methods/list_tools.hpp"
#include "methods/prompts.hpp"
#include "methods/resources.hpp"
#include "request_log.hpp"

#include <fmt/format.h>

namespace sluice::mcp {

Answer refuse_params(RpcRequest const& request, std::string_view message)
{
    Answer answer{200, encode_error(request.id, RpcCode::invalid_params, message), {}};
    answer.error = calllog::masked(message);
    return answer;
}

Methods::Methods(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
                 limits::ShardLimits& shard_limits, std::chrono::milliseconds list_lifetime, CallLogParts log,
                 EndpointMetrics& metrics)
    : log_(log)
    , metrics_(metrics)
{
    methods_["initialize"] = std::make_unique<Initialize>(sealer);
    methods_["ping"] = std::make_unique<Ping>();
    methods_["server/discover"] = std::make_unique<Discover>(list_lifetime);
    methods_["tools/list"] = std::make_unique<ListTools>(list_lifetime);
    methods_["tools/call"] = std::make_unique<CallTool>(caller, safe_writes, sealer, shard_limits, metrics);
    methods_["resources/list"] = std::make_unique<ListResources>(ListResources::Of::resources, list_lifetime);
    methods_["resources/templates/list"] = std::make_unique<ListResources>(ListResources::Of::templates, list_lifetime);
    methods_["resources/read"] = std::make_unique<ReadResource>(caller, list_lifetime);
    methods_["prompts/list"] = std::make_unique<ListPrompts>(list_lifetime);
    methods_["prompts/get"] = std::make_unique<GetPrompt>(sealer);
    methods_["completion/complete"] = std::make_unique<Complete>();
}

Methods::~Methods() = default;

Task<Answer> Methods::answer(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                             CallTrace& trace)
{
    (request.era == Era::modern ? metrics_.modern_requests : metrics_.legacy_requests).add();
    // Another text than the name of a method may be anything.
    bool const is_known = methods_.contains(request.method);
    trace.method = is_known ? request.method : calllog::masked_name(request.method.substr(0, 64));
    RequestLog log(log_.recorder, log_.bodies, snapshot, trace, request.params);
    auto answer = co_await carry_out(std::move(request), std::move(snapshot), deadline, listener, trace);
    log.write(answer);
    co_return answer;
}

Answer Methods::refuse(Refusal const& refusal, SnapshotPtr snapshot, CallTrace& trace)
{
    metrics_.refused.add();
    RequestLog log(log_.recorder, log_.bodies, std::move(snapshot), trace, {});
    Answer answer{refusal.http_status, encode_error(refusal.id, refusal.code, refusal.message, refusal.data), {}};
    answer.error = calllog::masked(refusal.message);
    log.write(answer);
    return answer;
}

Task<Answer> Methods::carry_out(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                proxy::PageListener* listener, CallTrace& trace)
{
    // `tools/call` reports flaws of the arguments itself, as a tool error.
    if (!request.flaws.empty() && request.method != "tools/call")
        co_return refuse_params(request, "params." + Error{std::move(request.flaws)}.public_detail());
    auto const method = methods_.find(request.method);
    if (method != methods_.end() && method->second->is_offered(request, *snapshot))
        co_return co_await method->second->answer({std::move(request), std::move(snapshot), deadline, listener, trace});
    bool const is_modern = request.era == Era::modern;
    // Legacy clients take a 404 for a lost session, so they get the error with a 200.
    auto const message = fmt::format("The method {} is not offered here.", request.method.substr(0, 64));
    Answer answer{is_modern ? 404 : 200, encode_error(request.id, RpcCode::method_not_found, message), {}};
    answer.error = calllog::masked(message);
    co_return answer;
}

} // namespace sluice::mcp
