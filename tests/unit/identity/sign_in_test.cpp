#include "people_fixture.hpp"

namespace sluice::identity {
namespace {

using SignInTest = PeopleTest;

IdentityProviderId const kProvider{uuid_of_name("provider")};

TEST_F(SignInTest, OpensASessionWithTheRightPassword)
{
    auto const opened = sign_in(kPassword);
    ASSERT_TRUE(opened);
    EXPECT_EQ(crypto::form_of(keyring_, crypto::TokenKind::session, opened->session.reveal()),
              crypto::TokenForm::keyed);
    EXPECT_EQ(opened->who.user, ann_);
    EXPECT_EQ(opened->who.expires_at, clock_.now() + 24h * 7);
    ASSERT_EQ(people_.sessions.size(), 1U);
    EXPECT_EQ(people_.sessions[0].session.user_agent, "Firefox");
    EXPECT_EQ(people_.authors.back(), "Ann@example.com");
}

TEST_F(SignInTest, TakesTheTeamByIdOrNameAndTheEmailInAnySize)
{
    EXPECT_TRUE(sign_in({team_.str(), "ANN@EXAMPLE.COM", Secret{kPassword}}, client()));
    EXPECT_TRUE(sign_in({"acme", "ann@example.com", Secret{kPassword}}, client()));
}

TEST_F(SignInTest, EachSignInMakesNewValues)
{
    auto const one = sign_in(kPassword);
    auto const two = sign_in(kPassword, one->device);
    EXPECT_NE(one->session.reveal(), two->session.reveal());
    EXPECT_NE(one->device.reveal(), two->device.reveal());
}

/// Whatever is wrong, the answer is the same.
TEST_F(SignInTest, TellsNobodyWhatWasWrong)
{
    people_.add(team_, "nopassword@example.com");
    auto& gone = people_.add(team_, "gone@example.com");
    gone.password = hashed();
    gone.user.is_active = false;
    auto const wrong = sign_in("wrong password 1");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), ErrorCode::unauthenticated);
    struct Case {
        char const* team;
        char const* email;
    };
    for (auto const& [team, email] : {Case{"acme", "nobody@example.com"}, Case{"nowhere", "ann@example.com"},
                                      Case{"acme", "nopassword@example.com"}, Case{"acme", "gone@example.com"},
                                      Case{"", ""}, Case{"acme", "not an e-mail"}}) {
        auto const answer = sign_in({team, email, Secret{kPassword}}, client());
        ASSERT_FALSE(answer) << email;
        EXPECT_EQ(answer.error().code(), wrong.error().code()) << email;
        EXPECT_EQ(answer.error().public_detail(), wrong.error().public_detail()) << email;
        EXPECT_EQ(answer.error().failures().size(), 0U) << email;
    }
    guess(20);
    EXPECT_EQ(sign_in(kPassword).error().public_detail(), wrong.error().public_detail()) << "at a closed door";
}

/// A hash is made whatever is wrong: without it, an answer would come some ten times sooner.
TEST_F(SignInTest, MakesAHashForEveryAttempt)
{
    auto const hashes = [&] { return hasher_metrics_.seconds.snapshot().count; };
    auto const before = hashes();
    std::ignore = sign_in({"acme", "nobody@example.com", Secret{"x"}}, client());
    std::ignore = sign_in({"nowhere", "ann@example.com", Secret{"x"}}, client());
    guess(12); // Two at a closed door.
    EXPECT_EQ(hashes() - before, 14U);
}

TEST_F(SignInTest, TheTenthFailureClosesTheDoorForTheRestOfAQuarterOfAnHour)
{
    guess(9);
    EXPECT_TRUE(sign_in(kPassword)) << "a right password counts as nothing";
    guess(1);
    EXPECT_FALSE(sign_in(kPassword));
    clock_.advance(15min - 1s);
    EXPECT_FALSE(sign_in(kPassword)) << "attempts at a closed door do not reopen it";
    clock_.advance(1s);
    EXPECT_TRUE(sign_in(kPassword));
}

TEST_F(SignInTest, TheDoorIsTheSameByIdAndByName)
{
    for (int i = 0; i < 10; ++i)
        std::ignore = sign_in({i % 2 == 0 ? "acme" : team_.str(), i % 3 == 0 ? "ANN@example.com" : "ann@example.com",
                               Secret{"wrong password"}},
                              client("192.0.2." + std::to_string(i)));
    EXPECT_FALSE(sign_in(kPassword));
}

