#include "people_fixture.hpp"

namespace sluice::identity {
namespace {

using tenancy::Role;

class UsersTest : public PeopleTest {
protected:
    UsersTest() { environments_ = {EnvironmentId{uuid_of_name("one")}, EnvironmentId{uuid_of_name("two")}}; }

    static tenancy::Author author(std::string name = "admin")
    {
        return {{tenancy::Actor::Kind::user, "", name}, "", ""};
    }
    Powers powers(Role role, Confinement environments = std::nullopt)
    {
        return {traits_of(role).permissions, people_.add(team_, "p" + std::to_string(++made_)).user.id,
                std::move(environments)};
    }
    UserId user(Role role, Confinement environments = std::nullopt)
    {
        auto& row = people_.add(team_, "u" + std::to_string(++made_), role);
        row.user.environments = std::move(environments);
        return row.user.id;
    }
    template <class T>
    static ErrorCode code(Result<T> const& result)
    {
        return result ? ErrorCode::internal : result.error().code();
    }
    ErrorCode changed(Powers const& by, UserId who, UserChange change)
    {
        return code(run(subject_.change(team_, who, std::move(change), by, author(), soon())));
    }
    Self self()
    {
        auto const opened = sign_in(kPassword);
        EXPECT_TRUE(opened);
        return Self::of(opened->who);
    }

