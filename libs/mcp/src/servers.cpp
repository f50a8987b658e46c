#include "mcp/servers.hpp"

#include <fmt/format.h>

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

std::string_view name_of(Exposure exposure) noexcept
{
    return exposure == Exposure::discovery ? "discovery" : "all";
}

json::object config_json(ServerConfig const& config)
{
    return {{"methods", json::array_of(config.filter.methods)},
            {"tags", json::array_of(config.filter.tags)},
            {"tool_exposure", name_of(config.exposure)},
            {"require_api_token_auth", config.require_api_token_auth},
            {"result_token_limit", config.result_token_limit}};
}

namespace {

std::string info_of(McpServer const& server, catalog::Integration const& integration)
{
    json::object info;
    info["name"] = "sluice-" + integration.name;
    info["title"] = fmt::format("{} ({})", integration.label, server.name);
    info["version"] = kVersion;
    return boost::json::serialize(info);
}

std::string capabilities_of(std::vector<catalog::Prompt> const& prompts, bool has_resources)
{
    bool const suggests = std::ranges::any_of(prompts, [](auto const& prompt) {
        return std::ranges::any_of(prompt.arguments, [](auto const& argument) { return !argument.values.empty(); });
    });
    return fmt::format(R"({{"tools":{{}}{}{}{}}})", has_resources ? R"(,"resources":{})" : "",
                       prompts.empty() ? "" : R"(,"prompts":{})", suggests ? R"(,"completions":{})" : "");
}

std::string instructions_of(accounts::Account const& account, catalog::Integration const& integration)
{
    return fmt::format(
        "Tools of one {} account (tenant {}). Lists answer {{result, next_cursor}}; pass next_cursor back exactly as "
        "received to go on. A vendor's refusal comes back as a tool error with its status and message; correct the "
        "arguments and call again. Limits of the account stand in _meta[\"sluice/rate_limit\"]; when a call is refused "
        "with 429, wait retry_after seconds.{}",
        integration.label, account.tenant_id,
        account.is_sandbox ? " This is a sandbox account: only reading works." : "");
}

} // namespace

Servers::Servers(ServerRepository& repository, accounts::Integrations& integrations, ToolSets& tool_sets,
                 crypto::Keyring const& keyring, Clock const& clock, tenancy::SnapshotCacheConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , tool_sets_(tool_sets)
    , keyring_(keyring)
    , clock_(clock)
    , cache_(config)
{
}

std::optional<Result<SnapshotPtr>> Servers::resolve_warm(std::string_view token) const
{
    if (!crypto::is_well_formed(crypto::TokenKind::mcp, token))
        return unknown_token();
    auto const* warm = cache_.find(crypto::hash_token(keyring_, token).digest);
    return warm != nullptr ? std::optional(unless_expired(*warm)) : std::nullopt;
}

Result<SnapshotPtr> Servers::unless_expired(SnapshotPtr snapshot) const
{
    if (snapshot->ends_at && *snapshot->ends_at <= clock_.now())
        return unknown_token();
    return snapshot;
}

Task<Result<SnapshotPtr>> Servers::resolve(std::string_view token, Deadline deadline)
{
    if (auto warm = resolve_warm(token))
        co_return *std::move(warm);
    auto candidates = crypto::candidate_hashes(keyring_, token);
    auto const key = candidates.front().digest;
    auto fetch = [this, &candidates, deadline](crypto::Digest const&) { return load(candidates, deadline); };
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
    auto connected = co_await accounts::connect(integrations_, std::move(state->account), deadline);
    if (!connected)
        co_return connected.error();
    auto snapshot = std::make_shared<ServerSnapshot>();
    auto const& integration = *(*connected)->installed->integration;
    snapshot->tools = tool_sets_.get((*connected)->tools, state->server.config.filter);
    snapshot->ends_at = state->server.expires_at;
    if (state->token_ends_at && (!snapshot->ends_at || *state->token_ends_at < *snapshot->ends_at))
        snapshot->ends_at = state->token_ends_at;
    snapshot->environment_text = state->server.environment.str();
    snapshot->account_text = state->server.account.str();
    snapshot->server_info = info_of(state->server, integration);
    snapshot->instructions = instructions_of((*connected)->account, integration);
    for (auto const& resource : integration.offers.resources) {
        auto const* method = integration.find(resource.read.resource, resource.read.method);
        if (method != nullptr && snapshot->tools->allows(*method))
            snapshot->resources.push_back(&resource);
    }
    snapshot->capabilities = capabilities_of(integration.offers.prompts, !snapshot->resources.empty());
    snapshot->server = std::move(state->server);
    snapshot->account = *std::move(connected);
    co_return SnapshotPtr(std::move(snapshot));
}

void Servers::apply(tenancy::Change const& change)
{
    cache_.drop_if([&](auto const&, ServerSnapshot const& snapshot) { return is_affected(*snapshot.account, change); });
}

} // namespace sluice::mcp
