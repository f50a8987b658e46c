#include "toolcalls/account_tools.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::toolcalls {
namespace {

/// The time to find an account that is not cached. A call waits while the database is slow.
constexpr std::chrono::seconds kFindLimit{5};
constexpr std::size_t kRecentSets = 64;

/// `ia_… (gorgias), ia_… (zendesk)`
std::string listing(std::vector<accounts::CallableAccountPtr> const& accounts)
{
    std::vector<std::string> names;
    for (auto const& account : accounts)
        names.push_back(fmt::format("{} ({})", account->account.id.str(), account->account.integration_name));
    return fmt::format("{}", fmt::join(names, ", "));
}

bool has_tool(accounts::CallableAccount const& account, std::string_view name)
{
    return account.tools->find(name) < account.tools->size();
}

/// Whether an error says that the call was not taken, so that no model has to read it.
bool is_not_taken(Error const& error)
{
    constexpr std::array kCodes{ErrorCode::rate_limited, ErrorCode::unavailable, ErrorCode::internal};
    return std::ranges::find(kCodes, error.code()) != kCodes.end();
}

/// Here nobody can be asked for the input that a tool wants.
Result<void> fill_without_asking(ToolCall& call)
{
    for (auto const& round : call.tool->method->inputs->rounds)
        if (!std::ranges::all_of(round, &catalog::InputRequest::is_optional))
            return Error{ErrorCode::not_allowed,
                         "This tool asks its user for input during the call, so only an MCP client can call it."};
    return ToolCalls::fill(call, {});
}

Done refused(Error error)
{
    Done done;
    done.outcome = std::move(error);
    return done;
}

} // namespace

AccountTools::AccountTools(accounts::AccountRepository& rows, accounts::CallableAccounts& accounts,
                           proxy::Caller& caller, safeguards::SafeWrites& safe_writes, ToolSets& tool_sets)
    : rows_(rows)
    , accounts_(accounts)
    , calls_(caller, safe_writes)
    , tool_sets_(tool_sets)
{
}

Task<Result<Done>> AccountTools::execute(NamedCall wanted, calllog::CallTrace& trace, http::Peer const* waiter,
                                         Deadline deadline)
{
    auto account = co_await account_of(wanted, deadline.at_most(kFindLimit));
    if (!account)
        co_return account.error();
    trace.of((*account)->account.id, (*account)->account.integration_name);
    auto const& row = (*account)->account;
    if (wanted.tally != nullptr)
        if (auto const counted = wanted.tally->count(row.id, row.fair_share.get()); !counted)
            co_return counted.error();
    auto const grant = grant_of(*std::move(account));
    auto found = ToolCalls::find_tool(grant, wanted.tool);
    if (!found)
        co_return found.error();
    trace.origin.type = calllog::RequestType::tool;
    trace.origin.tool = found->tool->name;
    auto call = ToolCalls::target_of(grant, *std::move(found), std::move(wanted.arguments));
    if (!call)
        co_return refused(call.error());
    if (auto const checked = ToolCalls::check(*call); !checked)
        co_return refused(checked.error());
    if (call->tool->method->inputs)
        if (auto const filled = fill_without_asking(*call); !filled)
            co_return refused(filled.error());
    auto done = co_await calls_.make(*call, grant, nullptr, {waiter, &trace.origin}, deadline);
    trace.steps = done.steps;
    auto const* error = done.kind == Done::Kind::previewed ? (done.preview ? nullptr : &done.preview.error())
                                                           : (done.outcome ? nullptr : &done.outcome.error());
    if (error != nullptr && is_not_taken(*error))
        co_return *error;
    if (done.kind == Done::Kind::made && done.outcome)
        trace.vendor_time = done.outcome->vendor_time;
    co_return done;
}

Task<Result<accounts::CallableAccountPtr>> AccountTools::account_of(NamedCall const& wanted, Deadline deadline)
{
    if (wanted.account)
        co_return co_await accounts_.find(wanted.environment, *wanted.account, deadline);
    co_return co_await only_account(wanted, deadline);
}

Task<Result<accounts::CallableAccountPtr>> AccountTools::only_account(NamedCall const& wanted, Deadline deadline)
{
    tenancy::ListQuery query;
    query.limit = kMostAccounts + 1;
    query.ascending = true;
    query.conditions.push_back({"tenant_id", tenancy::Condition::Operator::eq, {wanted.tenant_id}});
    auto const rows = co_await rows_.list(wanted.environment, std::move(query), deadline);
    if (!rows)
        co_return rows.error();
    if (rows->items.empty())
        co_return Error{ErrorCode::not_found, "No integrated account in this environment has this tenant_id."};
    if (std::ssize(rows->items) > kMostAccounts)
        co_return invalid("tenant_id",
                          fmt::format("has more than {} accounts: give integrated_account_id instead", kMostAccounts));
    std::vector<accounts::CallableAccountPtr> all;
    for (auto const& row : rows->items) {
        auto account = co_await accounts_.find(wanted.environment, row.id, deadline);
        if (!account && account.error().code() == ErrorCode::unavailable)
            co_return account.error();
        if (account) // One that was deleted meanwhile, or whose definition does not compile, has no tools.
            all.push_back(*std::move(account));
    }
    std::vector<accounts::CallableAccountPtr> having;
    std::ranges::copy_if(all, std::back_inserter(having),
                         [&](auto const& account) { return has_tool(*account, wanted.tool); });
    if (having.size() > 1)
        co_return invalid("tenant_id", fmt::format("has several accounts with this tool: {}; give the one that is "
                                                   "meant as integrated_account_id",
                                                   listing(having)));
    if (having.size() == 1)
        co_return having.front();
    if (all.size() == 1)
        co_return all.front(); // Its tools explain what is wrong with the name.
    co_return Error{ErrorCode::not_found,
                    all.empty() ? std::string("No account of this tenant can be called.")
                                : fmt::format("None of the accounts of this tenant has this tool: {}.", listing(all))};
}

ToolSetPtr AccountTools::tools_of(accounts::CallableAccount const& account)
{
    // A set keeps its list alive, so no other list can have its address meanwhile.
    auto const known =
        std::ranges::find_if(recent_, [&](auto const& set) { return &set->tools() == account.tools.get(); });
    if (known != recent_.end())
        return *known;
    recent_.push_back(tool_sets_.get(account.tools, {}));
    if (recent_.size() > kRecentSets)
        recent_.pop_front();
    return recent_.back();
}

Grant AccountTools::grant_of(accounts::CallableAccountPtr account)
{
    Grant grant;
    grant.tools = tools_of(*account);
    grant.holder.environment = account->account.environment;
    grant.max_bytes = kMostBytes;
    grant.served = std::make_shared<ServedAccounts const>(std::move(account));
    return grant;
}

} // namespace sluice::toolcalls