/// What the database does not see of an e-mail opens no second door.
TEST_F(SignInTest, TheDoorIsTheSameHoweverTheEmailIsWritten)
{
    for (int i = 0; i < 10; ++i) {
        std::string email = "ann@example.com";
        email.insert(static_cast<std::size_t>(i), 1, '\0');
        std::ignore = sign_in({"acme", email, Secret{"wrong password"}}, client());
    }
    EXPECT_FALSE(sign_in(kPassword));
}

/// Whoever has the password, and no end of time, keeps the hashes from nobody else.
TEST_F(SignInTest, AKnownDeviceSignsInTwiceASecond)
{
    auto const device = sign_in(kPassword)->device;
    auto const from = client("192.0.2.1", device);
    int times = 0;
    for (int i = 0; i < 10; ++i)
        times += sign_in({"acme", "ann@example.com", Secret{kPassword}}, from) ? 1 : 0;
    EXPECT_EQ(times, tenancy::SecretGate::kSignInsOfUser);
    for (int i = 0; i < 20; ++i)
        std::ignore = sign_in({"acme", "ann@example.com", Secret{kPassword}}, from);
    EXPECT_TRUE(sign_in(kPassword, device)) << "what was not tried is no wrong password";
}

/// Guesses at once are counted before they are judged.
TEST_F(SignInTest, ManyGuessesAtOnceDoNotPass)
{
    auto const count = [](AttemptRepository& attempts, crypto::Digest key) -> Task<Result<std::int64_t>> {
        co_return co_await attempts.count(key, Deadline::after(1s));
    };
    guess(9);
    // Two guesses are under way: each has been counted, and neither has been judged.
    for (auto& [key, row] : people_.attempts)
        std::ignore = run(count(attempts_, key));
    EXPECT_FALSE(sign_in(kPassword));
}

TEST_F(SignInTest, AStrangerCannotLockOutADeviceThatIsKnown)
{
    auto const device = sign_in(kPassword)->device;
    guess(30);
    EXPECT_FALSE(sign_in(kPassword)) << "a stranger";
    EXPECT_TRUE(sign_in(kPassword, device));
}

TEST_F(SignInTest, AKnownDeviceMayGuessTenTimesToo)
{
    auto const device = sign_in(kPassword)->device;
    guess(10, device);
    EXPECT_FALSE(sign_in(kPassword, device));
    EXPECT_TRUE(sign_in(kPassword)) << "the strangers' door is another";
    clock_.advance(15min);
    EXPECT_TRUE(sign_in(kPassword, device));
}

TEST_F(SignInTest, ADeviceOpensOnlyItsOwnUsersDoor)
{
    auto& bob = people_.add(team_, "bob@example.com");
    bob.password = hashed();
    auto const bobs = sign_in({"acme", "bob@example.com", Secret{kPassword}}, client());
    ASSERT_TRUE(bobs);
    guess(10);
    EXPECT_FALSE(sign_in(kPassword, bobs->device));
    guess(1, Secret{"slx_dev_AAAA"});
    auto forged = bobs->device.reveal();
    forged[20] = forged[20] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sign_in(kPassword, Secret{forged}));
}

TEST_F(SignInTest, AnAddressMayTrySomeTimesASecond)
{
    int refused = 0;
    for (int i = 0; i < 12; ++i) {
        Client const from{"192.0.2.7", "", "", {}};
        auto const answer = run(sign_in_.with_password({"acme", "x" + std::to_string(i), Secret{"x"}}, from, soon()));
        refused += answer.error().code() == ErrorCode::rate_limited ? 1 : 0;
    }
    EXPECT_EQ(refused, 2);
}

// The second factor ---------------------------------------------------------------------------------------------------

TEST_F(SignInTest, AsksForACodeOnlyBehindTheRightPassword)
{
    auto const secret = with_second_factor();
    EXPECT_TRUE(sign_in("wrong password 1").error().failures().empty());
    auto const asked = sign_in(kPassword);
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code(), ErrorCode::unauthenticated);
    ASSERT_EQ(asked.error().failures().size(), 1U);
    EXPECT_EQ(asked.error().failures()[0].path, "code");
    EXPECT_TRUE(sign_in(kPassword, {}, code_of(secret)));
}

