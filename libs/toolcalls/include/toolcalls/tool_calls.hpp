#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "proxy/pages.hpp"
#include "safeguards/safe_writes.hpp"
#include "toolcalls/served_accounts.hpp"
#include "toolcalls/tool_set.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::toolcalls {

/// What a caller may call, and how its calls are guarded. A surface makes it of what it knows its caller by; immutable.
struct Grant {
    ServedPtr served;
    ToolSetPtr tools; ///< Over the tools of `served`.
    safeguards::Holder holder;
    std::vector<std::string> approval_tags;    ///< Calls of tools with one of these wait for a person's approval.
    std::chrono::seconds idempotency_window{}; ///< Within which a write with the same arguments is made once.
    std::size_t max_bytes = SIZE_MAX;          ///< Of the records of a list; see `proxy::Gathering`.
};

/// A tool as a grant shows it.
struct FoundTool {
    tools::Tool const* tool = nullptr;
    std::string note; ///< For the caller, if the tool has another name now.
};

/// A call on its way: its tool and account are known.
struct ToolCall {
    tools::Tool const* tool = nullptr; ///< As the account has it.
    accounts::CallableAccountPtr account;
    json::value arguments; ///< An object.
    std::string note;
};

/// What came of a call.
struct Done {
    enum class Kind {
        made,      ///< `outcome` is the vendor's answer, or why there is none.
        previewed, ///< A dry run: `preview` says what the call would do.
        pending,   ///< Nothing was done yet: `pending` waits for a person's approval.
    };
    Kind kind = Kind::made;
    Result<proxy::Outcome> outcome;
    Result<json::object> preview;
    std::optional<safeguards::WriteCall> pending;
    std::string approval_url;     ///< Of a pending one, where the grant hands links out.
    bool is_account_dead = false; ///< The account has to be connected again.
    std::string note;             ///< For the caller; mostly empty.
};

/// Calls a tool for any surface. In this order: `find_tool`, `target_of`, `check`, `make`. Between `check` and `make` a
/// surface may ask its user for what `tool->method->inputs` want, and `fill` it in. One per I/O thread.
class ToolCalls {
public:
    /// Both must outlive it.
    ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes);

    /// Errors: not_found with a sentence that says which rule removed the tool, or which tools have a name like it.
    [[nodiscard]] static Result<FoundTool> find_tool(Grant const& grant, std::string_view name);
    /// The account that is meant, and the tool as that account has it. Errors: invalid_argument at the argument that
    /// says which account.
    [[nodiscard]] static Result<ToolCall> target_of(Grant const& grant, FoundTool found, json::object arguments);
    /// Puts ids in place of names, drops what counts as absent, and checks the arguments by the tool's schema. Errors:
    /// invalid_argument for every mistake, with its path in the arguments.
    [[nodiscard]] static Result<void> check(ToolCall& call);
    /// Puts what a surface's user was asked for into the arguments, and checks them. Only for a tool whose method has
    /// `inputs`. Errors: as `check`.
    [[nodiscard]] static Result<void> fill(ToolCall& call, json::object const& input);

    /// Makes the call, or says what it would do, or asks for its approval. A read ends if `waiter` goes away;
    /// `listener` hears of each page of a list. Either may be null. Errors are in `Done`; those of
    /// `proxy::Caller::call` and of `safeguards::SafeWrites::make`.
    Task<Done> make(ToolCall const& call, Grant const& grant, proxy::PageListener* listener, http::Peer const* waiter,
                    Deadline deadline);

private:
    proxy::Caller& caller_;
    safeguards::SafeWrites& safe_writes_;
};

} // namespace sluice::toolcalls
