// OpenID providers of teams, and who their subjects are: what the database keeps, to whom it shows it, and what an
// invitation is worth.
#include "identity/identity_provider.hpp"
#include "store_fixture.hpp"

namespace sluice::store {
namespace {

using identity::IdentityProvider;
using identity::IdentityProviderChange;
using identity::NewIdentityProvider;
using identity::Subject;

class IdentityProvidersTest : public StoreTest {
protected:
    TeamId team(std::string const& name)
    {
        return must(test::run(store_.tenancy().ensure_team(name, {}, soon()))).value.id;
    }
    static tenancy::Author author() { return {{tenancy::Actor::Kind::operator_, "", "root"}, "192.0.2.1", "req"}; }
    IdentityProvider made(TeamId team, std::string issuer = "https://idp.example")
    {
        NewIdentityProvider wish{"Example", std::move(issuer), "client", Secret{"planted-secret"}};
        return must(test::run(repository().create(team, std::move(wish), author(), soon())));
    }
    [[nodiscard]] identity::IdentityProviderRepository& repository() const { return store_.people().providers; }

    UserId user(TeamId team, std::string const& name, bool is_active = true)
    {
        UserId const id{uuid_of_name(name)};
        database_.execute(fmt::format("INSERT INTO users (team_id, id, email, email_key, role, is_active) "
                                      "VALUES ('{}', '{}', '{}@x.example', '{}@x.example', 'viewer', {})",
                                      to_hex(team.uuid()), to_hex(id.uuid()), name, name, is_active));
        return id;
    }
    /// The secret of a new invitation.
    std::string invitation(TeamId team, UserId user, std::string_view lifetime = "1 day")
    {
        auto secret = crypto::mint_token(keyring_, crypto::TokenKind::invitation);
        auto const hash = crypto::hash_token(keyring_, secret.reveal());
        auto const id = to_hex(uuid_of_name(secret.reveal()));
        auto const at_team = to_hex(team.uuid());
        database_.execute(fmt::format("INSERT INTO user_links (team_id, id, user_id, kind, expires_at) "
                                      "VALUES ('{}', '{}', '{}', 'invitation', now() + interval '{}')",
                                      at_team, id, to_hex(user.uuid()), lifetime));
        database_.execute(fmt::format("INSERT INTO team_secret_hashes (digest, key_id, kind, team_id, owner_id) "
                                      "VALUES (decode('{}', 'hex'), {}, 'invitation', '{}', '{}')",
                                      hex(hash.digest), hash.key_id, at_team, id));
        return secret.reveal();
    }
    Result<UserId> accept(std::string const& secret, Subject subject)
    {
        return test::run(repository().accept_invitation(crypto::candidate_hashes(keyring_, secret), std::move(subject),
                                                        author(), soon()));
    }
    Result<void> link(UserId user, Subject subject)
    {
        return test::run(repository().link(user, std::move(subject), author(), soon()));
    }
    Result<UserId> found(Subject subject) { return test::run(repository().find_user(std::move(subject), soon())); }
    [[nodiscard]] std::string audited(std::string_view action) const
    {
        return database_.value(fmt::format("SELECT count(*) FROM audit_log WHERE action = '{}'", action));
    }
    template <class T>
    static ErrorCode code_of(Result<T> const& result)
    {
        return result ? ErrorCode::internal : result.error().code();
    }
};

TEST_F(IdentityProvidersTest, KeepsTheSecretSealed)
{
    auto const at = team("t");
    auto const provider = made(at);
    EXPECT_TRUE(provider.has_secret);
    auto const client = must(test::run(repository().client(at, provider.id, soon())));
    EXPECT_EQ(client.secret.reveal(), "planted-secret");
    EXPECT_EQ(client.provider.issuer, "https://idp.example");
    EXPECT_EQ(database_.value("SELECT count(*) FROM identity_providers WHERE position('planted' in "
                              "encode(client_secret, 'escape')) > 0"),
              "0");
    EXPECT_EQ(database_.value("SELECT count(*) FROM audit_log WHERE audit_log::text LIKE '%planted%'"), "0");
}

TEST_F(IdentityProvidersTest, ChangesAndForgetsTheSecret)
{
    auto const at = team("t");
    auto const provider = made(at);
    IdentityProviderChange change;
    change.label = "Other";
    change.client_secret = Secret{"planted-again"};
    auto changed = must(test::run(repository().update(at, provider.id, std::move(change), author(), soon())));
    EXPECT_EQ(changed.label, "Other");
    EXPECT_EQ(must(test::run(repository().client(at, provider.id, soon()))).secret.reveal(), "planted-again");
    EXPECT_EQ(database_.value("SELECT after::text FROM audit_log WHERE action = 'identity_provider.update'"),
              R"({"label": "Other", "client_secret": "changed"})");
    IdentityProviderChange without;
    without.client_secret = Secret{};
    changed = must(test::run(repository().update(at, provider.id, std::move(without), author(), soon())));
    EXPECT_FALSE(changed.has_secret);
    EXPECT_TRUE(must(test::run(repository().client(at, provider.id, soon()))).secret.empty());
    IdentityProviderChange off;
    off.is_enabled = false;
    EXPECT_FALSE(must(test::run(repository().update(at, provider.id, std::move(off), author(), soon()))).is_enabled);
    EXPECT_EQ(code_of(test::run(repository().client(at, provider.id, soon()))), ErrorCode::not_found);
    EXPECT_TRUE(must(test::run(repository().enabled(at, soon()))).empty());
    EXPECT_EQ(audited("identity_provider.update"), "3");
}

/// Whoever switches a provider off means it at once, and not in a week.
TEST_F(IdentityProvidersTest, EndsItsSessionsWhenItIsSwitchedOffOrRemoved)
{
    auto const at = team("t");
    auto const provider = made(at);
    auto const other = made(at, "https://other.example");
    auto const ann = user(at, "ann");
    auto const begin = [&](IdentityProviderId by) {
        identity::NewSession session;
        session.method = identity::SignInMethod::oidc;
        session.provider = by;
        auto const value = crypto::mint_token(keyring_, crypto::TokenKind::session);
        session.hash = crypto::hash_token(keyring_, value.reveal());
        session.expires_at = clock_.now() + std::chrono::hours(1);
        return test::run(store_.people().sessions.begin(at, ann, std::move(session), {}, author(), soon()));
    };
    auto const sessions = [&] { return must(test::run(store_.people().sessions.list(at, ann, soon()))).size(); };
    IdentityProviderChange label;
    label.label = "Other";
    IdentityProviderChange on;
    on.is_enabled = true;
    IdentityProviderChange off;
    off.is_enabled = false;
    must(begin(provider.id));
    must(begin(other.id));
    must(test::run(repository().update(at, provider.id, label, author(), soon())));
    EXPECT_EQ(sessions(), 2U);
    must(test::run(repository().update(at, provider.id, off, author(), soon())));
    EXPECT_EQ(sessions(), 1U);
    EXPECT_EQ(code_of(begin(provider.id)), ErrorCode::not_found);
    must(test::run(repository().update(at, provider.id, on, author(), soon())));
    must(begin(provider.id));
    must(test::run(repository().remove(at, provider.id, author(), soon())));
    EXPECT_EQ(sessions(), 1U);
    EXPECT_EQ(database_.value("SELECT count(*) FROM team_secret_hashes"), "1");
}

TEST_F(IdentityProvidersTest, HasEachOnce)
{
    auto const at = team("t");
    made(at);
    NewIdentityProvider again{"Again", "https://idp.example", "client", Secret{}};
    EXPECT_EQ(code_of(test::run(repository().create(at, again, author(), soon()))), ErrorCode::conflict);
    EXPECT_EQ(audited("identity_provider.create"), "1");
    made(team("u")); // Another team may have the same.
    for (int i = 1; i < identity::IdentityProviderRepository::kMost; ++i)
        made(at, fmt::format("https://idp{}.example", i));
    again.issuer = "https://more.example";
    EXPECT_EQ(code_of(test::run(repository().create(at, again, author(), soon()))), ErrorCode::conflict);
    EXPECT_EQ(must(test::run(repository().list(at, {}, soon()))).items.size(), 20U);
}

TEST_F(IdentityProvidersTest, ShowsNothingOfAnotherTeam)
{
    auto const mine = team("mine");
    auto const theirs = team("theirs");
    auto const provider = made(theirs);
    auto const ann = user(theirs, "ann");
    must(link(ann, {theirs, provider.id, "ann"}));
    auto const bob = user(mine, "bob");
    EXPECT_EQ(code_of(test::run(repository().find(mine, provider.id, soon()))), ErrorCode::not_found);
    EXPECT_EQ(code_of(test::run(repository().client(mine, provider.id, soon()))), ErrorCode::not_found);
    EXPECT_EQ(code_of(test::run(repository().update(mine, provider.id, {}, author(), soon()))), ErrorCode::not_found);
    EXPECT_EQ(code_of(test::run(repository().remove(mine, provider.id, author(), soon()))), ErrorCode::not_found);
    EXPECT_TRUE(must(test::run(repository().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(must(test::run(repository().enabled(mine, soon()))).empty());
    EXPECT_EQ(code_of(found({mine, provider.id, "ann"})), ErrorCode::forbidden);
    // Neither a user nor a provider of another team can be linked.
    EXPECT_EQ(code_of(link(bob, {mine, provider.id, "bob"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(link(bob, {theirs, provider.id, "bob"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(test::run(repository().unlink(mine, ann, provider.id, author(), soon()))), ErrorCode::not_found);
    EXPECT_TRUE(must(test::run(repository().linked(mine, ann, soon()))).empty());
}

TEST_F(IdentityProvidersTest, FindsOnlyWhoWasLinkedAndIsActive)
{
    auto const at = team("t");
    auto const provider = made(at);
    auto const ann = user(at, "ann");
    EXPECT_EQ(code_of(found({at, provider.id, "ann"})), ErrorCode::forbidden);
    // Nor by the e-mail, whoever claims it.
    EXPECT_EQ(code_of(found({at, provider.id, "ann@x.example"})), ErrorCode::forbidden);
    must(link(ann, {at, provider.id, "subject-1"}));
    EXPECT_EQ(must(found({at, provider.id, "subject-1"})), ann);
    EXPECT_EQ(code_of(found({at, provider.id, "Subject-1"})), ErrorCode::forbidden);
    EXPECT_EQ(code_of(found({at, provider.id, "subject-1 "})), ErrorCode::forbidden);
    database_.execute("UPDATE users SET is_active = false");
    EXPECT_EQ(code_of(found({at, provider.id, "subject-1"})), ErrorCode::forbidden);
    database_.execute("UPDATE users SET is_active = true; UPDATE identity_providers SET is_enabled = false");
    EXPECT_EQ(code_of(found({at, provider.id, "subject-1"})), ErrorCode::forbidden);
}

TEST_F(IdentityProvidersTest, LinksASubjectWithOneUser)
{
    auto const at = team("t");
    auto const provider = made(at);
    auto const ann = user(at, "ann");
    auto const bob = user(at, "bob");
    must(link(ann, {at, provider.id, "s"}));
    must(link(ann, {at, provider.id, "s"}));
    EXPECT_EQ(code_of(link(bob, {at, provider.id, "s"})), ErrorCode::conflict);
    EXPECT_EQ(code_of(link(ann, {at, provider.id, "other"})), ErrorCode::conflict);
    must(link(bob, {at, provider.id, "b"}));
    EXPECT_EQ(code_of(link(ann, {at, provider.id, "b"})), ErrorCode::conflict);
    EXPECT_EQ(must(test::run(repository().linked(at, ann, soon()))).size(), 1U);
    EXPECT_EQ(audited("user.link_identity"), "3");
    EXPECT_EQ(code_of(link(user(at, "eve", false), {at, provider.id, "e"})), ErrorCode::not_found);
    database_.execute("UPDATE identity_providers SET is_enabled = false");
    EXPECT_EQ(code_of(link(user(at, "dan"), {at, provider.id, "d"})), ErrorCode::not_found);
}

TEST_F(IdentityProvidersTest, LeavesAWayToSignIn)
{
    auto const at = team("t");
    auto const provider = made(at);
    auto const ann = user(at, "ann");
    auto const unlink = [&] { return test::run(repository().unlink(at, ann, provider.id, author(), soon())); };
    EXPECT_EQ(code_of(unlink()), ErrorCode::not_found);
    must(link(ann, {at, provider.id, "s"}));
    EXPECT_EQ(code_of(unlink()), ErrorCode::conflict);
    EXPECT_EQ(must(found({at, provider.id, "s"})), ann);
    auto const second = made(at, "https://second.example");
    must(link(ann, {at, second.id, "s"}));
    must(unlink());
    EXPECT_EQ(code_of(found({at, provider.id, "s"})), ErrorCode::forbidden);
    must(link(ann, {at, provider.id, "s"}));
    database_.execute("DELETE FROM user_identities WHERE provider_id <> '" + to_hex(provider.id.uuid()) +
                      "'; UPDATE users SET password = 'x'");
    must(unlink());
    EXPECT_EQ(audited("user.unlink_identity"), "2");
}

TEST_F(IdentityProvidersTest, RemovingAProviderEndsItsLinks)
{
    auto const at = team("t");
    auto const provider = made(at);
    must(link(user(at, "ann"), {at, provider.id, "s"}));
    must(test::run(repository().remove(at, provider.id, author(), soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM user_identities"), "0");
    // The same provider made again is another one: nobody is linked with it.
    EXPECT_EQ(code_of(found({at, made(at).id, "s"})), ErrorCode::forbidden);
    EXPECT_EQ(audited("identity_provider.delete"), "1");
}

TEST_F(IdentityProvidersTest, AnInvitationIsAcceptedOnce)
{
    auto const at = team("t");
    auto const provider = made(at);
    auto const ann = user(at, "ann");
    auto const secret = invitation(at, ann);
    EXPECT_EQ(must(accept(secret, {at, provider.id, "s"})), ann);
    EXPECT_EQ(must(found({at, provider.id, "s"})), ann);
    EXPECT_EQ(code_of(accept(secret, {at, provider.id, "s"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(accept(secret, {at, provider.id, "another"})), ErrorCode::not_found);
    EXPECT_EQ(database_.value("SELECT count(*) FROM team_secret_hashes"), "0");
    EXPECT_EQ(audited("user.accept_invitation"), "1");
}

TEST_F(IdentityProvidersTest, AnInvitationStaysWhenItsSubjectIsTaken)
{
    auto const at = team("t");
    auto const provider = made(at);
    must(link(user(at, "bob"), {at, provider.id, "s"}));
    auto const secret = invitation(at, user(at, "ann"));
    EXPECT_EQ(code_of(accept(secret, {at, provider.id, "s"})), ErrorCode::conflict);
    EXPECT_TRUE(accept(secret, {at, provider.id, "a"}));
}

TEST_F(IdentityProvidersTest, RefusesInvitationsThatDoNotHold)
{
    auto const at = team("t");
    auto const theirs = team("theirs");
    auto const provider = made(at);
    auto const ann = user(at, "ann");
    EXPECT_EQ(code_of(accept(invitation(at, ann, "-1 second"), {at, provider.id, "s"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(accept(invitation(theirs, user(theirs, "bob")), {at, provider.id, "s"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(accept(invitation(at, user(at, "eve", false)), {at, provider.id, "s"})), ErrorCode::not_found);
    EXPECT_EQ(code_of(accept("slx_invite_none", {at, provider.id, "s"})), ErrorCode::not_found);
    auto const other_kind = invitation(at, ann);
    database_.execute("UPDATE team_secret_hashes SET kind = 'reset'; UPDATE user_links SET kind = 'reset'");
    EXPECT_EQ(code_of(accept(other_kind, {at, provider.id, "s"})), ErrorCode::not_found);
    EXPECT_EQ(database_.value("SELECT count(*) FROM user_identities"), "0");
    EXPECT_EQ(audited("user.accept_invitation"), "0");
}

} // namespace
} // namespace sluice::store
