#pragma once

#include "base/clock.hpp"
#include "connecting/connection.hpp"
#include "support/fake_installations.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace sluice::test {

/// Link tokens and connections in memory, over the accounts of a fake: each step happens whole or not at all, and a
/// link is used once. Belongs to one thread.
class FakeConnections final : public connecting::ConnectionRepository {
public:
    using Connection = connecting::Connection;
    using LinkToken = connecting::LinkToken;
    using Status = connecting::ConnectionStatus;

    /// All must outlive it.
    FakeConnections(FakeChanges& changes, FakeAccounts& accounts, FakeInstallations const& installations,
                    Clock const& clock)
        : changes_(changes)
        , accounts_(accounts)
        , installations_(installations)
        , clock_(clock)
    {
    }

    std::map<LinkTokenId, LinkToken> links;
    std::map<ConnectionId, Connection> connections;
    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    /// Called before each change with the name of the method; an error is its answer and nothing happens.
    std::function<std::optional<Error>(std::string_view method)> before;

    Task<Result<LinkToken>> create_link(LinkToken token, crypto::TokenHash hash, tenancy::Author author,
                                        Deadline) override
    {
        authors.push_back(std::move(author));
        token.id = LinkTokenId{uuid_v7(clock_.now())};
        token.created_at = clock_.now();
        link_hashes_[hash.digest] = token.id;
        links[token.id] = token;
        co_return token;
    }
    Task<Result<LinkToken>> resolve_link(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        for (auto const& each : candidates)
            if (auto const found = link_hashes_.find(each.digest); found != link_hashes_.end())
                co_return links.at(found->second);
        co_return not_found();
    }

    Task<Result<Connection>> create(Connection connection, crypto::TokenHash state, tenancy::Author author,
                                    Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("create"))
            co_return *failed;
        connection.id = ConnectionId{uuid_v7(clock_.now())};
        connection.created_at = clock_.now();
        state_hashes_[state.digest] = connection.id;
        connections[connection.id] = connection;
        co_return connection;
    }
    Task<Result<Connection>> find(EnvironmentId environment, ConnectionId id, Deadline) override
    {
        auto const* found = at(environment, id);
        co_return found != nullptr ? Result<Connection>(*found) : not_found();
    }
    Task<Result<Connection>> resolve_state(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        for (auto const& each : candidates)
            if (auto const found = state_hashes_.find(each.digest); found != state_hashes_.end())
                co_return connections.at(found->second);
        co_return not_found();
    }
    Task<Result<void>> bind_browser(EnvironmentId environment, ConnectionId id, crypto::Digest browser,
                                    std::vector<crypto::Digest> known, Deadline) override
    {
        auto* connection = at(environment, id);
        if (connection == nullptr)
            co_return not_found();
        bool const is_others = connection->browser && std::ranges::find(known, *connection->browser) == known.end();
        if (is_others || is_used(connection->link_token))
            co_return conflict();
        connection->browser = browser;
        co_return Result<void>{};
    }
    Task<Result<void>> begin_exchange(EnvironmentId environment, ConnectionId id, Deadline) override
    {
        if (auto failed = begin("begin_exchange"))
            co_return *failed;
        auto* connection = at(environment, id);
        if (connection == nullptr)
            co_return not_found();
        if (connection->status != Status::initiated)
            co_return conflict();
        connection->status = Status::exchanging;
        co_return Result<void>{};
    }
    Task<Result<accounts::Account>> store_account(std::optional<ConnectionId> connection,
                                                  std::optional<LinkTokenId> link, accounts::Account account,
                                                  accounts::Context context, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (auto failed = begin("store_account"))
            co_return *failed;
        if (is_used(link) || (connection && connections.at(*connection).status != Status::exchanging))
            co_return conflict();
        if (!account.id.empty())
            account.generation = accounts_.rows.at({account.environment, account.id}).account.generation + 1;
        account.integration = installations_.rows.at(account.environment_integration).integration;
        auto stored = accounts_.put(std::move(account), context);
        changes_.notify({snapshots::Change::Kind::account, stored.environment, stored.id.uuid()});
        if (link)
            links.at(*link).account = stored.id;
        if (connection) {
            connections.at(*connection).status = Status::validating;
            connections.at(*connection).account = stored.id;
        }
        co_return stored;
    }
    Task<Result<accounts::Account>> settle(EnvironmentId environment, std::optional<ConnectionId> connection,
                                           std::optional<LinkTokenId> link, IntegratedAccountId account,
                                           accounts::Status status, json::value error, Deadline) override
    {
        if (auto failed = begin("settle"))
            co_return *failed;
        auto& row = accounts_.rows.at({environment, account}).account;
        row.status = status;
        row.last_error = error;
        bool const is_active = status == accounts::Status::active;
        if (connection) {
            connections.at(*connection).status = is_active ? Status::active : Status::failed;
            connections.at(*connection).error = std::move(error);
        }
        if (link && is_active)
            links.at(*link).is_used = true;
        changes_.notify({snapshots::Change::Kind::account, environment, account.uuid()});
        co_return row;
    }
    Task<Result<void>> fail(EnvironmentId environment, ConnectionId id, json::value error, Deadline) override
    {
        if (auto failed = begin("fail"))
            co_return *failed;
        auto* connection = at(environment, id);
        if (connection == nullptr)
            co_return not_found();
        connection->status = Status::failed;
        connection->error = std::move(error);
        co_return Result<void>{};
    }

private:
    static Error not_found() { return {ErrorCode::not_found, "There is no such connection."}; }
    static Error conflict() { return {ErrorCode::conflict, "It was used already."}; }
    std::optional<Error> begin(std::string_view method) { return before ? before(method) : std::nullopt; }
    bool is_used(std::optional<LinkTokenId> link) { return link && links.at(*link).is_used; }
    Connection* at(EnvironmentId environment, ConnectionId id)
    {
        auto const found = connections.find(id);
        return found != connections.end() && found->second.environment == environment ? &found->second : nullptr;
    }

    FakeChanges& changes_;
    FakeAccounts& accounts_;
    FakeInstallations const& installations_;
    Clock const& clock_;
    std::map<crypto::Digest, LinkTokenId> link_hashes_;
    std::map<crypto::Digest, ConnectionId> state_hashes_;
};

} // namespace sluice::test
