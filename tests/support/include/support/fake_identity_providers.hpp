#pragma once

#include "identity/identity_provider.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice::test {

/// The providers and subjects of teams in memory. Invitations are texts that a test puts into `invitations`.
class FakeIdentityProviders final : public identity::IdentityProviderRepository {
public:
    Task<Result<identity::IdentityProvider>> create(TeamId team, identity::NewIdentityProvider provider,
                                                    tenancy::Author, Deadline) override
    {
        identity::IdentityProvider row;
        row.id = IdentityProviderId{uuid_of_name("idp " + std::to_string(rows.size()))};
        row.team = team;
        row.label = provider.label;
        row.issuer = provider.issuer;
        row.client_id = provider.client_id;
        row.has_secret = !provider.client_secret.empty();
        rows.push_back({row, std::move(provider.client_secret)});
        co_return row;
    }
    Task<Result<identity::IdentityProvider>> update(TeamId team, IdentityProviderId id,
                                                    identity::IdentityProviderChange change, tenancy::Author,
                                                    Deadline) override
    {
        auto* row = find_row(team, id);
        if (row == nullptr)
            co_return none();
        row->provider.label = change.label.value_or(row->provider.label);
        row->provider.is_enabled = change.is_enabled.value_or(row->provider.is_enabled);
        if (change.client_secret)
            row->secret = *change.client_secret;
        row->provider.has_secret = !row->secret.empty();
        co_return row->provider;
    }
    Task<Result<void>> remove(TeamId team, IdentityProviderId id, tenancy::Author, Deadline) override
    {
        auto const removed = std::erase_if(rows, [&](identity::OidcClient const& each) {
            return each.provider.team == team && each.provider.id == id;
        });
        co_return removed != 0 ? Result<void>{} : Result<void>(none());
    }
    Task<Result<identity::IdentityProvider>> find(TeamId team, IdentityProviderId id, Deadline) override
    {
        auto const* row = find_row(team, id);
        if (row == nullptr)
            co_return none();
        co_return row->provider;
    }
    Task<Result<tenancy::Page<identity::IdentityProvider>>> list(TeamId team, tenancy::ListQuery, Deadline) override
    {
        tenancy::Page<identity::IdentityProvider> page;
        for (auto const& each : rows)
            if (each.provider.team == team)
                page.items.push_back(each.provider);
        co_return page;
    }
    Task<Result<std::vector<identity::IdentityProvider>>> enabled(TeamId team, Deadline) override
    {
        std::vector<identity::IdentityProvider> found;
        for (auto const& each : rows)
            if (each.provider.team == team && each.provider.is_enabled)
                found.push_back(each.provider);
        co_return found;
    }
    Task<Result<identity::OidcClient>> client(TeamId team, IdentityProviderId id, Deadline) override
    {
        auto const* row = find_row(team, id);
        if (row == nullptr || !row->provider.is_enabled)
            co_return none();
        co_return *row;
    }

    Task<Result<UserId>> find_user(identity::Subject subject, Deadline) override
    {
        auto const found = subjects.find(key_of(subject));
        co_return found != subjects.end() ? Result<UserId>(found->second) : Result<UserId>(identity::not_invited());
    }
    Task<Result<void>> link(UserId user, identity::Subject subject, tenancy::Author, Deadline) override
    {
        auto const [at, is_new] = subjects.emplace(key_of(subject), user);
        co_return is_new || at->second == user ? Result<void>{} : Result<void>(Error{ErrorCode::conflict, "taken"});
    }
    Task<Result<void>> unlink(TeamId team, UserId user, IdentityProviderId provider, tenancy::Author, Deadline) override
    {
        auto const removed = std::erase_if(subjects, [&](auto const& each) {
            return std::get<0>(each.first) == team && std::get<1>(each.first) == provider && each.second == user;
        });
        co_return removed != 0 ? Result<void>{} : Result<void>(none());
    }
    Task<Result<std::vector<IdentityProviderId>>> linked(TeamId team, UserId user, Deadline) override
    {
        std::vector<IdentityProviderId> found;
        for (auto const& [key, linked_user] : subjects)
            if (std::get<0>(key) == team && linked_user == user)
                found.push_back(std::get<1>(key));
        co_return found;
    }
    Task<Result<UserId>> accept_invitation(std::vector<crypto::TokenHash> candidates, identity::Subject subject,
                                           tenancy::Author, Deadline) override
    {
        auto const found = std::ranges::find_if(invitations, [&](auto const& each) {
            return std::ranges::find(candidates, each.first) != candidates.end();
        });
        if (found == invitations.end())
            co_return none();
        auto const user = found->second;
        invitations.erase(found);
        subjects.emplace(key_of(subject), user);
        co_return user;
    }

    using Key = std::tuple<TeamId, IdentityProviderId, std::string>;
    std::vector<identity::OidcClient> rows;
    std::map<Key, UserId> subjects;
    std::vector<std::pair<crypto::TokenHash, UserId>> invitations;

private:
    static Key key_of(identity::Subject const& subject) { return {subject.team, subject.provider, subject.text}; }
    static Error none() { return {ErrorCode::not_found, "There is no such thing."}; }
    identity::OidcClient* find_row(TeamId team, IdentityProviderId id)
    {
        auto const found = std::ranges::find_if(rows, [&](identity::OidcClient const& each) {
            return each.provider.team == team && each.provider.id == id;
        });
        return found != rows.end() ? &*found : nullptr;
    }
};

} // namespace sluice::test
