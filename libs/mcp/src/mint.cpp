#include "mcp/mint.hpp"

#include "accounts/scopes.hpp"
#include "crypto/token.hpp"
#include "mcp/discovery.hpp"
#include "tools/filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>
#include <set>

namespace sluice::mcp {
namespace {

/// The time for asking new accounts for their part of the tools; the answer does not wait so long.
constexpr std::chrono::seconds kSchemaLimit{20};
/// How long the answer waits for that.
constexpr std::chrono::milliseconds kAhead{500};
/// The part of the request's time that is kept for the steps after it.
constexpr std::chrono::milliseconds kReserve{300};

/// What `tools/list` costs a model.
struct ListSize {
    std::int64_t tools = 0;
    std::size_t bytes = 2; ///< Begins with the two brackets.
};

ListSize size_of(toolcalls::ToolSet const& tools)
{
    return {static_cast<std::int64_t>(tools.size()), tools.list_json().size()};
}

/// What a developer should know about a list before giving it to a model.
std::vector<std::string> warnings_of(ListSize const& size, std::int64_t tokens, MintConfig const& config)
{
    std::vector<std::string> warnings;
    if (tokens > config.token_warning)
        warnings.push_back(fmt::format(
            "The list of tools takes about {} tokens of a model's context, more than {}: narrow it with config.methods "
            "or config.tags, or let the model search it with config.tool_exposure \"discovery\".",
            tokens, config.token_warning));
    if (size.tools > config.tool_warning)
        warnings.push_back(fmt::format("This MCP server has {} tools. Many clients take at most {} and models choose "
                                       "worse among more: narrow it with config.methods or config.tags.",
                                       size.tools, config.tool_warning));
    return warnings;
}

/// Fills a filter with a preset of the integrations that have it.
Result<void> apply_preset(std::string_view name, toolcalls::ServedAccounts const& served, tools::ToolFilter& filter)
{
    if (name.empty())
        return {};
    catalog::Preset const* chosen = nullptr;
    for (auto const& group : served.groups()) {
        auto const& presets = group.first().installed->integration->presets;
        auto const found = presets.find(name);
        if (found == presets.end())
            return invalid("preset",
                           fmt::format("is none of {}; there are {}", group.first().installed->integration->name,
                                       fmt::join(presets | std::views::keys, ", ")));
        // One filter holds for all accounts of a server.
        if (chosen != nullptr && *chosen != found->second)
            return invalid("preset", "means other tools for each of these integrations: give config, or integrations");
        chosen = &found->second;
    }
    if (chosen != nullptr && filter.methods.empty())
        filter.methods = chosen->methods;
    if (chosen != nullptr && filter.tags.empty())
        filter.tags = chosen->tags;
    return {};
}

/// A list of names for a warning; cut if it is long.
std::string told(std::vector<std::string> names)
{
    constexpr std::size_t kMost = 10;
    auto const count = names.size();
    names.resize(std::min(count, kMost));
    return fmt::format("{}{}", fmt::join(names, ", "), count > kMost ? ", …" : "");
}

/// Says what the word write adds to what it meant before: developers may know the old meaning.
void tell_of_write(toolcalls::ToolSet const& tools, tools::ToolFilter const& filter, std::vector<std::string>& warnings)
{
    auto before = filter;
    before.vocabulary = catalog::Vocabulary::first;
    if (filter.vocabulary == catalog::Vocabulary::first ||
        std::ranges::find(filter.methods, "write") == filter.methods.end())
        return;
    std::vector<std::string> added;
    for (std::size_t i = 0; i < tools.tools().size(); ++i) {
        auto const& tool = tools.tools()[i];
        if (tools.shown()[i] && !before.passes_methods(*tool.method, tool.name))
            added.push_back(tool.name);
    }
    if (!added.empty())
        warnings.push_back(
            fmt::format("The method word write means every write: with create, update and delete also {}.",
                        told(std::move(added))));
}

/// Warns of tools that the texts of shown tools name, though the filter leaves them out.
void warn_of_mentions(toolcalls::ToolSet const& tools, std::vector<std::string>& warnings)
{
    auto const& names = tools.hidden_mentions();
    if (names.empty())
        return;
    warnings.push_back(fmt::format(
        "Tools that are shown refer to {} that config leaves out: {}. Those sentences are left "
        "out of their descriptions.",
        names.size() == 1 ? std::string("one") : std::to_string(names.size()), told({names.begin(), names.end()})));
}

/// Warns of accounts whose calls will be refused as they are now.
void warn_of_unusable(toolcalls::ServedAccounts const& served, std::vector<std::string>& warnings)
{
    std::vector<std::string> unusable;
    for (auto const& group : served.groups())
        for (auto const& account : group.accounts) {
            auto const& row = account->account;
            if (row.is_blocked || row.status != accounts::Status::active)
                unusable.push_back(fmt::format("{} ({})", row.id.str(),
                                               row.is_blocked ? std::string_view("blocked") : name_of(row.status)));
        }
    if (unusable.empty())
        return;
    auto const count = unusable.size();
    warnings.push_back(fmt::format("Every call of {} is refused as {} now: {}.",
                                   served.is_of_tenant() ? fmt::format("{} of these accounts", count) : "this account",
                                   served.is_of_tenant() && count > 1 ? "they are" : "it is",
                                   told(std::move(unusable))));
}

/// Warns of tools that are shown although the account lacks a scope that they need.
void warn_of_scopes(toolcalls::ServedAccounts const& served, tools::ToolFilter const& filter,
                    std::vector<std::string>& warnings)
{
    for (auto const& group : served.groups()) {
        for (auto const& account : group.accounts) {
            auto const& tools = *account->tools;
            std::int64_t without_scope = 0;
            std::set<std::string> missing;
            for (std::size_t i = 0; i < tools.size(); ++i) {
                auto const scopes = filter.passes(*tools[i].method, tools[i].name)
                                        ? accounts::missing_scopes(account->account, *tools[i].method)
                                        : std::vector<std::string>{};
                without_scope += scopes.empty() ? 0 : 1;
                missing.insert(scopes.begin(), scopes.end());
            }
            if (without_scope > 0)
                warnings.push_back(fmt::format(
                    "{} of these tools need scopes that {} was not granted ({}): their calls will be "
                    "refused until it is connected again with them.",
                    without_scope, served.is_of_tenant() ? "the account " + account->account.id.str() : "this account",
                    fmt::join(missing, ", ")));
        }
    }
}

} // namespace

Mint::Mint(MintConfig const& config, ServerRepository& servers, accounts::CallableAccounts& callable,
           toolcalls::AccountSchemas& schemas, toolcalls::ToolSets& tool_sets, http::Behind& behind,
           crypto::Keyring const& keyring, Clock const& clock)
    : config_(config)
    , servers_(servers)
    , callable_(callable)
    , schemas_(schemas)
    , tool_sets_(tool_sets)
    , behind_(behind)
    , keyring_(keyring)
    , clock_(clock)
{
}

std::optional<std::string> Mint::fault_of_expiry(std::optional<Timestamp> const& expires_at) const
{
    if (!expires_at || *expires_at >= clock_.now() + config_.minimum_lifetime)
        return std::nullopt;
    return fmt::format("must be at least {} s in the future",
                       std::chrono::duration_cast<std::chrono::seconds>(config_.minimum_lifetime).count());
}

Task<Result<toolcalls::ServedPtr>> Mint::served_by(McpServer server, Accounts accounts, Deadline deadline)
{
    auto const ids = co_await servers_.accounts_of(server, deadline);
    if (!ids)
        co_return ids.error();
    if (ids->size() > kMostAccounts && accounts == Accounts::chosen)
        co_return invalid("integrations", fmt::format("must name integrations of which the tenant has at most {} "
                                                      "accounts in all: one MCP server serves no more",
                                                      kMostAccounts));
    std::vector<accounts::CallableAccountPtr> found;
    for (auto const& id : *ids | std::views::take(kMostAccounts)) {
        auto callable = co_await callable_.find(server.environment, id, deadline);
        // An account of a tenant that cannot be used is left out; the others are served.
        if (!callable && !server.account && callable.error().code() != ErrorCode::unavailable)
            continue;
        if (!callable)
            co_return callable.error();
        found.push_back(*std::move(callable));
    }
    if (server.account)
        co_return std::make_shared<toolcalls::ServedAccounts const>(std::move(found.front()));
    co_return std::make_shared<toolcalls::ServedAccounts const>(std::move(found), tool_sets_);
}

Task<void> Mint::ask_accounts(toolcalls::ServedPtr served, std::shared_ptr<bool> is_changed)
{
    auto const until = Deadline::after(kSchemaLimit);
    for (auto const& group : served->groups())
        for (auto const& account : group.accounts) {
            // If the vendor does not answer, the account's job asks again.
            auto const asked =
                co_await schemas_.update(account, toolcalls::AccountSchemas::When::missing, std::nullopt, until);
            *is_changed = *is_changed || (asked && asked->is_changed);
        }
}

Task<toolcalls::ServedPtr> Mint::ask_ahead(McpServer server, toolcalls::ServedPtr served, Deadline deadline)
{
    auto const environment = server.environment;
    auto const is_changed = std::make_shared<bool>(false);
    auto const left = deadline.left() - kReserve;
    if (left.count() > 0)
        co_await behind_.run(environment, ask_accounts(served, is_changed),
                             Deadline::after(std::min<Deadline::clock::duration>(left, kAhead)));
    if (!*is_changed)
        co_return served;
    auto again = co_await served_by(std::move(server), Accounts::as_known, deadline);
    co_return again ? *std::move(again) : served;
}

Task<Result<MintedServer>> Mint::create(McpServer draft, std::string preset, tenancy::Author author, Deadline deadline)
{
    if (auto fault = fault_of_expiry(draft.expires_at))
        co_return invalid("expires_at", *std::move(fault));
    auto const served = co_await served_by(draft, Accounts::chosen, deadline);
    if (!served)
        co_return served.error();
    if ((*served)->groups().empty())
        co_return Error{
            ErrorCode::not_found,
            draft.integrations.empty()
                ? "The tenant has no integrated account: connect one first, for example with POST /link-token."
                : fmt::format("The tenant has no integrated account of {}.", fmt::join(draft.integrations, ", "))};
    if (auto const known = apply_preset(preset, **served, draft.config.filter); !known)
        co_return known.error();
    if (auto const checked = check_config(draft.config, *(*served)->tools()); !checked)
        co_return checked.error();
    auto token = crypto::mint_token(keyring_, crypto::TokenKind::mcp);
    auto created = co_await servers_.create(std::move(draft), crypto::hash_token(keyring_, token.reveal()),
                                            std::move(author), deadline);
    if (!created)
        co_return created.error();
    // The MCP URL exists already, so nothing that the vendor does can make this fail.
    auto const shown = co_await ask_ahead(*created, *served, deadline);
    co_return describe(*std::move(created), std::move(token), *shown);
}

MintedServer Mint::describe(McpServer server, Secret token, toolcalls::ServedAccounts const& served) const
{
    auto const& config = server.config;
    toolcalls::ToolSet const tools(served.tools(), config.filter);
    auto const size = config.exposure == Exposure::discovery ? ListSize{3, discovery_list().size()} : size_of(tools);
    auto const tokens = static_cast<std::int64_t>(size.bytes) / tools::kBytesPerToken;
    auto warnings = warnings_of(size, tokens, config_);
    tell_of_write(tools, config.filter, warnings);
    warn_of_mentions(tools, warnings);
    warn_of_scopes(served, config.filter, warnings);
    warn_of_unusable(served, warnings);
    auto const asks_for = [&](std::string_view tag) {
        return std::ranges::find(config.approval_tags, tag) != config.approval_tags.end();
    };
    if (config.filter.vocabulary == catalog::Vocabulary::second && asks_for("destructive") && !asks_for("replaces"))
        warnings.emplace_back(
            "The approval tag destructive means what deletes; calls that overwrite have the tag replaces.");
    if (config.require_api_token_auth && !config.approval_tags.empty())
        warnings.emplace_back(
            "Calls need an API token that cannot approve anything: make it with `sluice api-token create --mcp-only`.");
    return {std::move(server), std::move(token), size.tools, size.bytes, tokens, std::move(warnings)};
}

Task<Result<McpServer>> Mint::change(EnvironmentId environment, ServerOwner owner, McpServerId id, ServerPatch patch,
                                     tenancy::Author author, Deadline deadline)
{
    if (auto fault = fault_of_expiry(patch.expires_at.value_or(std::nullopt)))
        co_return invalid("expires_at", *std::move(fault));
    std::shared_ptr<tools::ToolList const> tools; // Set only if a change of the filter has to be checked.
    toolcalls::ServedPtr chosen;
    if (patch.config || patch.integrations) {
        auto before = co_await servers_.find(environment, owner, id, deadline);
        if (!before)
            co_return before.error();
        before->integrations = patch.integrations.value_or(before->integrations);
        auto const served = co_await served_by(*std::move(before),
                                               patch.integrations ? Accounts::chosen : Accounts::as_known, deadline);
        if (!served)
            co_return served.error();
        tools = (*served)->tools();
        if (patch.integrations)
            chosen = *served;
    }
    ServerChange edit = [=, patch = std::move(patch)](McpServer& server) -> Result<void> {
        server.name = patch.name.value_or(server.name);
        server.integrations = patch.integrations.value_or(server.integrations);
        server.expires_at = patch.expires_at.value_or(server.expires_at);
        if (patch.config)
            patch.config->apply(server.config);
        return tools ? check_config(server.config, *tools) : Result<void>{};
    };
    auto updated = co_await servers_.update(environment, owner, id, std::move(edit), std::move(author), deadline);
    if (updated && chosen)
        co_await ask_ahead(*updated, chosen, deadline);
    co_return updated;
}

Task<Result<RotatedToken>> Mint::rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                              std::chrono::seconds overlap, tenancy::Author author, Deadline deadline)
{
    auto token = crypto::mint_token(keyring_, crypto::TokenKind::mcp);
    auto const old_end = clock_.now() + overlap;
    auto rotated = co_await servers_.rotate_token(environment, owner, id, crypto::hash_token(keyring_, token.reveal()),
                                                  old_end, std::move(author), deadline);
    if (!rotated)
        co_return rotated.error();
    co_return RotatedToken{*std::move(rotated), std::move(token), old_end};
}

Task<Result<ExplainedTool>> Mint::explain(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                          std::string tool, Deadline deadline)
{
    auto const server = co_await servers_.find(environment, owner, id, deadline);
    if (!server)
        co_return server.error();
    auto const served = co_await served_by(*server, Accounts::as_known, deadline);
    if (!served)
        co_return served.error();
    toolcalls::ToolSet const tools((*served)->tools(), server->config.filter);
    co_return ExplainedTool{tools.explain(tool), server->config.exposure};
}

} // namespace sluice::mcp
