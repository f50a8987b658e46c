#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "proxy/pages.hpp"
#include "safeguards/safe_writes.hpp"
#include "toolcalls/plan.hpp"
#include "toolcalls/served_accounts.hpp"
#include "toolcalls/tool_set.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::toolcalls {

/// The tools that a caller may call, and how its calls are guarded. A surface, such as MCP, makes the grant of its
/// caller. Immutable.
struct Grant {
    ServedPtr served;
    ToolSetPtr tools; ///< A filter over the tools of `served`.
    safeguards::Holder holder;
    std::vector<std::string> approval_tags; ///< Calls of tools with one of these wait for a person's approval.
    catalog::Vocabulary vocabulary = catalog::Vocabulary::second; ///< What the tags mean.
    std::chrono::seconds idempotency_window{}; ///< Within this time a write with the same arguments is made once.
    std::size_t max_bytes = SIZE_MAX;          ///< The bound on the records of a list; see `proxy::Gathering`.
};

/// A tool as a grant shows it.
struct FoundTool {
    tools::Tool const* tool = nullptr;
    std::string note; ///< Tells the caller if the tool has another name now.
};

/// A tool call whose tool and account are known.
struct ToolCall {
    tools::Tool const* tool = nullptr; ///< The tool as this account has it.
    accounts::CallableAccountPtr account;
    json::value arguments; ///< An object.
    std::string note;
};

/// The end of a tool call.
struct Done {
    enum class Kind {
        made,      ///< `outcome` is the vendor's answer, or the error.
        previewed, ///< A dry run: `preview` says what the call would do, or is the error.
        pending,   ///< Nothing was done yet: `pending` waits for a person's approval.
    };
    Kind kind = Kind::made;
    Result<proxy::Outcome> outcome;
    Result<json::object> preview;
    std::optional<safeguards::WriteCall> pending;
    std::string approval_url;     ///< Set if the call is pending and the grant gives out links.
    bool is_account_dead = false; ///< The account has to be connected again.
    std::string note;             ///< For the caller; mostly empty.
    std::string steps;            ///< Of a composed method: the methods that were called, for the log.
};

/// Calls a tool for any surface, which calls these functions in order: `find_tool`, `target_of`, `check`, `make`.
/// Between `check` and `make` a surface may ask its user for the input that `tool->method->inputs` names, and `fill` it
/// in. One per I/O thread.
class ToolCalls {
public:
    /// Both must outlive it.
    ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes);

    /// Takes the arguments of a call out of the member `arguments`. Null, an empty list and no such member mean none,
    /// and a text may write them as JSON. Nothing if they are no object.
    [[nodiscard]] static std::optional<json::object> arguments_in(json::object& from);
    /// Errors: not_found. Its text says which rule hides the tool, or which tools have a similar name.
    [[nodiscard]] static Result<FoundTool> find_tool(Grant const& grant, std::string_view name);
    /// The account that the call means, and the tool as that account has it. Errors: invalid_argument at the argument
    /// that names the account; not_found if the account has lost the tool.
    [[nodiscard]] static Result<ToolCall> target_of(Grant const& grant, FoundTool found, json::object arguments);
    /// Puts ids in place of names, removes arguments that count as absent, and checks the arguments by the tool's
    /// schema. Errors: invalid_argument with every mistake and its path in the arguments.
    [[nodiscard]] static Result<void> check(ToolCall& call);
    /// Puts the input of the surface's user into the arguments, and checks them. Only for a tool whose method has
    /// `inputs`. Errors: as of `check`.
    [[nodiscard]] static Result<void> fill(ToolCall& call, json::object const& input);

    /// Makes the call, or previews it, or asks for its approval. A read is cancelled if `requester.waiter` goes
    /// away; a write that was sent is finished. `listener` is told of each page of a list; it may be null. Errors are
    /// inside `Done`: those of `proxy::Caller::call` and of `safeguards::SafeWrites::make`.
    Task<Done> make(ToolCall const& call, Grant const& grant, proxy::PageListener* listener,
                    calllog::Requester requester, Deadline deadline);

private:
    Task<Result<Plan>> plan(ToolCall const& call, catalog::CallParts parts, calllog::Origin const* origin,
                            Deadline deadline);
    /// Writes the called methods of a composed tool into `steps`.
    Task<Result<proxy::Outcome>> plan_and_make(ToolCall const& call, catalog::CallParts parts,
                                               proxy::Gathering gathering, std::string& steps, Deadline deadline);
    Task<safeguards::SafeWrites::Made> make_safely(ToolCall const& call, Grant const& grant, catalog::CallParts parts,
                                                   safeguards::Safeguard safeguard, proxy::Gathering gathering,
                                                   std::string& steps, Deadline deadline);
    Task<Done> preview_of(ToolCall const& call, catalog::CallParts parts, calllog::Origin const* origin,
                          Deadline deadline);
    Task<Result<json::object>> view_of(ToolCall const& call, catalog::CallParts parts, std::optional<Plan> const& known,
                                       calllog::Origin const* origin, Deadline deadline);

    proxy::Caller& caller_;
    safeguards::SafeWrites& safe_writes_;
};

} // namespace sluice::toolcalls
