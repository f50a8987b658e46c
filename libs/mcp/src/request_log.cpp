#include "request_log.hpp"

#include "calllog/masking.hpp"
#include "proxy/call_recorder.hpp"

#include <utility>

namespace sluice::mcp {
namespace {

constexpr std::size_t kMostName = 60;

/// The account that a request is surely about: the only one that is served, or the one that was called.
accounts::CallableAccountPtr account_of(ServerSnapshot const& snapshot, CallTrace const& trace)
{
    for (auto const& group : snapshot.grant.served->groups())
        for (auto const& account : group.accounts)
            if (!snapshot.grant.served->is_of_tenant() || account->account.id.str() == trace.account)
                return account;
    return nullptr;
}

std::string clean(std::string_view body, accounts::CallableAccountPtr const& account)
{
    if (account)
        return proxy::clean_body(body, *account);
    return calllog::redacted_body(std::string(body.substr(0, calllog::BodyWriter::kMostBytes)), {});
}

std::string_view text_of(json::object const& object, std::string_view key)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string_view(*text).substr(0, kMostName) : std::string_view{};
}

} // namespace

void name_client(json::object const& info, calllog::Origin& origin)
{
    origin.client_name = calllog::masked_name(text_of(info, "name"));
    origin.client_version = calllog::masked_name(text_of(info, "version"));
}

RequestLog::RequestLog(calllog::Recorder& recorder, calllog::BodyWriter& bodies, SnapshotPtr snapshot, CallTrace& trace,
                       json::object const& params)
    : recorder_(recorder)
    , bodies_(bodies)
    , snapshot_(std::move(snapshot))
    , trace_(trace)
{
    auto& origin = trace_.origin;
    // What the message before left, in a batch.
    origin.tool.clear();
    trace_.steps.clear();
    vendor_time_before_ = std::exchange(trace_.vendor_time, {});
    if (snapshot_->grant.served->is_of_tenant())
        trace_.account.clear();
    if (!origin.span.empty())
        origin.span = origin.span.sibling();
    origin.type = calllog::RequestType::tool;
    origin.server = snapshot_->server.id;
    origin.server_name = snapshot_->server.name;
    auto const& accounts = snapshot_->grant.served->groups();
    if (!accounts.empty() && !accounts.front().accounts.empty())
        kept_ = accounts.front().accounts.front()->log_bodies_for;
    if (kept_.count() > 0)
        params_ = json::to_text(params).substr(0, calllog::BodyWriter::kMostBytes);
    auto const* meta = json::object_at(params, "_meta");
    if (meta == nullptr)
        return;
    if (auto const* info = json::object_at(*meta, "io.modelcontextprotocol/clientInfo"))
        name_client(*info, origin);
    // As proposed for MCP: trace context in `_meta` under the names of W3C Trace Context.
    if (auto const* parent = json::string_at(*meta, "traceparent"))
        if (auto const span = telemetry::TraceContext::below(*parent))
            origin.span = *span;
}

void RequestLog::write(Answer const& answer)
{
    auto const account = account_of(*snapshot_, trace_);
    auto const elapsed = std::chrono::steady_clock::now() - started_;
    calllog::Ended const call{
        .type = calllog::LogType::mcp,
        .environment = snapshot_->server.environment,
        .origin = trace_.origin,
        .account = account ? account->account.id : IntegratedAccountId{},
        .tenant_id = account ? std::string_view(account->account.tenant_id) : std::string_view{},
        .integration = account ? std::string_view(account->account.integration_name) : std::string_view{},
        .mcp_method = trace_.method,
        .status = answer.status,
        .duration = std::chrono::duration_cast<std::chrono::microseconds>(elapsed),
        .fetch_time = trace_.vendor_time,
        .error = answer.error,
        .span = trace_.origin.span,
        .fault = answer.fault,
    };
    auto const entry = recorder_.record(call);
    trace_.vendor_time += vendor_time_before_;
    if (kept_.count() > 0)
        bodies_.add({call.environment, entry, clean(params_, account), clean(answer.body, account), kept_});
}

} // namespace sluice::mcp
