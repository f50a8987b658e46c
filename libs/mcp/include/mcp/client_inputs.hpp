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

// What is asked of a client in the middle of a call (MCP 2026-07-28, "Multi Round-Trip Requests", SEP-2322): the answer
// is an input request instead of a request of ours, and the client calls again with what it was asked for. No replica
// remembers anything: what was asked and answered so far travels with the client, sealed and bound to the call.

/// What was asked for one call, and what came back.
class Said {
public:
    /// `binding` names the call: server, account, tool and arguments. Legacy clients have said nothing.
    /// Errors: invalid_argument at `requestState` if it is not one of ours, or of another call.
    [[nodiscard]] static Result<Said> read(RpcRequest const& request, std::string binding,
                                           crypto::CursorSealer const& sealer);

    [[nodiscard]] bool was_asked(std::string_view key) const;
    /// Answers of earlier rounds that were in order, by key, as templates read them.
    [[nodiscard]] json::object const& input() const noexcept { return input_; }
    /// What the client answers now; null if nothing.
    [[nodiscard]] json::value const* response(std::string_view key) const;
    /// Said of this call; for one of which nothing was read.
    void bind(std::string binding) { binding_ = "input|" + std::move(binding); }
    [[nodiscard]] bool is_bound() const noexcept { return !binding_.empty(); }
    void keep(std::string_view key, json::value input) { input_[key] = std::move(input); }

    /// The result that asks for `requests`.
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
/// What shows the client's user a page (MCP 2025-11-25, "Elicitation", URL mode).
[[nodiscard]] json::object page_params(std::string_view url, std::string message);

/// What a session id is sealed for.
[[nodiscard]] std::string session_binding(ServerSnapshot const& snapshot);
/// A session id for a legacy client that declares in its handshake that it can show pages; empty for others.
[[nodiscard]] std::string session_of(RpcRequest const& initialize, ServerSnapshot const& snapshot,
                                     crypto::CursorSealer const& sealer);

/// What comes next of the input that a tool or prompt wants.
struct InputStep {
    enum class Kind {
        ready,    ///< All that can be had is in `said`.
        ask,      ///< `object` are the requests, by key.
        lacks,    ///< The client cannot be asked; `object` are the capabilities it takes.
        declined, ///< Its user does not want to; `message` says so.
    };
    Kind kind = Kind::ready;
    json::object object;
    std::string message;
};

/// Takes what was answered into `said`. Answers that are none, or not what was asked for, are asked for again.
/// Errors: invalid_argument if the definition's texts cannot be made of these arguments.
[[nodiscard]] Result<InputStep> next_step(catalog::Inputs const& wanted, RpcRequest const& request,
                                          json::object const& arguments, Said& said);

/// The answer that asks the client for what a tool or prompt wants of it; nothing once that is there.
std::optional<Answer> ask_client(RpcRequest const& request, ServerSnapshot const& snapshot,
                                 catalog::Inputs const& wanted, json::object const& arguments, Said& said,
                                 crypto::CursorSealer const& sealer);

} // namespace sluice::mcp
