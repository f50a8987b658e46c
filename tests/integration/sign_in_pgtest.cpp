// Sessions, links that work once, and counted attempts in the database.
#include "people_fixture.hpp"
#include "runtime/task_group.hpp"
#include "tenancy/retention.hpp"

#include <algorithm>

namespace sluice::store {
namespace {

using SignInTest = PeopleTest;

TEST_F(SignInTest, ASessionKnowsItsUserAndTheEnvironmentsTheyMayEnter)
{
    auto const production = environment("acme", "production");
    auto const staging = environment("acme", "staging");
    environment("other", "production");
    auto const bob = user("bob@example.com", Role::developer, std::vector{staging});
    auto const anns = must(resolve(session(ann_)));
    EXPECT_EQ(anns.user, ann_);
    EXPECT_EQ(anns.team, team_);
    EXPECT_EQ(anns.team_name, "acme");
    EXPECT_EQ(anns.email, "Ann@example.com");
    EXPECT_EQ(anns.permissions, tenancy::Permissions::all());
    EXPECT_FALSE(anns.is_confined);
    ASSERT_EQ(anns.environments.size(), 2U);
    EXPECT_EQ(anns.environments[0].id, production);
    EXPECT_EQ(anns.environments[0].name, "production");
    auto const bobs = must(resolve(session(bob.id)));
    EXPECT_TRUE(bobs.is_confined);
    ASSERT_EQ(bobs.environments.size(), 1U);
    EXPECT_EQ(bobs.environments[0].id, staging);
    EXPECT_FALSE(must(test::run(store_.people().users.find(team_, ann_, soon()))).is_invited);
    EXPECT_EQ(audited("session.create"), "2");
}

TEST_F(SignInTest, ASessionIsFoundByItsValueOnlyAndNotWhenItIsOver)
{
    auto const in = session(ann_);
    EXPECT_EQ(code_of(resolve(minted(crypto::TokenKind::session))), ErrorCode::not_found);
    EXPECT_TRUE(resolve(in));
    database_.execute("UPDATE user_sessions SET expires_at = now() - interval '1 second'");
    EXPECT_EQ(code_of(resolve(in)), ErrorCode::not_found);
}

TEST_F(SignInTest, ADowngradeHoldsAtTheNextLook)
{
    user("bob@example.com", Role::owner);
    auto const in = session(ann_);
    UserChange const viewer{.role = Role::viewer};
    must(test::run(store_.people().users.update(team_, ann_, viewer, anything(), author(), soon())));
    EXPECT_EQ(must(resolve(in)).permissions, traits_of(Role::viewer).permissions);
}

TEST_F(SignInTest, SessionsAreListedUsedAndEnded)
{
    auto const bob = user("bob@example.com");
    auto const one = session(ann_);
    auto const two = session(ann_, SignInMethod::password);
    session(bob.id);
    auto const listed = must(test::run(store_.people().sessions.list(team_, ann_, soon())));
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].method, SignInMethod::password) << "the newest first";
    EXPECT_EQ(listed[1].user_agent, "Firefox");
    database_.execute("UPDATE user_sessions SET seen_at = now() - interval '1 hour'");
    must(test::run(store_.people().sessions.note_use(team_, listed[0].id, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM user_sessions WHERE seen_at > now() - interval '1 minute'"), "1");
    EXPECT_EQ(code_of(test::run(store_.people().sessions.end(team_, bob.id, listed[0].id, author(), soon()))),
              ErrorCode::not_found)
        << "another's";
    must(test::run(store_.people().sessions.end(team_, ann_, listed[0].id, author(), soon())));
    EXPECT_FALSE(resolve(two));
    EXPECT_TRUE(resolve(one));
    EXPECT_EQ(code_of(test::run(store_.people().sessions.end_all(team_, ann_, nothing(), author(), soon()))),
              ErrorCode::forbidden);
    must(test::run(store_.people().sessions.end_all(team_, ann_, anything(), author(), soon())));
    EXPECT_FALSE(resolve(one));
    EXPECT_EQ(audited("session.delete"), "1");
    EXPECT_EQ(audited("user.end_sessions"), "1");
}

TEST_F(SignInTest, ACodeIsTakenWithTheSessionAndOnce)
{
    set_second_factor(ann_);
    auto const begin = [&](Proof proof) {
        return test::run(store_.people().sessions.begin(
            team_, ann_, new_session(minted(crypto::TokenKind::session), SignInMethod::password), proof, author(),
            soon()));
    };
    EXPECT_EQ(code_of(begin({})), ErrorCode::unauthenticated) << "it was set up while the password was checked";
    EXPECT_FALSE(begin({.step = 100})) << "it was used to confirm";
    EXPECT_TRUE(begin({.step = 101}));
    EXPECT_FALSE(begin({.step = 101}));
    EXPECT_FALSE(begin({.step = 99}));
    EXPECT_TRUE(begin({.recovery_code = crypto::sha256("one")}));
    EXPECT_FALSE(begin({.recovery_code = crypto::sha256("one")}));
    EXPECT_EQ(must(test::run(store_.people().sessions.list(team_, ann_, soon()))).size(), 2U);
}

TEST_F(SignInTest, ALinkIsUsedOnceAndForItsKindOnly)
{
    auto const in = link(ann_, LinkKind::sign_in);
    auto const view = must(test::run(store_.people().links.show(LinkKind::sign_in, in, soon())));
    EXPECT_EQ(view.user, ann_);
    EXPECT_EQ(view.team_name, "acme");
    EXPECT_FALSE(view.needs_code);
    EXPECT_FALSE(test::run(store_.people().links.show(LinkKind::reset, in, soon())));
    EXPECT_FALSE(redeem(LinkKind::reset, in, "hash"));
    EXPECT_TRUE(redeem(LinkKind::sign_in, in));
    EXPECT_FALSE(redeem(LinkKind::sign_in, in));
    EXPECT_FALSE(test::run(store_.people().links.show(LinkKind::sign_in, in, soon())));
    auto const late = link(ann_, LinkKind::sign_in);
    database_.execute("UPDATE user_links SET expires_at = now() - interval '1 second'");
    EXPECT_FALSE(redeem(LinkKind::sign_in, late));
    EXPECT_EQ(audited("session.create"), "1");
}

/// Both have the link; one of them gets in.
TEST_F(SignInTest, ALinkIsUsedOnceAlsoAtTheSameTime)
{
    auto const in = link(ann_, LinkKind::sign_in);
    asio::io_context io(1);
    TaskGroup group(io, 32, log_, "test");
    int entered = 0;
    auto const use = [](LinkRepository& links, Redemption redemption, int& count) -> Task<void> {
        auto const done = co_await links.redeem(std::move(redemption), author(), soon());
        count += done ? 1 : 0;
    };
    for (int i = 0; i < 2; ++i) {
        Redemption redemption;
        redemption.kind = LinkKind::sign_in;
        redemption.candidates = in;
        redemption.session = new_session(minted(crypto::TokenKind::session));
        group.spawn(use(store_.people().links, std::move(redemption), entered));
    }
    io.run();
    EXPECT_EQ(entered, 1);
}

TEST_F(SignInTest, AnInvitationSetsThePasswordAndTheNextOneEndsIt)
{
    auto const bob = user("bob@example.com");
    auto const old = link(bob.id, LinkKind::invitation);
    auto const fresh = link(bob.id, LinkKind::invitation);
    EXPECT_FALSE(redeem(LinkKind::invitation, old, "hash"));
    EXPECT_TRUE(redeem(LinkKind::invitation, fresh, "hash"));
    EXPECT_EQ(must(test::run(store_.people().users.secrets(team_, bob.id, soon()))).password, "hash");
    EXPECT_EQ(audited("user.accept_invitation"), "1");
    EXPECT_EQ(audited("user.make_invitation"), "2");
}

TEST_F(SignInTest, AnInvitationEndsWithTheFirstSignIn)
{
    auto const bob = user("bob@example.com");
    auto const invitation = link(bob.id, LinkKind::invitation);
    session(bob.id);
    EXPECT_FALSE(redeem(LinkKind::invitation, invitation, "hash"));
}

TEST_F(SignInTest, AResetEndsSessionsAndAsksForTheSecondFactor)
{
    set_second_factor(ann_);
    auto const in = session(ann_);
    auto const reset = link(ann_, LinkKind::reset);
    auto const other = link(ann_, LinkKind::reset);
    EXPECT_TRUE(must(test::run(store_.people().links.show(LinkKind::reset, reset, soon()))).needs_code);
    EXPECT_EQ(code_of(redeem(LinkKind::reset, reset, "hash")), ErrorCode::unauthenticated);
    EXPECT_TRUE(resolve(in)) << "nothing happened";
    EXPECT_TRUE(redeem(LinkKind::reset, reset, "hash", {.step = 101}));
    EXPECT_FALSE(resolve(in));
    EXPECT_FALSE(redeem(LinkKind::reset, other, "hash", {.step = 102})) << "links before it end too";
    EXPECT_TRUE(must(test::run(store_.people().users.find(team_, ann_, soon()))).has_second_factor);
    EXPECT_EQ(audited("user.reset_password"), "1");
}

TEST_F(SignInTest, AnAdminsResetTakesTheSecondFactorAway)
{
    set_second_factor(ann_);
    auto const reset = link(ann_, LinkKind::reset, true);
    EXPECT_FALSE(must(test::run(store_.people().links.show(LinkKind::reset, reset, soon()))).needs_code);
    EXPECT_TRUE(redeem(LinkKind::reset, reset, "hash"));
    EXPECT_FALSE(must(test::run(store_.people().users.find(team_, ann_, soon()))).has_second_factor);
    EXPECT_EQ(database_.value("SELECT count(*) FROM recovery_codes"), "0");
}

TEST_F(SignInTest, LinksOfAKindAreFew)
{
    std::vector<std::vector<crypto::TokenHash>> links;
    for (int i = 0; i <= LinkRepository::kMostLinks; ++i)
        links.push_back(link(ann_, LinkKind::reset));
    EXPECT_EQ(database_.value("SELECT count(*) FROM user_links"), std::to_string(LinkRepository::kMostLinks));
    EXPECT_EQ(database_.value("SELECT count(*) FROM team_secret_hashes"), std::to_string(LinkRepository::kMostLinks));
}

TEST_F(SignInTest, FindsWhomAnEmailMeans)
{
    auto& attempts = store_.people().attempts;
    must(test::run(store_.people().users.set_password(team_, ann_, std::nullopt, "hash", {}, author(), soon())));
    for (auto const& team : {std::string("acme"), team_.str()}) {
        auto const found = must(test::run(attempts.find(team, "ANN@EXAMPLE.COM", soon())));
        EXPECT_EQ(found.team, team_);
        EXPECT_EQ(found.user, ann_);
        EXPECT_EQ(found.password, "hash");
        EXPECT_TRUE(found.is_active);
    }
    EXPECT_FALSE(must(test::run(attempts.find("acme", "bob@example.com", soon()))).user);
    auto const nowhere = must(test::run(attempts.find("nowhere", "ann@example.com", soon())));
    EXPECT_FALSE(nowhere.team || nowhere.user);
    must(test::run(store_.tenancy().ensure_team("other", {}, soon())));
    EXPECT_FALSE(must(test::run(attempts.find("other", "ann@example.com", soon()))).user) << "another team's";
}

TEST_F(SignInTest, AttemptsCountForAQuarterOfAnHourFromTheFirst)
{
    auto& attempts = store_.people().attempts;
    auto const key = crypto::sha256("door");
    auto const count = [&] { return must(test::run(attempts.count(key, soon()))); };
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(count(), 2);
    must(test::run(attempts.take_back(key, soon())));
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(must(test::run(attempts.count(crypto::sha256("other"), soon()))), 1);
    database_.execute("UPDATE sign_in_failures SET since = now() - interval '14 minutes 50 seconds'");
    EXPECT_EQ(count(), 3);
    database_.execute("UPDATE sign_in_failures SET since = now() - interval '15 minutes'");
    EXPECT_EQ(count(), 1) << "a new window";
    EXPECT_EQ(count(), 2);
    must(test::run(attempts.forget({key}, soon())));
    EXPECT_EQ(count(), 1);
}

TEST_F(SignInTest, AttemptsAtOnceAreAllCounted)
{
    asio::io_context io(1);
    TaskGroup group(io, 32, log_, "test");
    std::vector<std::int64_t> counts;
    auto const count = [](AttemptRepository& attempts, std::vector<std::int64_t>& seen) -> Task<void> {
        seen.push_back(must(co_await attempts.count(crypto::sha256("door"), soon())));
    };
    for (int i = 0; i < 20; ++i)
        group.spawn(count(store_.people().attempts, counts));
    io.run();
    std::ranges::sort(counts);
    ASSERT_EQ(counts.size(), 20U);
    for (std::int64_t i = 0; i < 20; ++i)
        EXPECT_EQ(counts[static_cast<std::size_t>(i)], i + 1);
}

TEST_F(SignInTest, WhatIsOverIsForgotten)
{
    session(ann_);
    link(ann_, LinkKind::reset);
    must(test::run(store_.people().attempts.count(crypto::sha256("door"), soon())));
    must(test::run(worker_.upkeep().retention.turn_days(soon())));
    EXPECT_EQ(database_.value("SELECT (SELECT count(*) FROM user_sessions) + (SELECT count(*) FROM user_links) + "
                              "(SELECT count(*) FROM sign_in_failures)"),
              "3");
    database_.execute("UPDATE user_sessions SET expires_at = now() - interval '1 second'");
    database_.execute("UPDATE user_links SET expires_at = now() - interval '1 second'");
    database_.execute("UPDATE sign_in_failures SET since = now() - interval '2 hours'");
    EXPECT_EQ(must(test::run(worker_.upkeep().retention.turn_days(soon()))), 3U);
    EXPECT_EQ(database_.value("SELECT (SELECT count(*) FROM user_sessions) + (SELECT count(*) FROM user_links) + "
                              "(SELECT count(*) FROM sign_in_failures) + (SELECT count(*) FROM team_secret_hashes)"),
              "0");
}

TEST_F(SignInTest, ShowsNothingOfAnotherTeamThroughAnyRepository)
{
    auto const other = must(test::run(store_.tenancy().ensure_team("other", {}, soon()))).value.id;
    auto const not_found = [](auto const& result) { return !result && result.error().code() == ErrorCode::not_found; };
    auto const in = session(ann_);
    auto const id = must(resolve(in)).session;
    auto& users = store_.people().users;
    auto& sessions = store_.people().sessions;
    EXPECT_TRUE(not_found(test::run(users.find(other, ann_, soon()))));
    EXPECT_TRUE(not_found(test::run(users.find_by_email(other, "ann@example.com", soon()))));
    EXPECT_TRUE(must(test::run(users.list(other, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(users.update(other, ann_, {}, anything(), author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.remove(other, ann_, anything(), author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.secrets(other, ann_, soon()))));
    EXPECT_TRUE(not_found(test::run(users.set_password(other, ann_, std::nullopt, "x", {}, author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.begin_second_factor(other, ann_, Secret{"x"}, author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.confirm_second_factor(other, ann_, 1, {}, {}, author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.remove_second_factor(other, ann_, {.step = 1}, author(), soon()))));
    EXPECT_TRUE(not_found(test::run(users.replace_recovery_codes(other, ann_, {.step = 1}, {}, author(), soon()))));
    EXPECT_TRUE(not_found(
        test::run(sessions.begin(other, ann_, new_session(minted(crypto::TokenKind::session)), {}, author(), soon()))));
    EXPECT_TRUE(must(test::run(sessions.list(other, ann_, soon()))).empty());
    EXPECT_TRUE(not_found(test::run(sessions.end(other, ann_, id, author(), soon()))));
    EXPECT_TRUE(not_found(test::run(sessions.end_all(other, ann_, anything(), author(), soon()))));
    EXPECT_TRUE(not_found(test::run(store_.people().links.create(
        other, ann_, {LinkKind::reset, minted(crypto::TokenKind::reset).front(), clock_.now()}, anything(), author(),
        soon()))));
    must(test::run(sessions.note_use(other, id, soon())));
    EXPECT_TRUE(resolve(in));
}

TEST_F(SignInTest, TheServingRoleSeesNoPersonOutsideATeamAndNoHash)
{
    session(ann_);
    pqxx::connection connection(database_.url("sluice_app").reveal());
    pqxx::nontransaction query(connection);
    for (auto const* table : {"users", "user_sessions", "user_links", "recovery_codes", "team_data_keys"})
        EXPECT_STREQ(query.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].c_str(), "0") << table;
    EXPECT_THROW(query.exec("SELECT FROM team_secret_hashes"), pqxx::insufficient_privilege);
}

} // namespace
} // namespace sluice::store
