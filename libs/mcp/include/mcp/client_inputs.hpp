#pragma once

#include "catalog/inputs.hpp"
#include "crypto/cursor_sealer.hpp"
#include "mcp/answer.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

// A call may need input from the client (MCP 2026-07-28, "Multi Round-Trip Requests", SEP-2322). The server sends no
// request of its own: its answer asks for the input, and the client calls again with it. No replica remembers anything:
// the client carries what was asked and answered so far, sealed and bound to the call.

/// What the client of one call was asked for, and what it answered.
class Said {
public:
    /// Reads what a client of the modern era carries. `binding` names the call: server, account, tool and arguments.
    /// Errors: invalid_argument at `requestState` if this API did not seal it, or sealed it for another call.
    [[nodiscard]] static Result<Said> read(RpcRequest const& request, std::string binding,
                                           crypto::CursorSealer const& sealer);

    [[nodiscard]] bool was_asked(std::string_view key) const;
    /// The valid answers of earlier rounds, by key, in the form that templates read.
    [[nodiscard]] json::object const& input() const noexcept { return input_; }
    /// What the client answers in this round; null if it answers nothing for the key.
    [[nodiscard]] json::value const* response(std::string_view key) const;
    /// Whether the client's user declined what was asked under the key, or closed it without an answer.
    [[nodiscard]] bool has_declined(std::string_view key) const;
    /// Binds to a call from which nothing was read.
    void bind(std::string binding) { binding_ = "input|" + std::move(binding); }
    [[nodiscard]] bool is_bound() const noexcept { return !binding_.empty(); }
    void keep(std::string_view key, json::value input) { input_[key] = std::move(input); }

    /// The result that asks the client for `requests`.
    [[nodiscard]] std::string ask(RpcRequest const& request, ServerSnapshot const& snapshot, json::object requests,
                                  crypto::CursorSealer const& sealer) const;

private:
    std::string binding_;
    json::object input_;
    std::vector<std::string> asked_;
    json::object responses_;
};

/// Whether this client can show its user a page.
[[nodiscard]] bool can_show_page(RpcRequest const& request);
/// The parameters of the request that shows a page to the client's user (MCP 2025-11-25, "Elicitation", URL mode).
[[nodiscard]] json::object page_params(std::string_view url, std::string message);

/// The binding with which a session id of this MCP server is sealed.
[[nodiscard]] std::string session_binding(ServerSnapshot const& snapshot);
/// The session id for a legacy client whose handshake declares that it can show pages; empty for other clients.
[[nodiscard]] std::string session_of(RpcRequest const& initialize, ServerSnapshot const& snapshot,
                                     crypto::CursorSealer const& sealer);

/// The next step towards the input that a tool or prompt wants.
struct InputStep {
    enum class Kind {
        ready,    ///< `said` has all that the client can give.
        ask,      ///< `object` has the requests, by key.
        lacks,    ///< The client cannot be asked; `object` has the capabilities that it would need.
        declined, ///< The client's user declined; `message` says so.
    };
    Kind kind = Kind::ready;
    json::object object;
    std::string message;
};

/// Takes the client's answers into `said`. What is missing or not as asked for is asked for again. Errors:
/// invalid_argument if the definition's texts cannot be made from these arguments.
[[nodiscard]] Result<InputStep> next_step(catalog::Inputs const& wanted, RpcRequest const& request,
                                          json::object const& arguments, Said& said);

/// The answer that asks the client for the input that a tool or prompt wants; nothing once the input is complete.
std::optional<Answer> ask_client(RpcRequest const& request, ServerSnapshot const& snapshot,
                                 catalog::Inputs const& wanted, json::object const& arguments, Said& said,
                                 crypto::CursorSealer const& sealer);

} // namespace sluice::mcp