    static constexpr auto kDone = ErrorCode::internal; ///< What `code` says of a success.
    std::vector<EnvironmentId> environments_;
    Users subject_ = made_users();
    int made_ = 0;
};

TEST_F(UsersTest, InvitesWithALinkToCopyOrALetter)
{
    auto const owner = powers(Role::owner);
    auto const copied = run(subject_.invite(team_, {"bob@example.com", "Bob"}, owner, author(), soon()));
    ASSERT_TRUE(copied);
    ASSERT_TRUE(copied->url);
    EXPECT_TRUE(copied->url->reveal().starts_with("https://sluice.example/invitation#slx_invite_"));
    EXPECT_TRUE(copied->user.is_invited);
    EXPECT_EQ(code(run(subject_.invite(team_, {"BOB@example.com"}, owner, author(), soon()))), ErrorCode::conflict);

    auto mailing = made_users(&mailer_);
    EXPECT_FALSE(run(mailing.invite(team_, {"carl@example.com"}, owner, author("Ann"), soon()))->url);
    ASSERT_EQ(mailer_.invitations.size(), 1U);
    EXPECT_EQ(mailer_.invitations[0].to, "carl@example.com");
    EXPECT_EQ(mailer_.invitations[0].from_name, "Ann");
    mailer_.failure = Error{ErrorCode::unavailable, "The letter could not be sent."};
    EXPECT_TRUE(run(mailing.invite(team_, {"dora@example.com"}, owner, author(), soon()))->url)
        << "what cannot be sent is shown";
    EXPECT_EQ(log_.text().find("slx_invite_"), std::string::npos);
    EXPECT_EQ(log_.text().find("dora@"), std::string::npos);
}

TEST_F(UsersTest, ALetterTooManyIsALinkToCopy)
{
    auto const owner = powers(Role::owner);
    auto mailing = made_users(&mailer_);
    auto const invite = [&](int number) {
        return run(mailing.invite(team_, {fmt::format("u{}@example.com", number)}, owner, author("Ann"), soon()));
    };
    for (int i = 0; i < Users::kLetters; ++i)
        ASSERT_FALSE(invite(i)->url);
    EXPECT_TRUE(invite(1000)->url);
    EXPECT_EQ(mailer_.invitations.size(), static_cast<std::size_t>(Users::kLetters));
    clock_.advance(15min);
    EXPECT_FALSE(invite(1001)->url);
}

TEST_F(UsersTest, RefusesWhatIsNoEmailOrName)
{
    auto const owner = powers(Role::owner);
    auto const refused = run(subject_.invite(team_, {"no email", "two\nlines"}, owner, author(), soon()));
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().failures().size(), 2U);
    EXPECT_EQ(refused.error().failures()[0].path, "email");
    EXPECT_EQ(refused.error().failures()[1].path, "name");
}

TEST_F(UsersTest, NobodyGivesMoreThanTheyHave)
{
    auto const admin = powers(Role::admin);
    auto const invited = [&](Powers const& by, Role role) {
        return code(
            run(subject_.invite(team_, {std::to_string(++made_) + "@example.com", "", role}, by, author(), soon())));
    };
    EXPECT_EQ(invited(admin, Role::owner), ErrorCode::forbidden);
    EXPECT_EQ(invited(admin, Role::admin), kDone);
    EXPECT_EQ(invited(powers(Role::owner), Role::owner), kDone);
    EXPECT_EQ(invited(powers(Role::developer), Role::viewer), ErrorCode::forbidden);
    EXPECT_EQ(changed(admin, user(Role::viewer), {.role = Role::owner}), ErrorCode::forbidden);
    EXPECT_EQ(changed(admin, user(Role::viewer), {.role = Role::admin}), kDone);
}

TEST_F(UsersTest, OnlyOwnersTouchOwners)
{
    auto const admin = powers(Role::admin);
    auto const owner = user(Role::owner);
    EXPECT_EQ(changed(admin, owner, {.role = Role::viewer}), ErrorCode::forbidden);
    EXPECT_EQ(changed(admin, owner, {.name = "x"}), ErrorCode::forbidden);
    EXPECT_EQ(code(run(subject_.remove(team_, owner, admin, author(), soon()))), ErrorCode::forbidden);
    EXPECT_EQ(code(run(subject_.end_sessions(team_, owner, admin, author(), soon()))), ErrorCode::forbidden);
    EXPECT_EQ(code(run(subject_.make_reset_link(team_, owner, admin, author(), soon()))), ErrorCode::forbidden)
        << "it would be a way to become the owner";
    EXPECT_EQ(changed(powers(Role::owner), owner, {.role = Role::viewer}), kDone);
}

TEST_F(UsersTest, NobodyChangesTheirOwnRightsOrRemovesThemselves)
{
    Powers const me{traits_of(Role::owner).permissions, user(Role::owner)};
    EXPECT_EQ(changed(me, *me.user, {.role = Role::admin}), ErrorCode::forbidden);
    EXPECT_EQ(changed(me, *me.user, {.environments = Confinement(environments_)}), ErrorCode::forbidden);
    EXPECT_EQ(changed(me, *me.user, {.is_active = false}), ErrorCode::forbidden);
    EXPECT_EQ(changed(me, *me.user, {.name = "Me"}), kDone);
    EXPECT_EQ(code(run(subject_.remove(team_, *me.user, me, author(), soon()))), ErrorCode::forbidden);
}

TEST_F(UsersTest, TheLastOwnerStays)
{
    EXPECT_EQ(changed(Powers::of_operator(), ann_, {.role = Role::admin}), ErrorCode::conflict);
    EXPECT_EQ(code(run(subject_.remove(team_, ann_, Powers::of_operator(), author(), soon()))), ErrorCode::conflict);
}

TEST_F(UsersTest, WhoIsConfinedHandsOutOnlyWhatTheyHave)
{
    std::vector const one{environments_[0]};
    auto const confined = powers(Role::admin, one);
    auto const inside = user(Role::viewer, one);
    auto const wide = user(Role::viewer);
    auto const both = user(Role::viewer, environments_);
    EXPECT_EQ(changed(confined, inside, {.name = "x"}), kDone);
    EXPECT_EQ(changed(confined, inside, {.environments = Confinement(environments_)}), ErrorCode::forbidden);
    EXPECT_EQ(changed(confined, inside, {.environments = Confinement()}), ErrorCode::forbidden) << "all of them";
    EXPECT_EQ(changed(confined, inside, {.environments = Confinement(std::vector<EnvironmentId>{})}), kDone);
    for (auto const& beyond : {wide, both}) {
        EXPECT_EQ(changed(confined, beyond, {.name = "x"}), ErrorCode::forbidden);
        EXPECT_EQ(code(run(subject_.make_reset_link(team_, beyond, confined, author(), soon()))), ErrorCode::forbidden);
        EXPECT_EQ(code(run(subject_.remove(team_, beyond, confined, author(), soon()))), ErrorCode::forbidden);
    }
    NewUser anywhere{"x@example.com"};
    EXPECT_EQ(code(run(subject_.invite(team_, anywhere, confined, author(), soon()))), ErrorCode::forbidden);
    anywhere.environments = one;
    EXPECT_EQ(code(run(subject_.invite(team_, anywhere, confined, author(), soon()))), kDone);
}

TEST_F(UsersTest, AResetLinkOfAnAdminTakesTheSecondFactorAwayAndEndsNothingYet)
{
    ASSERT_TRUE(sign_in(kPassword));
    auto const made = run(subject_.make_reset_link(team_, ann_, Powers::of_operator(), author(), soon()));
    ASSERT_TRUE(made && made->url);
    EXPECT_TRUE(made->url->reveal().starts_with("https://sluice.example/reset#slx_reset_"));
    EXPECT_TRUE(people_.links.back().link.clears_second_factor);
    EXPECT_EQ(people_.sessions.size(), 1U);
}

TEST_F(UsersTest, ALinkToSignInIsNeverMailed)
{
    auto mailing = made_users(&mailer_);
    auto const made = run(mailing.make_sign_in_link(team_, ann_, author(), soon()));
    ASSERT_TRUE(made && made->url);
    EXPECT_TRUE(made->url->reveal().starts_with("https://sluice.example/sign-in#slx_signin_"));
    EXPECT_TRUE(run(mailing.create(team_, {"new@example.com", "", Role::owner}, author(), soon()))->url);
}

// What users do for themselves ----------------------------------------------------------------------------------------

TEST_F(UsersTest, ANewPasswordNeedsTheOldOneAndEndsTheOtherSessions)
{
    ASSERT_TRUE(sign_in(kPassword));
    auto const me = self();
    auto const change = [&](std::string current, std::string next) {
        return run(
            subject_.own().change_password(me, Secret{std::move(current)}, Secret{std::move(next)}, author(), soon()));
    };
    EXPECT_EQ(change("wrong", "another long walk").error().failures().at(0).path, "current");
    EXPECT_EQ(change(kPassword, "short").error().failures().at(0).path, "new");
    EXPECT_EQ(change(kPassword, "ann@example.com").error().failures().at(0).path, "new");
    EXPECT_TRUE(change(kPassword, "another long walk"));
    ASSERT_EQ(people_.sessions.size(), 1U);
    EXPECT_EQ(people_.sessions[0].session.id, me.session);
    EXPECT_TRUE(sign_in("another long walk"));
}

TEST_F(UsersTest, ASessionGuessesTenTimesAndThenNotEvenRight)
{
    auto const me = self();
    auto const change = [&](std::string current) {
        return code(run(subject_.own().change_password(me, Secret{std::move(current)}, Secret{"another long walk"},
                                                       author(), soon())));
    };
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(change("wrong"), ErrorCode::invalid_argument);
    EXPECT_EQ(change(kPassword), ErrorCode::rate_limited);
    EXPECT_TRUE(sign_in(kPassword)) << "the user's doors are others";
    clock_.advance(15min);
    EXPECT_EQ(change(kPassword), kDone);
}

TEST_F(UsersTest, AFirstPasswordNeedsAFreshSession)
{
    auto me = self();
    people_.row(team_, ann_)->password.reset();
    clock_.advance(11min);
    EXPECT_EQ(code(run(subject_.own().change_password(me, {}, Secret{"another long walk"}, author(), soon()))),
              ErrorCode::forbidden);
    me.signed_in_at = clock_.now() - 9min;
    EXPECT_EQ(code(run(subject_.own().change_password(me, {}, Secret{"another long walk"}, author(), soon()))), kDone);
}

TEST_F(UsersTest, ASecondFactorComesToLifeWithItsFirstCode)
{
    ASSERT_TRUE(sign_in(kPassword));
    auto const me = self();
    auto const begun = run(subject_.own().begin_second_factor(me, author(), soon()));
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->secret.reveal().size(), 32U);
    EXPECT_NE(begun->uri.reveal().find("secret=" + begun->secret.reveal()), std::string::npos);
    EXPECT_TRUE(sign_in(kPassword)) << "not asked for yet";
    auto const secret = people_.row(team_, ann_)->factor->secret;
    EXPECT_EQ(code(run(subject_.own().confirm_second_factor(me, Secret{"00000x"}, author(), soon()))),
              ErrorCode::invalid_argument);
    auto const codes = run(subject_.own().confirm_second_factor(me, code_of(secret), author(), soon()));
    ASSERT_TRUE(codes);
    EXPECT_EQ(codes->size(), 10U);
    EXPECT_EQ(people_.sessions.size(), 1U) << "the others have ended";
    EXPECT_FALSE(sign_in(kPassword));
    EXPECT_FALSE(sign_in(kPassword, {}, code_of(secret))) << "the first code was used";
    EXPECT_TRUE(sign_in(kPassword, {}, codes->at(0)));
    EXPECT_FALSE(sign_in(kPassword, {}, codes->at(0))) << "once";
    auto typed = codes->at(1).reveal();
    EXPECT_TRUE(sign_in(kPassword, {}, Secret{" " + typed.substr(0, 4) + typed.substr(5)})) << "as people type";
}

