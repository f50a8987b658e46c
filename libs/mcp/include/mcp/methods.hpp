#pragma once

#include "base/deadline.hpp"
#include "calllog/body_writer.hpp"
#include "calllog/recorder.hpp"
#include "crypto/cursor_sealer.hpp"
#include "limits/shard_limits.hpp"
#include "mcp/answer.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"
#include "safeguards/safe_writes.hpp"

#include <chrono>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace sluice::mcp {

class RpcMethod;

/// Where requests are logged. Both outlive what has them.
struct CallLogParts {
    calllog::Recorder& recorder;
    calllog::BodyWriter& bodies;
};

/// The JSON-RPC methods of both eras, by name. One per I/O thread.
class Methods {
public:
    /// All must outlive it. `list_lifetime` is how long clients may keep a list.
    Methods(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
            limits::ShardLimits& shard_limits, std::chrono::milliseconds list_lifetime, CallLogParts log,
            EndpointMetrics& metrics);
    ~Methods();

    /// Carries the request out and logs it. Every failure is an answer. `listener` is told of each page of a list that
    /// a tool gathers; may be null.
    Task<Answer> answer(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                        CallTrace& trace);

    /// The answer to a message that is no request; it is logged as well.
    Answer refuse(Refusal const& refusal, SnapshotPtr snapshot, CallTrace& trace);

private:
    Task<Answer> carry_out(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                           CallTrace& trace);

    CallLogParts const log_;
    EndpointMetrics& metrics_;
    std::unordered_map<std::string_view, std::unique_ptr<RpcMethod>> methods_;
};

} // namespace sluice::mcp
