#include "mcp/servers.hpp"

#include "safeguards/safe_writes.hpp"

#include "base/encoding.hpp"
#include "catalog/naming.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::mcp {
namespace {

constexpr std::string_view kVersion = "0.1.0";

Error unknown_token()
{
    return {ErrorCode::not_found,
            "This MCP URL is unknown, revoked or expired. Ask whoever gave it to you for a new one."};
}

} // namespace

snapshots::Change change_of(McpServer const& server)
{
    using Kind = snapshots::Change::Kind;
    return server.account
               ? snapshots::Change{Kind::account, server.environment, server.account->uuid()}
               : snapshots::Change{Kind::tenant, server.environment, snapshots::tenant_key(server.tenant_id)};
}

namespace {

std::string info_of(McpServer const& server, toolcalls::ServedAccounts const& served)
{
    json::object info{{"name", "sluice"}, {"title", server.name}};
    if (!served.is_of_tenant()) {
        auto const& integration = *served.groups().front().first().installed->integration;
        info["name"] = "sluice-" + integration.name;
        info["title"] = fmt::format("{} ({})", integration.label, server.name);
    }
    info["version"] = kVersion;
    return boost::json::serialize(info);
}

std::string capabilities_of(ServerSnapshot const& snapshot)
{
    bool const suggests = std::ranges::any_of(snapshot.prompts, [](auto const& offered) {
        return std::ranges::any_of(offered.prompt->arguments,
                                   [](auto const& argument) { return !argument.values.empty(); });
    });
    return fmt::format(R"({{"tools":{{}}{}{}{}}})", snapshot.resources.empty() ? "" : R"(,"resources":{})",
                       snapshot.prompts.empty() ? "" : R"(,"prompts":{})", suggests ? R"(,"completions":{})" : "");
}

/// A sentence that says whose tools these are.
std::string whose(McpServer const& server, toolcalls::ServedAccounts const& served)
{
    if (!served.is_of_tenant()) {
        auto const& account = served.groups().front().first();
        return fmt::format("Tools of one {} account (tenant {}).{}", account.installed->integration->label,
                           account.account.tenant_id,
                           account.account.is_sandbox ? " This is a sandbox account: only reading works." : "");
    }
    std::vector<std::string> parts;
    for (auto const& group : served.groups())
        parts.push_back(group.labels.empty() ? group.first().installed->integration->label
                                             : fmt::format("{} ({})", group.first().installed->integration->label,
                                                           fmt::join(group.labels, ", ")));
    return fmt::format("Tools of the accounts of tenant {}: {}. Where there are several accounts of an "
                       "integration, an argument says which.",
                       server.tenant_id,
                       parts.empty() ? "none is connected now" : fmt::format("{}", fmt::join(parts, ", ")));
}

std::string instructions_of(McpServer const& server, toolcalls::ServedAccounts const& served)
{
    return fmt::format(
        "{} Lists answer {{result, next_cursor}}; pass next_cursor back exactly as "
        "received to go on. A vendor's refusal comes back as a tool error with its status and message; correct the "
        "arguments and call again. Limits of the account stand in _meta[\"sluice/rate_limit\"]; when a call is refused "
        "with 429, wait retry_after seconds.",
        utf8_prefix(whose(server, served), 1500));
}

toolcalls::Grant grant_of(McpServer const& server, toolcalls::ServedPtr served, toolcalls::ToolSets& tool_sets)
{
    auto const& config = server.config;
    toolcalls::Grant grant;
    grant.tools = tool_sets.get(served->tools(), config.filter);
    grant.served = std::move(served);
    grant.holder = {server.environment, server.id, server.name, config.approval_link};
    grant.approval_tags = config.approval_tags;
    grant.vocabulary = config.filter.vocabulary;
    grant.idempotency_window = config.idempotency_window;
    grant.max_bytes = static_cast<std::size_t>(config.result_token_limit * tools::kBytesPerToken) /
                      (config.structured_content ? 2 : 1);
    return grant;
}

/// Adds the resources and prompts. A resource's URI names no account, so an integration with several accounts has none.
/// Reading a resource cannot wait for approval, so one that would need it is left out.
void add_offers(ServerSnapshot& snapshot)
{
    for (auto const& group : snapshot.grant.served->groups()) {
        auto const& integration = *group.first().installed->integration;
        for (auto const& resource : integration.offers.resources) {
            auto const* method = integration.find(resource.read.resource, resource.read.method);
            bool const may_read =
                method != nullptr && snapshot.grant.tools->allows(*method) &&
                !safeguards::safeguard_of(*method, snapshot.grant.approval_tags, snapshot.grant.vocabulary, {})
                     .needs_approval;
            if (group.accounts.size() == 1 && may_read)
                snapshot.resources.push_back({&resource, group.accounts.front()});
        }
        for (auto const& prompt : integration.offers.prompts)
            snapshot.prompts.push_back({snapshot.grant.served->is_of_tenant()
                                            ? catalog::prefixed_tool_name(integration.name, prompt.name)
                                            : prompt.name,
                                        &prompt});
    }
}

} // namespace