TEST_F(UsersTest, ASecondFactorGoesWithPasswordAndCode)
{
    auto const me = self();
    auto const secret = with_second_factor();
    auto const remove = [&](std::string password, Secret code) {
        return run(
            subject_.own().remove_second_factor(me, Secret{std::move(password)}, std::move(code), author(), soon()));
    };
    EXPECT_EQ(remove("wrong", code_of(secret)).error().failures().at(0).path, "password");
    EXPECT_EQ(remove(kPassword, Secret{"00000x"}).error().failures().at(0).path, "code");
    EXPECT_TRUE(remove(kPassword, code_of(secret)));
    EXPECT_TRUE(sign_in(kPassword));
    EXPECT_EQ(code(remove(kPassword, code_of(secret))), ErrorCode::not_found);
}

TEST_F(UsersTest, NewRecoveryCodesReplaceTheOldOnes)
{
    auto const me = self();
    auto const secret = with_second_factor();
    auto const old = run(subject_.own().new_recovery_codes(me, code_of(secret), author(), soon()));
    ASSERT_TRUE(old);
    EXPECT_EQ(code(run(subject_.own().new_recovery_codes(me, code_of(secret), author(), soon()))),
              ErrorCode::invalid_argument)
        << "a used code";
    auto const fresh = run(subject_.own().new_recovery_codes(me, old->at(0), author(), soon()));
    ASSERT_TRUE(fresh);
    EXPECT_FALSE(sign_in(kPassword, {}, old->at(1)));
    EXPECT_TRUE(sign_in(kPassword, {}, fresh->at(1)));
}

} // namespace
} // namespace sluice::identity
