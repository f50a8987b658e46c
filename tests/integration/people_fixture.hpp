#pragma once

#include "identity/people.hpp"
#include "store_fixture.hpp"

#include <fmt/format.h>

namespace sluice::store {

using namespace identity;
using tenancy::Role;

/// A team with an owner, Ann.
class PeopleTest : public StoreTest {
protected:
    PeopleTest()
    {
        team_ = must(test::run(store_.tenancy().ensure_team("acme", {}, soon()))).value.id;
        ann_ = user("Ann@example.com", Role::owner).id;
    }

    static tenancy::Author author() { return {{tenancy::Actor::Kind::operator_, "", "op"}, "192.0.2.1", "req_1"}; }
    static UserCheck anything()
    {
        return [](User const&) { return Result<void>{}; };
    }
    static UserCheck nothing()
    {
        return [](User const&) -> Result<void> { return Error{ErrorCode::forbidden, "No."}; };
    }
    User user(std::string const& email, Role role = Role::developer, Confinement environments = std::nullopt)
    {
        return must(test::run(store_.people().users.create(team_, {email, "", role, std::move(environments)},
                                                           std::nullopt, author(), soon())))
            .user;
    }
    std::vector<crypto::TokenHash> minted(crypto::TokenKind kind)
    {
        return crypto::candidate_hashes(keyring_, crypto::mint_token(keyring_, kind).reveal());
    }
    NewSession new_session(std::vector<crypto::TokenHash> const& hashes, SignInMethod method = SignInMethod::link)
    {
        return {method, hashes.front(), "192.0.2.1", "Firefox", clock_.now() + std::chrono::hours(1)};
    }
    /// Begins a session; gives the hashes that resolve it.
    std::vector<crypto::TokenHash> session(UserId of, SignInMethod method = SignInMethod::link)
    {
        auto hashes = minted(crypto::TokenKind::session);
        must(test::run(store_.people().sessions.begin(team_, of, new_session(hashes, method), {}, author(), soon())));
        return hashes;
    }
    Result<SignedIn> resolve(std::vector<crypto::TokenHash> const& hashes)
    {
        return test::run(store_.people().sessions.resolve(hashes, soon()));
    }
    std::vector<crypto::TokenHash> link(UserId of, LinkKind kind, bool clears_second_factor = false)
    {
        auto hashes = minted(crypto::TokenKind::reset);
        must(test::run(store_.people().links.create(
            team_, of, {kind, hashes.front(), clock_.now() + std::chrono::hours(1), clears_second_factor}, anything(),
            author(), soon())));
        return hashes;
    }
    Result<Begun> redeem(LinkKind kind, std::vector<crypto::TokenHash> const& hashes,
                         std::optional<std::string> password = std::nullopt, Proof proof = {})
    {
        Redemption redemption;
        redemption.kind = kind;
        redemption.candidates = hashes;
        redemption.password = std::move(password);
        redemption.session = new_session(minted(crypto::TokenKind::session));
        redemption.proof = proof;
        return test::run(store_.people().links.redeem(std::move(redemption), author(), soon()));
    }
    void set_second_factor(UserId of, std::int64_t step = 100)
    {
        must(test::run(
            store_.people().users.begin_second_factor(team_, of, Secret{"12345678901234567890"}, author(), soon())));
        must(test::run(store_.people().users.confirm_second_factor(
            team_, of, step, {crypto::sha256("one"), crypto::sha256("two")}, {}, author(), soon())));
    }
    /// How many entries of an action the audit log has.
    [[nodiscard]] std::string audited(std::string const& action) const
    {
        return database_.value(fmt::format("SELECT count(*) FROM audit_log WHERE action = '{}' AND team_id = '{}'",
                                           action, to_hex(team_.uuid())));
    }
    template <class T>
    static ErrorCode code_of(Result<T> const& result)
    {
        return result ? ErrorCode{} : result.error().code();
    }

    TeamId team_;
    UserId ann_;
};

} // namespace sluice::store
