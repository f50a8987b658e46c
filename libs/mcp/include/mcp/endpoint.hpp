#pragma once

#include "http_api/message.hpp"
#include "http_api/place.hpp"
#include "mcp/client_inputs.hpp"
#include "mcp/servers.hpp"
#include "mcp/streams.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"
#include "runtime/task_group.hpp"
#include "safeguards/safe_writes.hpp"
#include "telemetry/metrics.hpp"
#include "tenancy/api_tokens.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::mcp {

struct EndpointConfig {
    /// Values of `Origin` that browsers may call from; requests without the field always may.
    std::vector<std::string> allowed_origins;
    /// For everything a call does; below the 60 s after which clients give up.
    std::chrono::milliseconds call_limit{50'000};
    /// How long clients may keep a tool list.
    std::chrono::milliseconds list_lifetime{300'000};
};

struct EndpointMetrics {
    explicit EndpointMetrics(telemetry::Registry& registry);
    telemetry::Counter& legacy_requests;
    telemetry::Counter& modern_requests;
    telemetry::Counter& refused;
    telemetry::Counter& tool_calls;
    telemetry::Counter& tool_errors;
};

/// What a request turned out to be, for the access log and `server-timing`.
struct CallTrace {
    std::string environment;
    std::string account;
    std::string integration;
    std::string method;
    std::string tool;
    std::string client;
    std::chrono::microseconds vendor_time{};
    bool is_vendors_fault = false; ///< What went wrong did so at the vendor, or on the way to it.

    /// Takes note whose call it is.
    void of(accounts::CallableAccount const& connected);
};

/// Which of an MCP server's URLs a request came to.
enum class Door {
    streamable, ///< `/mcp/<token>`
    stream,     ///< `/mcp/<token>/sse`, the stream of MCP 2024-11-05.
    messages,   ///< `/mcp/<token>/messages`, what belongs to such a stream.
};

/// Answers at `/mcp/<token>` (MCP 2025-03-26 … 2026-07-28, Streamable HTTP, without sessions), and at `/sse` and
/// `/messages` below it (MCP 2024-11-05, HTTP+SSE). One per I/O thread.
class Endpoint {
public:
    static constexpr std::size_t kBodyLimit = 4 * 1024 * 1024;

    /// All must outlive the endpoint.
    Endpoint(EndpointConfig const& config, Servers& servers, tenancy::ApiTokens& api_tokens, proxy::Caller& caller,
             safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer, Streams& streams,
             TaskGroup& background, EndpointMetrics& metrics);

    /// Whether a request at the URL may bring a body: its token is known, and so is the second factor if the server
    /// wants one. The answer to it if it may not, or whose it is. `place` is taken for it, as for `handle`.
    Task<std::variant<http::Response, EnvironmentId>> admit(http::Request const& head, std::string_view token,
                                                            http::Place& place, CallTrace& trace);
    /// Answers any request at the URL, whatever its HTTP method. `place` is taken for the server's environment; what
    /// goes on after the answer has begun takes it along.
    Task<http::Response> handle(http::Request const& request, std::string_view token, Door door, http::Place& place,
                                CallTrace& trace);

private:
    struct Answer {
        int status = 200;
        std::string body;
        ratelimit::Limits limits;
        std::string session = {};        ///< The `Mcp-Session-Id` to give; mostly empty.
        std::shared_ptr<void> held = {}; ///< As of a `Response`.
    };

    /// The server at the URL, with a place for the request.
    Task<Result<SnapshotPtr>> find_server(std::string_view token, http::Place& place, Deadline deadline);
    /// What a session id of ours says, and it is all that one is for: the client declared in its handshake that it can
    /// show its user pages (MCP 2025-11-25, "URL mode"). One that does not open is as good as none.
    [[nodiscard]] bool declared_pages(http::Request const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] bool is_allowed_origin(http::Request const& request) const;
    void add_cors(http::Request const& request, http::Response& response) const;
    Task<Result<void>> check_second_factor(http::Request const& request, McpServer const& server, Deadline deadline);
    /// The refusal of a request without the second factor that the server asks for; nothing if it is in order.
    Task<std::optional<http::Response>> refuse_without_factor(http::Request const& request,
                                                              ServerSnapshot const& snapshot, Deadline deadline);
    Task<http::Response> open_stream(http::Request const& request, std::string_view token, SnapshotPtr snapshot,
                                     Deadline deadline, http::Place const& place);
    Task<http::Response> accept_message(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                        http::Place& place, CallTrace& trace);
    Task<void> answer_on_stream(Uuid stream, Classified classified, SnapshotPtr snapshot, Deadline deadline,
                                http::Place place);
    Task<http::Response> answer_post(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                     http::Place& place, CallTrace& trace);
    Task<http::Response> answer_batch(std::vector<Single> messages, SnapshotPtr snapshot, Deadline deadline,
                                      http::Place const& place, CallTrace& trace);
    /// Answers a message of a batch whose answers have so many bytes already. Beyond a bound the message is not carried
    /// out.
    Task<Answer> answer_next(Single message, std::size_t so_far, SnapshotPtr snapshot, Deadline deadline,
                             http::Place const& place, CallTrace& trace);
    Task<Answer> answer_single(Single message, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);
    Task<Answer> dispatch(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);
    /// On servers that show their tools on request: the answer of the tools that find tools; or, for a call of
    /// `call_tool`, nothing, with the name and arguments of the tool it means in place.
    [[nodiscard]] std::optional<Answer> discover_tools(RpcRequest& request, ServerSnapshot const& snapshot,
                                                       std::string& name, json::value& arguments) const;
    /// A call of a tool, as far as it is known.
    struct ToolCall {
        tools::Tool const* tool = nullptr; ///< As the server shows it, then as the account has it.
        accounts::CallableAccountPtr account;
        json::value arguments; ///< An object.
        std::string note;      ///< For the model, if the tool has another name now.
    };
    /// The tool and the arguments that a request names, or the answer if it names none.
    std::optional<Answer> find_tool(RpcRequest& request, ServerSnapshot const& snapshot, ToolCall& call) const;
    /// Names become ids; what is wrong with the arguments.
    [[nodiscard]] static std::vector<FieldFailure> check_arguments(ToolCall& call);
    /// The answer that asks the client for what a tool or prompt wants of it; nothing once that is there.
    std::optional<Answer> ask_client(RpcRequest const& request, ServerSnapshot const& snapshot,
                                     catalog::Inputs const& wanted, json::object const& arguments, Said& said) const;
    /// The answer that has the client show its user a page; nothing if it cannot, or was asked already.
    std::optional<Answer> ask_page(std::string_view key, std::string_view url, std::string message,
                                   ToolCall const& call, Said said, RpcRequest const& request,
                                   ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer answer_pending(safeguards::SafeWrites::Made const& made, ToolCall const& call, Said said,
                                        RpcRequest const& request, ServerSnapshot const& snapshot) const;
    /// The call itself, or what it would do.
    Task<Answer> perform(ToolCall call, Said said, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                         proxy::PageListener* listener, CallTrace& trace);
    /// `listener` hears of each page of a list; may be null.
    Task<Answer> call_tool(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                           CallTrace& trace);
    /// The call as a stream of progress notifications that ends with the answer.
    [[nodiscard]] http::Response stream_call(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                             http::Place place);
    /// `waiting` counts the answer until it is written; may be null.
    Task<void> write_call(http::BodySink& sink, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                          std::unique_ptr<http::ByteBudget::Hold> waiting);
    /// Resources and prompts; nothing if it is none of their methods, or the integration has none.
    Task<std::optional<Answer>> dispatch_offers(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline,
                                                CallTrace& trace);
    [[nodiscard]] Answer initialize(RpcRequest const& request, ServerSnapshot const& snapshot, CallTrace& trace) const;
    [[nodiscard]] Answer discover(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer list_resources(RpcRequest const& request, ServerSnapshot const& snapshot,
                                        bool templates) const;
    [[nodiscard]] Answer list_prompts(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer get_prompt(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    /// Suggests values of a prompt's argument (MCP, "Completion").
    [[nodiscard]] Answer complete(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    Task<Answer> read_resource(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);
    /// The members of a list, or the error that a cursor of somebody else's deserves.
    [[nodiscard]] Answer answer_list(RpcRequest const& request, ServerSnapshot const& snapshot, std::string_view name,
                                     std::string_view array) const;
    /// The hints of cacheable results (MCP 2026-07-28, "Caching"); nothing for legacy clients.
    [[nodiscard]] std::string cache_hints(RpcRequest const& request) const;

    EndpointConfig const& config_;
    Servers& servers_;
    tenancy::ApiTokens& api_tokens_;
    proxy::Caller& caller_;
    safeguards::SafeWrites& safe_writes_;
    crypto::CursorSealer const& sealer_;
    Streams& streams_;
    TaskGroup& background_;
    EndpointMetrics& metrics_;
};

} // namespace sluice::mcp
