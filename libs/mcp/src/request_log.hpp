#pragma once

#include "calllog/body_writer.hpp"
#include "calllog/recorder.hpp"
#include "mcp/answer.hpp"
#include "mcp/servers.hpp"

#include <chrono>
#include <string>

namespace sluice::mcp {

/// A JSON-RPC request while it is answered, and then its entry in the call log.
class RequestLog {
public:
    /// All must outlive it. Notes in the trace where the request comes from. `params` is copied only if the account's
    /// environment keeps bodies.
    RequestLog(calllog::Recorder& recorder, calllog::BodyWriter& bodies, SnapshotPtr snapshot, CallTrace& trace,
               json::object const& params);

    void write(Answer const& answer);

private:
    calllog::Recorder& recorder_;
    calllog::BodyWriter& bodies_;
    SnapshotPtr const snapshot_;
    CallTrace& trace_;
    std::chrono::steady_clock::time_point const started_ = std::chrono::steady_clock::now();
    std::chrono::microseconds vendor_time_before_{}; ///< Of the messages before, in a batch.
    std::chrono::hours kept_{};
    std::string params_;
};

/// Takes the name and version of an MCP client from `{name, version}`.
void name_client(json::object const& info, calllog::Origin& origin);

} // namespace sluice::mcp
