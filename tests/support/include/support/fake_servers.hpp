#pragma once

#include "mcp/mcp_server.hpp"
#include "support/fake_accounts.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::test {

/// MCP servers in memory, over the accounts of a fake. Belongs to one thread.
class FakeServers final : public mcp::ServerRepository {
public:
    struct Row {
        mcp::McpServer server;
        std::vector<std::pair<crypto::TokenHash, std::optional<Timestamp>>> tokens; ///< With when they end.
    };

    /// Both must outlive it.
    FakeServers(FakeChanges& changes, FakeAccounts& accounts)
        : changes_(changes)
        , accounts_(accounts)
    {
    }

    std::vector<Row> rows;
    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::size_t lookups = 0;              ///< Calls of `resolve`.
    std::optional<Error> failure;         ///< The answer of `resolve` and `remove_expired` while it is set.
    Timestamp now{};                      ///< The time of the database, for `remove_expired`.

    Task<Result<mcp::McpServer>> create(mcp::McpServer server, crypto::TokenHash hash, tenancy::Author author,
                                        Deadline) override
    {
        authors.push_back(std::move(author));
        server.id = McpServerId{uuid_v7({})};
        rows.push_back({server, {{hash, std::nullopt}}});
        co_return server;
    }

    Task<Result<mcp::McpServer>> find(EnvironmentId environment, mcp::ServerOwner owner, McpServerId id,
                                      Deadline) override
    {
        auto const row = at(environment, owner, id);
        co_return row != rows.end() ? Result<mcp::McpServer>(row->server) : not_found();
    }

    Task<Result<tenancy::Page<mcp::McpServer>>> list(EnvironmentId environment, mcp::ServerOwner owner,
                                                     tenancy::ListQuery, Deadline) override
    {
        tenancy::Page<mcp::McpServer> page;
        for (auto const& row : rows)
            if (row.server.environment == environment && row.server.account == owner)
                page.items.push_back(row.server);
        co_return page;
    }

    Task<Result<mcp::McpServer>> update(EnvironmentId environment, mcp::ServerOwner owner, McpServerId id,
                                        mcp::ServerChange change, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        auto const row = at(environment, owner, id);
        if (row == rows.end())
            co_return not_found();
        auto next = row->server;
        if (auto const changed = change(next); !changed)
            co_return changed.error();
        row->server = next;
        changes_.notify(mcp::change_of(next));
        co_return next;
    }

    Task<Result<mcp::McpServer>> rotate_token(EnvironmentId environment, mcp::ServerOwner owner, McpServerId id,
                                              crypto::TokenHash hash, Timestamp old_end, tenancy::Author author,
                                              Deadline) override
    {
        authors.push_back(std::move(author));
        auto const row = at(environment, owner, id);
        if (row == rows.end())
            co_return not_found();
        for (auto& [token, end] : row->tokens)
            end = std::min(end.value_or(old_end), old_end);
        row->tokens.emplace_back(hash, std::nullopt);
        auto server = row->server;
        changes_.notify(mcp::change_of(server));
        co_return server;
    }

    Task<Result<mcp::McpServer>> remove(EnvironmentId environment, mcp::ServerOwner owner, McpServerId id,
                                        tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        auto const row = at(environment, owner, id);
        if (row == rows.end())
            co_return not_found();
        auto server = row->server;
        rows.erase(row);
        changes_.notify(mcp::change_of(server));
        co_return server;
    }

    Task<Result<bool>> remove_expired(EnvironmentId environment, McpServerId id, Deadline) override
    {
        if (failure)
            co_return *failure;
        auto const row = std::ranges::find_if(rows, [&](Row const& each) {
            return each.server.environment == environment && each.server.id == id && each.server.expires_at &&
                   *each.server.expires_at <= now;
        });
        if (row == rows.end())
            co_return false;
        changes_.notify(mcp::change_of(row->server));
        rows.erase(row);
        co_return true;
    }

    Task<Result<std::vector<IntegratedAccountId>>> accounts_of(mcp::McpServer server, Deadline) override
    {
        if (server.account)
            co_return std::vector{*server.account};
        co_return ids_of(server);
    }

    Task<Result<mcp::ServerState>> resolve(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        ++lookups;
        if (failure)
            co_return *failure;
        for (auto const& row : rows)
            for (auto const& [token, end] : row.tokens)
                if (std::ranges::find(candidates, token) != candidates.end()) {
                    mcp::ServerState state;
                    state.server = row.server;
                    state.token_ends_at = end;
                    for (auto const& id : ids_of(row.server))
                        state.accounts.push_back(accounts_.state_of(accounts_.rows.at({row.server.environment, id})));
                    co_return state;
                }
        co_return not_found();
    }

private:
    static Error not_found() { return {ErrorCode::not_found, "There is no such MCP server."}; }

    std::vector<Row>::iterator at(EnvironmentId environment, mcp::ServerOwner const& owner, McpServerId id)
    {
        return std::ranges::find_if(rows, [&](auto const& row) {
            return row.server.environment == environment && row.server.account == owner && row.server.id == id;
        });
    }
    std::vector<IntegratedAccountId> ids_of(mcp::McpServer const& server) const
    {
        std::vector<IntegratedAccountId> ids;
        for (auto const& [key, row] : accounts_.rows)
            if (key.first == server.environment &&
                (server.account ? key.second == *server.account : row.account.tenant_id == server.tenant_id))
                ids.push_back(key.second);
        return ids;
    }

    FakeChanges& changes_;
    FakeAccounts& accounts_;
};

} // namespace sluice::test
