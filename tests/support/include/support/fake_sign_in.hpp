#pragma once

#include "identity/mailer.hpp"
#include "support/fake_users.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

class FakeLinks final : public identity::LinkRepository {
public:
    explicit FakeLinks(People& people)
        : people_(people)
    {
    }

    Task<Result<identity::LinkOwner>> create(TeamId team, UserId user, identity::NewLink link,
                                             identity::UserCheck check, tenancy::Author author, Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row == nullptr || !row->user.is_active)
            co_return People::missing();
        if (auto const may = check(row->user); !may)
            co_return may.error();
        people_.links.push_back({link, team, user});
        people_.note(author);
        co_return identity::LinkOwner{row->user, people_.teams[team]};
    }
    Task<Result<identity::LinkView>> show(identity::LinkKind kind, std::vector<crypto::TokenHash> candidates,
                                          Deadline) override
    {
        auto const found = find(kind, candidates);
        if (found == people_.links.end())
            co_return People::missing();
        auto const& row = *people_.row(found->team, found->user);
        co_return identity::LinkView{kind,
                                     found->team,
                                     people_.teams[found->team],
                                     found->user,
                                     row.user.email,
                                     row.user.name,
                                     kind == identity::LinkKind::reset && row.factor && row.factor->is_confirmed &&
                                         !found->link.clears_second_factor};
    }
    Task<Result<identity::Begun>> redeem(identity::Redemption redemption, tenancy::Author author, Deadline) override
    {
        auto const found = find(redemption.kind, redemption.candidates);
        if (found == people_.links.end())
            co_return People::missing();
        auto const used = *found;
        auto& row = *people_.row(used.team, used.user);
        if (auto const taken = people_.take(row, redemption.proof); !taken)
            co_return taken.error();
        people_.links.erase(found);
        if (redemption.password) {
            row.password = redemption.password;
            people_.end_sessions(used.user);
            people_.end_links(used.user);
        }
        if (redemption.name)
            row.user.name = *redemption.name;
        if (used.link.clears_second_factor) {
            row.factor.reset();
            row.recovery_codes.clear();
        }
        people_.note(author);
        co_return people_.begin(used.team, used.user, redemption.session);
    }

private:
    std::vector<People::LinkRow>::iterator find(identity::LinkKind kind,
                                                std::vector<crypto::TokenHash> const& candidates)
    {
        return std::ranges::find_if(people_.links, [&](auto const& each) {
            auto const* const row = people_.row(each.team, each.user);
            return each.link.kind == kind && each.link.expires_at > people_.clock.now() && row != nullptr &&
                   row->user.is_active && std::ranges::find(candidates, each.link.hash) != candidates.end();
        });
    }

    People& people_;
};

class FakeAttempts final : public identity::AttemptRepository {
public:
    explicit FakeAttempts(People& people)
        : people_(people)
    {
    }

    Task<Result<Found>> find(std::string team, std::string email, Deadline) override
    {
        Found found;
        for (auto const& [id, name] : people_.teams)
            if (name == team || id.str() == team)
                found.team = id;
        for (auto const& each : people_.users)
            if (each.user.team == found.team && identity::email_key(each.user.email) == identity::email_key(email)) {
                found.user = each.user.id;
                found.email = each.user.email;
                found.is_active = each.user.is_active;
                found.password = each.password;
            }
        co_return found;
    }
    Task<Result<std::int64_t>> count(crypto::Digest key, Deadline) override
    {
        auto const now = people_.clock.now();
        auto& row = people_.attempts[key];
        if (row.failures == 0 || now - row.since >= kWindow)
            row = {0, now};
        co_return ++row.failures;
    }
    Task<Result<void>> take_back(crypto::Digest key, Deadline) override
    {
        auto& failures = people_.attempts[key].failures;
        failures = std::max<std::int64_t>(failures - 1, 0);
        co_return Result<void>{};
    }
    Task<Result<void>> forget(std::vector<crypto::Digest> keys, Deadline) override
    {
        for (auto const& key : keys)
            people_.attempts.erase(key);
        co_return Result<void>{};
    }

private:
    People& people_;
};

/// Keeps the letters.
class FakeMailer final : public identity::Mailer {
public:
    std::vector<identity::Letter> invitations;
    std::vector<identity::Letter> resets;
    std::optional<Error> failure;

    Task<Result<void>> send_invitation(identity::Letter letter, Deadline) override
    {
        return keep(invitations, std::move(letter));
    }
    Task<Result<void>> send_reset(identity::Letter letter, Deadline) override
    {
        return keep(resets, std::move(letter));
    }

private:
    Task<Result<void>> keep(std::vector<identity::Letter>& letters, identity::Letter letter)
    {
        if (failure)
            co_return *failure;
        letters.push_back(std::move(letter));
        co_return Result<void>{};
    }
};

} // namespace sluice::test
