#pragma once

#include "accounts/callable_accounts.hpp"
#include "calllog/call_trace.hpp"
#include "limits/tally.hpp"
#include "toolcalls/tool_calls.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::toolcalls {

/// A tool that is called by name, by a caller who may use every tool of an account: the holder of an API token, or of
/// the account's own token.
struct NamedCall {
    EnvironmentId environment;
    std::optional<IntegratedAccountId> account;
    std::string tenant_id; ///< Without `account`: the tenant whose only account with this tool is meant.
    std::string tool;
    json::object arguments;
    limits::Tally* tally = nullptr; ///< Counts the call for its account; may be null.
};

/// The tools of accounts, for callers without an MCP server. One per I/O thread.
class AccountTools {
public:
    /// All must outlive it.
    AccountTools(accounts::AccountRepository& rows, accounts::CallableAccounts& accounts, proxy::Caller& caller,
                 safeguards::SafeWrites& safe_writes, ToolSets& tool_sets);

    /// Calls a tool, as an MCP server that shows all tools of the account would. From the moment the tool is found,
    /// what a model can read and act upon is the end of the call: arguments that do not fit, a write on a sandbox
    /// account, an account that has to be connected again, a vendor that refuses or cannot be reached. The call then
    /// has an end whose `outcome` is that error. The tool and its account are noted in `trace`. `waiter` may be null.
    /// Errors: not_found for the account, for a tenant without accounts and for the tool; invalid_argument at
    /// `tenant_id` if several accounts have the tool; rate_limited (also by the account's limit);
    /// unavailable (also of a blocked account); internal.
    Task<Result<Done>> execute(NamedCall wanted, calllog::CallTrace& trace, http::Peer const* waiter,
                               Deadline deadline);

    /// The most accounts of a tenant among which one is looked for.
    static constexpr std::int64_t kMostAccounts = 32;
    /// The bound on the records of one answer; a list goes on with its cursor.
    static constexpr std::size_t kMostBytes = 16UL * 1024 * 1024;

private:
    Task<Result<accounts::CallableAccountPtr>> account_of(NamedCall const& wanted, Deadline deadline);
    Task<Result<accounts::CallableAccountPtr>> only_account(NamedCall const& wanted, Deadline deadline);
    ToolSetPtr tools_of(accounts::CallableAccount const& account);
    Grant grant_of(accounts::CallableAccountPtr account);

    accounts::AccountRepository& rows_;
    accounts::CallableAccounts& accounts_;
    ToolCalls calls_;
    ToolSets& tool_sets_;
    /// The tool sets that were asked for last. `ToolSets` does not keep what nobody uses, and locks.
    std::deque<ToolSetPtr> recent_;
};

} // namespace sluice::toolcalls