TEST_F(SignInTest, TakesACodeOnce)
{
    auto const secret = with_second_factor();
    EXPECT_TRUE(sign_in(kPassword, {}, code_of(secret)));
    EXPECT_FALSE(sign_in(kPassword, {}, code_of(secret)));
    clock_.advance(30s);
    EXPECT_TRUE(sign_in(kPassword, {}, code_of(secret)));
    // The step before is within the drift, but older than the last one taken.
    EXPECT_FALSE(sign_in(kPassword, {}, Secret{crypto::totp_code(secret, crypto::totp_step(clock_.now()) - 1)}));
}

Task<void> take_step(test::People::UserRow& user, Timestamp now)
{
    user.factor->last_step = crypto::totp_step(now);
    co_return;
}

/// Two requests with one code: both found it right, and one takes it.
TEST_F(SignInTest, TakesACodeOnceAlsoAtTheSameTime)
{
    auto const secret = with_second_factor();
    people_.pause = [this] { return take_step(*people_.row(team_, ann_), clock_.now()); };
    auto const late = sign_in(kPassword, {}, code_of(secret));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().failures().at(0).path, "code");
}

TEST_F(SignInTest, WrongCodesCloseTheDoor)
{
    auto const secret = with_second_factor();
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(sign_in(kPassword, {}, Secret{"00000x"}));
    EXPECT_FALSE(sign_in(kPassword, {}, code_of(secret)));
}

TEST_F(SignInTest, AnUnconfirmedSecondFactorIsNotAskedFor)
{
    people_.row(team_, ann_)->factor = SecondFactor{crypto::new_totp_secret(), false, 0};
    EXPECT_TRUE(sign_in(kPassword));
}

// Links ---------------------------------------------------------------------------------------------------------------

TEST_F(SignInTest, ALinkToSignInWorksOnce)
{
    auto const link = linked(LinkKind::sign_in, crypto::TokenKind::sign_in);
    auto const opened = run(sign_in_.with_link(link, client(), soon()));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->who.method, SignInMethod::link);
    EXPECT_EQ(run(sign_in_.with_link(link, client(), soon())).error().code(), ErrorCode::not_found);
}

TEST_F(SignInTest, ALinkEnds)
{
    auto const link = linked(LinkKind::sign_in, crypto::TokenKind::sign_in);
    clock_.advance(1h);
    EXPECT_EQ(run(sign_in_.with_link(link, client(), soon())).error().code(), ErrorCode::not_found);
}

TEST_F(SignInTest, ALinkOfOneKindIsNoneOfAnother)
{
    auto const link = linked(LinkKind::reset, crypto::TokenKind::reset);
    EXPECT_FALSE(run(sign_in_.with_link(link, client(), soon())));
    EXPECT_FALSE(run(sign_in_.accept_invitation({link, Secret{"another long walk"}}, client(), soon())));
    EXPECT_TRUE(run(sign_in_.show(LinkKind::reset, link, soon())));
    EXPECT_FALSE(run(sign_in_.show(LinkKind::invitation, link, soon())));
    EXPECT_FALSE(run(sign_in_.show(LinkKind::reset, Secret{"slx_reset_x"}, soon())));
}

TEST_F(SignInTest, AnInvitationSetsNameAndPassword)
{
    auto const link = linked(LinkKind::invitation, crypto::TokenKind::invitation);
    EXPECT_EQ(run(sign_in_.accept_invitation({link, Secret{"short"}}, client(), soon())).error().failures().at(0).path,
              "password");
    EXPECT_EQ(run(sign_in_.accept_invitation({link, Secret{"another long walk"}, "Ann\nBcc"}, client(), soon()))
                  .error()
                  .failures()
                  .at(0)
                  .path,
              "name");
    EXPECT_TRUE(run(sign_in_.accept_invitation({link, Secret{"another long walk"}, "Ann"}, client(), soon())));
    EXPECT_EQ(people_.row(team_, ann_)->user.name, "Ann");
    EXPECT_TRUE(sign_in("another long walk"));
    EXPECT_FALSE(run(sign_in_.accept_invitation({link, Secret{"another long walk"}}, client(), soon())));
}

TEST_F(SignInTest, AResetEndsTheLockOutAndAllSessions)
{
    ASSERT_TRUE(sign_in(kPassword));
    guess(10);
    ASSERT_FALSE(sign_in(kPassword));
    auto const link = linked(LinkKind::reset, crypto::TokenKind::reset);
    auto const opened = run(sign_in_.reset({link, Secret{"another long walk"}}, client(), soon()));
    ASSERT_TRUE(opened);
    ASSERT_EQ(people_.sessions.size(), 1U);
    EXPECT_EQ(people_.sessions[0].session.id, opened->who.session);
    EXPECT_TRUE(sign_in("another long walk"));
    EXPECT_FALSE(sign_in(kPassword));
}

