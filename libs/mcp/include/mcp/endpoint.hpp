#pragma once

#include "http_api/message.hpp"
#include "http_api/place.hpp"
#include "limits/shard_limits.hpp"
#include "mcp/methods.hpp"
#include "mcp/running_calls.hpp"
#include "mcp/servers.hpp"
#include "mcp/streams.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "runtime/task_group.hpp"
#include "safeguards/safe_writes.hpp"
#include "tenancy/api_tokens.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::mcp {

struct EndpointConfig {
    /// Values of `Origin` that may call. A request without that header always may.
    std::vector<std::string> allowed_origins;
    /// The time for a whole call. Less than the 60 s after which clients give up.
    std::chrono::milliseconds call_limit{50'000};
    /// How long clients may keep a tool list.
    std::chrono::milliseconds list_lifetime{300'000};
};

/// Which of an MCP server's URLs a request came to.
enum class Door {
    streamable, ///< `/mcp/<token>`
    stream,     ///< `/mcp/<token>/sse`, the stream of MCP 2024-11-05.
    messages,   ///< `/mcp/<token>/messages`, which takes the client's messages for such a stream.
};

/// Answers at `/mcp/<token>` (MCP 2025-03-26 … 2026-07-28, Streamable HTTP, without sessions), and at `/sse` and
/// `/messages` below it (MCP 2024-11-05, HTTP+SSE). One per I/O thread.
class Endpoint {
public:
    static constexpr std::size_t kBodyLimit = 4 * 1024 * 1024;

    /// All must outlive the endpoint.
    Endpoint(EndpointConfig const& config, Servers& servers, tenancy::ApiTokens& api_tokens, proxy::Caller& caller,
             safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer, Streams& streams,
             RunningCalls& running, TaskGroup& background, limits::ShardLimits& shard_limits, CallLogParts log,
             EndpointMetrics& metrics);

    /// Decides before the body is read: the token must be known, and so must the second factor where the server wants
    /// one. Gives the answer that refuses the request, or the environment that the request belongs to. Takes `place`
    /// for that environment, as `handle` does.
    Task<std::variant<http::Response, EnvironmentId>> admit(http::Request const& head, std::string_view token,
                                                            http::Place& place, CallTrace& trace);
    /// Answers any request at the URL, whatever its HTTP method; every failure is an HTTP answer. `place` is taken for
    /// the server's environment. A stream keeps the place until the stream ends.
    Task<http::Response> handle(http::Request const& request, std::string_view token, Door door, http::Place& place,
                                CallTrace& trace);

private:
    /// The server at the URL, with a place for the request, where no wait is needed: the token is cached or mistyped.
    /// Otherwise nothing.
    [[nodiscard]] std::optional<Result<SnapshotPtr>> find_warm(std::string_view token, http::Place& place) const;
    Task<Result<SnapshotPtr>> find_cold(http::Request const& request, std::string_view token, http::Place& place,
                                        Deadline deadline);
    /// Whether the client declared in its handshake that it can show pages to its user (MCP 2025-11-25, "URL mode").
    /// The session id says so, and nothing else. A session id that cannot be opened counts as none.
    [[nodiscard]] bool declared_pages(http::Request const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] bool is_allowed_origin(http::Request const& request) const;
    void add_cors(http::Request const& request, http::Response& response) const;
    Task<Result<ApiTokenId>> check_second_factor(http::Request const& request, McpServer const& server,
                                                 Deadline deadline);
    /// The refusal of a request that lacks the second factor; nothing if the request may go on. Notes the
    /// token that was sent as the factor.
    Task<std::optional<http::Response>> refuse_without_factor(http::Request const& request,
                                                              ServerSnapshot const& snapshot, Deadline deadline,
                                                              std::optional<ApiTokenId>& factor);
    Task<http::Response> open_stream(http::Request const& request, std::string_view token, SnapshotPtr snapshot,
                                     Deadline deadline, http::Place const& place);
    Task<http::Response> accept_message(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                        std::optional<ApiTokenId> factor, http::Place& place, CallTrace& trace);
    Task<void> answer_on_stream(Uuid stream, Classified classified, SnapshotPtr snapshot, Deadline deadline,
                                http::Place place, CallTrace trace);
    Task<http::Response> answer_post(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                     std::optional<ApiTokenId> factor, http::Place& place, CallTrace& trace);
    /// Where the account of a call stands with our own limit before the call; nothing known of a tenant's server.
    [[nodiscard]] ratelimit::Limits limits_before(ServerSnapshot const& snapshot);
    Task<http::Response> answer_batch(std::vector<Single> messages, SnapshotPtr snapshot, Deadline deadline,
                                      http::Place const& place, CallTrace& trace);
    /// Answers one message of a batch. `so_far` is the size of the batch's answers in bytes. Beyond a bound the message
    /// is refused and not carried out.
    Task<Answer> answer_next(Single message, std::size_t so_far, SnapshotPtr snapshot, Deadline deadline,
                             http::Place const& place, CallTrace& trace);
    Task<Answer> answer_single(Single message, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);
    /// Answers a call with a stream: progress notifications, then the result.
    [[nodiscard]] http::Response stream_call(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                             http::Place place, std::string name, CallTrace trace);
    /// `waiting` counts the answer until it is written; may be null. `name` is that by which it may be cancelled.
    Task<void> write_call(http::BodySink& sink, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                          std::unique_ptr<http::ByteBudget::Hold> waiting, std::string name, CallTrace trace);
    EndpointConfig const& config_;
    Servers& servers_;
    tenancy::ApiTokens& api_tokens_;
    crypto::CursorSealer const& sealer_;
    Streams& streams_;
    RunningCalls& running_;
    TaskGroup& background_;
    limits::ShardLimits& shard_limits_;
    EndpointMetrics& metrics_;
    Methods methods_;
};

} // namespace sluice::mcp
