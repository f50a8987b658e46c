#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "http_api/headers.hpp"
#include "http_api/message.hpp"
#include "mcp_protocol/revision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::mcp {

/// JSON-RPC 2.0 section 5.1 and MCP 2026-07-28, "Error codes".
enum class RpcCode : int {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    resource_not_found = -32002,       ///< Legacy.
    server_error = -32000,             ///< Legacy: unsupported version in a header; refusals by Sluice.
    url_elicitation_required = -32042, ///< 2025-11-25: the client's user must visit a page first.
    header_mismatch = -32020,          ///< Modern: a required header is missing or contradicts the body.
    missing_capability = -32021,       ///< Modern: the call needs a capability that the client has not declared.
    unsupported_version = -32022       ///< Modern.
};

/// A JSON-RPC request to answer.
struct RpcRequest {
    Era era = Era::legacy;
    std::string id; ///< JSON, which the answer repeats exactly.
    std::string method;
    json::object params;
    /// The parts of `params` that could not be read exactly (`json::Reading`); paths begin below `params`.
    std::vector<FieldFailure> flaws;
    /// Headers `Mcp-Param-*` of a modern request: the rest of the name in lower case, and the value as received.
    std::vector<std::pair<std::string, std::string>> param_headers;
    /// Whether a legacy client said in its handshake that it can show pages to its user.
    bool shows_pages = false;
    /// The API token that the client sent as the second factor, if the server wants one.
    std::optional<ApiTokenId> factor = {};
    http::Peer const* peer = nullptr; ///< Who waits for the answer; null where that is not known.
};

/// A refusal decided before any method runs.
struct Refusal {
    int http_status = 400;
    RpcCode code = RpcCode::invalid_request;
    std::string id = "null"; ///< As JSON.
    std::string message;
    json::value data;
};

/// A notification, or an answer to a request that Sluice never makes: it is accepted and ignored.
struct Dropped {};

/// `notifications/cancelled`: the client does not want the answer to a request of its own any more.
struct Cancelled {
    std::string id; ///< Of the request, as JSON.
};

using Single = std::variant<RpcRequest, Refusal, Dropped, Cancelled>;

/// Whether nothing is answered to the message.
[[nodiscard]] inline bool is_unanswered(Single const& message)
{
    return std::holds_alternative<Dropped>(message) || std::holds_alternative<Cancelled>(message);
}

/// The content of a POST: one message, or a legacy batch.
struct Classified {
    bool is_batch = false;
    std::vector<Single> messages; ///< Exactly one, unless it is a batch.
};

/// Reads a POST and decides its era. The body decides; headers must agree. Mistakes are `Refusal`s. Pure.
[[nodiscard]] Classified classify(std::string_view body, http::Headers const& headers);

/// The value of `Mcp-Name` or `Mcp-Param-*`: `=?base64?…?=` decoded, else as it is. Absent if malformed or not ASCII.
[[nodiscard]] std::optional<std::string> decode_header_value(std::string_view value);

} // namespace sluice::mcp