/// Who reads somebody's mail does not have their phone.
TEST_F(SignInTest, AResetAsksForTheSecondFactor)
{
    auto const secret = with_second_factor();
    auto const link = linked(LinkKind::reset, crypto::TokenKind::reset);
    EXPECT_TRUE(run(sign_in_.show(LinkKind::reset, link, soon()))->needs_code);
    Secret const password{"another long walk"};
    EXPECT_EQ(run(sign_in_.reset({link, password}, client(), soon())).error().failures().at(0).path, "code");
    for (int i = 0; i < 9; ++i)
        EXPECT_FALSE(run(sign_in_.reset({link, password, {}, Secret{"00000x"}}, client(), soon())));
    EXPECT_TRUE(run(sign_in_.reset({link, password, {}, code_of(secret)}, client(), soon())));
}

TEST_F(SignInTest, CodesOfAResetCannotBeGuessed)
{
    auto const secret = with_second_factor();
    auto const link = linked(LinkKind::reset, crypto::TokenKind::reset);
    Secret const password{"another long walk"};
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(run(sign_in_.reset({link, password, {}, Secret{"00000x"}}, client(), soon())));
    EXPECT_FALSE(run(sign_in_.reset({link, password, {}, code_of(secret)}, client(), soon())));
    clock_.advance(15min);
    EXPECT_TRUE(run(sign_in_.reset({link, password, {}, code_of(secret)}, client(), soon())));
}

TEST_F(SignInTest, AnAdminsResetTakesTheSecondFactorAway)
{
    std::ignore = with_second_factor();
    auto const link = linked(LinkKind::reset, crypto::TokenKind::reset, true);
    EXPECT_FALSE(run(sign_in_.show(LinkKind::reset, link, soon()))->needs_code);
    EXPECT_TRUE(run(sign_in_.reset({link, Secret{"another long walk"}}, client(), soon())));
    EXPECT_TRUE(sign_in("another long walk"));
}

TEST_F(SignInTest, AnIdentityProviderSignsInOnlyWhoIsActive)
{
    EXPECT_EQ(run(sign_in_.with_identity(team_, ann_, kProvider, client(), soon()))->who.method, SignInMethod::oidc);
    people_.row(team_, ann_)->user.is_active = false;
    EXPECT_EQ(run(sign_in_.with_identity(team_, ann_, kProvider, client(), soon())).error().code(),
              ErrorCode::unauthenticated);
    EXPECT_FALSE(run(sign_in_.with_identity(people_.add_team("other"), ann_, kProvider, client(), soon())));
}

// Letters with a link to reset ----------------------------------------------------------------------------------------

TEST_F(SignInTest, SendsAResetAndTellsNothing)
{
    auto sign_in = made_sign_in(&mailer_);
    EXPECT_TRUE(run(sign_in.request_reset("acme", "nobody@example.com", client())));
    EXPECT_TRUE(run(sign_in.request_reset("nowhere", "ann@example.com", client())));
    EXPECT_TRUE(mailer_.resets.empty());
    EXPECT_TRUE(run(sign_in.request_reset("acme", "ann@example.com", client())));
    ASSERT_EQ(mailer_.resets.size(), 1U);
    EXPECT_EQ(mailer_.resets[0].to, "Ann@example.com");
    auto const url = mailer_.resets[0].link.reveal();
    ASSERT_TRUE(url.starts_with("https://sluice.example/reset#slx_reset_")) << url;
    Secret const secret{url.substr(url.find('#') + 1)};
    EXPECT_TRUE(run(sign_in_.reset({secret, Secret{"another long walk"}}, client(), soon())));
    EXPECT_EQ(log_.text().find("slx_reset_"), std::string::npos);
}

TEST_F(SignInTest, FillsNobodysMailbox)
{
    auto sign_in = made_sign_in(&mailer_);
    for (int i = 0; i < 8; ++i)
        EXPECT_TRUE(run(sign_in.request_reset("acme", "ann@example.com", client("192.0.2." + std::to_string(i)))));
    EXPECT_EQ(mailer_.resets.size(), static_cast<std::size_t>(SignIn::kResetLetters));
}

} // namespace
} // namespace sluice::identity
