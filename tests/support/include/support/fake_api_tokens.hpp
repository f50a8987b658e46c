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

    Task<Result<tenancy::ApiToken>> create(EnvironmentId environment, tenancy::NewApiToken given,
                                           crypto::TokenHash hash, tenancy::Author, Deadline) override
    {
        if (failure)
            co_return *failure;
        if (at(environment, given.name) != rows.end())
            co_return Error{ErrorCode::conflict, "There is an API token of that name already."};
        tenancy::ApiToken token;
        token.id = ApiTokenId{uuid_v7({})};
        token.environment = environment;
        token.name = std::move(given.name);
        token.is_mcp_only = given.is_mcp_only;
        token.expires_at = given.expires_at;
        token.scopes = std::move(given.scopes);
        token.addresses = std::move(given.addresses);
        token.created_by = std::move(given.created_by);
        read(token);
        rows.push_back({std::move(token), hash});
        co_return rows.back().token;
    }

    Task<Result<tenancy::ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                                   tenancy::Author, Deadline) override
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

    Task<Result<tenancy::ApiToken>> update(EnvironmentId environment, ApiTokenId id, tenancy::ApiTokenChange change,
                                           tenancy::Author, Deadline) override
    {
        auto const row = std::ranges::find_if(
            rows, [&](auto const& each) { return each.token.environment == environment && each.token.id == id; });
        if (row == rows.end())
            co_return not_found();
        auto& token = row->token;
        token.name = change.name.value_or(token.name);
        token.scopes = change.scopes.value_or(token.scopes);
        token.addresses = change.addresses.value_or(token.addresses);
        read(token);
        token.expires_at = change.expires_at.value_or(token.expires_at);
        changes_.notify({snapshots::Change::Kind::api_token, environment, id.uuid()});
        co_return token;
    }

    Task<Result<void>> remove(EnvironmentId environment, ApiTokenId id, tenancy::Author, Deadline) override
    {
        auto const erased = std::erase_if(
            rows, [&](auto const& each) { return each.token.environment == environment && each.token.id == id; });
        if (erased == 0)
            co_return not_found();
        changes_.notify({snapshots::Change::Kind::api_token, environment, id.uuid()});
        co_return Result<void>{};
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
    static void read(tenancy::ApiToken& token)
    {
        token.permissions = tenancy::permissions_of_scopes(token.scopes).value_or(tenancy::Permissions{});
        token.networks = http::Networks::parse(token.addresses).value_or(http::Networks{});
    }
    static Error not_found() { return {ErrorCode::not_found, "There is no such API token."}; }
    std::vector<Row>::iterator at(EnvironmentId environment, std::string const& name)
    {
        return std::ranges::find_if(
            rows, [&](auto const& row) { return row.token.environment == environment && row.token.name == name; });
    }

    FakeChanges& changes_;
};

} // namespace sluice::test
