#pragma once

#include "support/fake_changes.hpp"
#include "tenancy/tenancy.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// API tokens in memory. Belongs to one thread.
class FakeApiTokens final : public tenancy::ApiTokenRepository {
public:
    struct Row {
        tenancy::ApiToken token;
        crypto::TokenHash hash;
    };

    /// Must outlive it.
    explicit FakeApiTokens(FakeChanges& changes)
        : changes_(changes)
    {
    }

    std::vector<Row> rows;
    std::size_t lookups = 0;           ///< Calls of `resolve`.
    std::optional<Error> failure;      ///< The answer of every call while it is set.
    std::function<Task<void>()> pause; ///< Awaited by `resolve` after it has read.

    Task<Result<tenancy::ApiToken>> create(EnvironmentId environment, std::string name, bool is_mcp_only,
                                           crypto::TokenHash hash, std::optional<Timestamp> expires_at,
                                           Deadline) override
    {
        if (failure)
            co_return *failure;
        if (at(environment, name) != rows.end())
            co_return Error{ErrorCode::conflict, "There is an API token of that name already."};
        tenancy::ApiToken token;
        token.id = ApiTokenId{uuid_v7({})};
        token.environment = environment;
        token.name = std::move(name);
        token.is_mcp_only = is_mcp_only;
        token.expires_at = expires_at;
        rows.push_back({std::move(token), hash});
        co_return rows.back().token;
    }

    Task<Result<tenancy::ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                                   Deadline) override
    {
        if (failure)
            co_return *failure;
        auto const row = at(environment, name);
        if (row == rows.end())
            co_return not_found();
        snapshots::Change const change{snapshots::Change::Kind::api_token, environment, row->token.id.uuid()};
        row->token.id = ApiTokenId{uuid_v7({})};
        row->hash = hash;
        auto token = row->token;
        changes_.notify(change);
        co_return token;
    }

    Task<Result<tenancy::ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline) override
    {
        auto const row = at(environment, name);
        co_return row != rows.end() ? Result<tenancy::ApiToken>(row->token) : not_found();
    }

    Task<Result<tenancy::ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline) override
    {
        for (auto const& row : rows)
            if (row.token.environment == environment && row.token.id == id)
                co_return row.token;
        co_return not_found();
    }

    Task<Result<tenancy::Page<tenancy::ApiToken>>> list(EnvironmentId environment, tenancy::ListQuery,
                                                        Deadline) override
    {
        tenancy::Page<tenancy::ApiToken> page;
        for (auto const& row : rows)
            if (row.token.environment == environment)
                page.items.push_back(row.token);
        co_return page;
    }

    Task<Result<tenancy::ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        ++lookups;
        if (failure)
            co_return *failure;
        auto const row = std::ranges::find_if(
            rows, [&](auto const& each) { return std::ranges::find(candidates, each.hash) != candidates.end(); });
        auto found = row != rows.end() ? Result<tenancy::ApiToken>(row->token) : not_found();
        if (pause)
            co_await pause();
        co_return found;
    }

private:
    static Error not_found() { return {ErrorCode::not_found, "There is no such API token."}; }
    std::vector<Row>::iterator at(EnvironmentId environment, std::string const& name)
    {
        return std::ranges::find_if(
            rows, [&](auto const& row) { return row.token.environment == environment && row.token.name == name; });
    }

    FakeChanges& changes_;
};

} // namespace sluice::test