Servers::Servers(ServerRepository& repository, accounts::Integrations& integrations, toolcalls::ToolSets& tool_sets,
                 crypto::Keyring const& keyring, tenancy::SecretGate& gate, Clock const& clock,
                 snapshots::CacheConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , tool_sets_(tool_sets)
    , keyring_(keyring)
    , gate_(gate)
    , clock_(clock)
    , cache_(config)
{
}

Servers::~Servers() = default;

void Servers::apply(snapshots::Change const& change)
{
    cache_.drop(change);
}

void Servers::set_listening(bool listening)
{
    cache_.set_listening(listening);
}

std::size_t Servers::cached() const noexcept
{
    return cache_.size();
}

std::optional<Result<SnapshotPtr>> Servers::resolve_warm(std::string_view token) const
{
    if (token.size() > crypto::kLongestToken)
        return unknown_token(); // Longer than any token.
    // A cached token is well formed, so the look-up comes first.
    if (auto const* warm = cache_.find(crypto::hash_token(keyring_, token).digest))
        return unless_expired(*warm);
    if (!crypto::is_well_formed(crypto::TokenKind::mcp, token))
        return unknown_token();
    return std::nullopt;
}

EnvironmentId Servers::known_environment(std::string_view token) const
{
    if (!crypto::is_well_formed(crypto::TokenKind::mcp, token))
        return {};
    auto const* known = cache_.peek(crypto::hash_token(keyring_, token).digest);
    return known != nullptr ? known->server.environment : EnvironmentId{};
}

Result<SnapshotPtr> Servers::unless_expired(SnapshotPtr snapshot) const
{
    if (snapshot->ends_at && *snapshot->ends_at <= clock_.now())
        return unknown_token();
    return snapshot;
}

Task<Result<SnapshotPtr>> Servers::resolve(std::string_view token, tenancy::Asker asker, Deadline deadline)
{
    if (auto warm = resolve_warm(token))
        co_return *std::move(warm);
    auto candidates = crypto::candidate_hashes(keyring_, token);
    auto const key = candidates.front().digest;
    if (!cache_.knows(key))
        if (auto const may = gate_.admit(crypto::TokenKind::mcp, token, asker); !may)
            co_return may.error().code() == ErrorCode::not_found ? unknown_token() : may.error();
    auto fetch = [this, &candidates](crypto::Digest const&, Deadline limit) { return load(candidates, limit); };
    auto loaded = co_await cache_.get(key, deadline, fetch);
    if (!loaded)
        co_return loaded.error().code() == ErrorCode::not_found ? unknown_token() : loaded.error();
    co_return unless_expired(*std::move(loaded));
}

Task<Result<SnapshotPtr>> Servers::load(std::vector<crypto::TokenHash> candidates, Deadline deadline)
{
    auto state = co_await repository_.resolve(std::move(candidates), deadline);
    if (!state)
        co_return state.error();
    auto snapshot = std::make_shared<ServerSnapshot>();
    snapshot->is_incomplete = state->is_incomplete;
    auto served = co_await serve(state->server.account, std::move(state->accounts), snapshot->is_incomplete, deadline);
    if (!served)
        co_return served.error();
    snapshot->structured_content = state->server.config.structured_content;
    snapshot->shows_on_request = state->server.config.exposure == Exposure::discovery;
    snapshot->grant = grant_of(state->server, *std::move(served), tool_sets_);
    snapshot->ends_at = state->server.expires_at;
    if (state->token_ends_at && (!snapshot->ends_at || *state->token_ends_at < *snapshot->ends_at))
        snapshot->ends_at = state->token_ends_at;
    snapshot->environment_text = state->server.environment.str();
    snapshot->server_info = info_of(state->server, *snapshot->grant.served);
    snapshot->instructions = instructions_of(state->server, *snapshot->grant.served);
    snapshot->server = std::move(state->server);
    add_offers(*snapshot);
    snapshot->capabilities = capabilities_of(*snapshot);
    if (snapshot->grant.served->is_of_tenant())
        snapshot->tenant = snapshots::tenant_key(snapshot->server.tenant_id);
    co_return SnapshotPtr(std::move(snapshot));
}

Task<Result<toolcalls::ServedPtr>> Servers::serve(ServerOwner owner, std::vector<accounts::AccountState> states,
                                                  bool& is_incomplete, Deadline deadline)
{
    std::vector<accounts::CallableAccountPtr> connected;
    for (auto& state : states) {
        auto account = co_await accounts::make_callable(integrations_, std::move(state), deadline);
        // An account of a tenant that cannot be used is left out; the others are served.
        if (!account && (owner || account.error().code() == ErrorCode::unavailable))
            co_return account.error();
        if (account)
            connected.push_back(*std::move(account));
        else
            is_incomplete = true;
    }
    if (owner)
        co_return std::make_shared<toolcalls::ServedAccounts const>(std::move(connected.front()));
    co_return std::make_shared<toolcalls::ServedAccounts const>(std::move(connected), tool_sets_);
}

snapshots::Dependencies dependencies_of(ServerSnapshot const& snapshot)
{
    using Kind = snapshots::Change::Kind;
    auto const environment = snapshot.server.environment;
    snapshots::Dependencies dependencies{{Kind::environment, environment, {}}};
    auto const add = [&](snapshots::Change const& change) {
        if (std::ranges::find(dependencies, change) == dependencies.end())
            dependencies.push_back(change);
    };
    if (snapshot.grant.served->is_of_tenant())
        add({Kind::tenant, environment, snapshot.tenant});
    // Any change of the environment or of a definition may make a missing account usable.
    if (snapshot.is_incomplete) {
        add({Kind::any, environment, {}});
        add({Kind::any, {}, {}});
    }
    for (auto const& group : snapshot.grant.served->groups())
        for (auto const& account : group.accounts)
            for (auto const& dependency : accounts::dependencies_of(*account))
                add(dependency);
    return dependencies;
}

std::size_t weight_of(ServerSnapshot const& snapshot)
{
    auto bytes = sizeof snapshot + snapshot.server_info.size() + snapshot.instructions.size() +
                 snapshot.capabilities.size() + boost::json::serialize(config_json(snapshot.server.config)).size();
    for (auto const& group : snapshot.grant.served->groups())
        for (auto const& account : group.accounts)
            bytes += accounts::weight_of(*account);
    // A tenant's tools are copies of their own, with other names and one more argument.
    if (snapshot.grant.served->is_of_tenant())
        for (std::size_t i = 0; i < snapshot.grant.served->tools()->size(); ++i)
            bytes += sizeof(tools::Tool) + (*snapshot.grant.served->tools())[i].name.size();
    return bytes;
}

} // namespace sluice::mcp
