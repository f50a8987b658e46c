#include "identity/sessions.hpp"

#include "people_fixture.hpp"

namespace sluice::identity {
namespace {

class SessionsTest : public PeopleTest {
protected:
    SessionsTest()
    {
        changes_.on_change = [this](snapshots::Change const& change) { subject_.apply(change); };
    }
    Result<Sessions::Pointer> authenticate(Secret const& value)
    {
        return run(subject_.authenticate(value.reveal(), soon()));
    }
    Secret opened() { return sign_in(kPassword)->session; }

    Sessions subject_{sessions_, keyring_, clock_, behind_, {}, {}};
};

TEST_F(SessionsTest, KnowsASessionAfterOneQuery)
{
    auto const value = opened();
    EXPECT_FALSE(subject_.authenticate_warm(value.reveal()));
    EXPECT_EQ((*authenticate(value))->user, ann_);
    EXPECT_TRUE(subject_.authenticate_warm(value.reveal()));
    EXPECT_TRUE(authenticate(value));
    EXPECT_EQ(people_.lookups, 1U);
}

TEST_F(SessionsTest, AnInventedValueCostsNoQuery)
{
    auto const foreign = crypto::mint_token(crypto::Keyring::generate(), crypto::TokenKind::session);
    auto unkeyed = opened().reveal();
    unkeyed.resize(unkeyed.size() - 8);
    for (auto const& value : {std::string(), std::string("slx_sess_x"), foreign.reveal(), unkeyed,
                              std::string(5000, 'a'), crypto::mint_token(keyring_, crypto::TokenKind::api).reveal()})
        EXPECT_EQ(authenticate(Secret{value}).error().code(), ErrorCode::unauthenticated) << value.size();
    EXPECT_EQ(people_.lookups, 0U);
}

TEST_F(SessionsTest, WhatChangesHoldsAtTheNextRequest)
{
    auto const value = opened();
    EXPECT_TRUE((*authenticate(value))->permissions.has(tenancy::Permission::team_write));
    people_.add(team_, "bob@example.com", tenancy::Role::owner);
    UserCheck anything = [](User const&) { return Result<void>{}; };
    ASSERT_TRUE(run(users_.update(team_, ann_, {.role = tenancy::Role::viewer}, std::move(anything), {}, soon())));
    EXPECT_FALSE((*authenticate(value))->permissions.has(tenancy::Permission::team_write));
    UserCheck again = [](User const&) { return Result<void>{}; };
    ASSERT_TRUE(run(users_.update(team_, ann_, {.is_active = false}, std::move(again), {}, soon())));
    EXPECT_EQ(authenticate(value).error().code(), ErrorCode::unauthenticated);
}

TEST_F(SessionsTest, AnEndedSessionIsRefusedAndTheOthersStay)
{
    auto const one = opened();
    auto const two = opened();
    auto const id = (*authenticate(one))->session;
    EXPECT_TRUE(authenticate(two));
    ASSERT_TRUE(run(sessions_.end(team_, ann_, id, {}, soon())));
    EXPECT_EQ(authenticate(one).error().code(), ErrorCode::unauthenticated);
    EXPECT_TRUE(authenticate(two));
}

TEST_F(SessionsTest, ANewEnvironmentIsSeenAtTheNextRequest)
{
    auto const value = opened();
    EXPECT_TRUE((*authenticate(value))->environments.empty());
    people_.environments.push_back({EnvironmentId{uuid_of_name("new")}, "new"});
    changes_.notify({snapshots::Change::Kind::team, {}, team_.uuid()});
    EXPECT_TRUE((*authenticate(value))->may_enter(EnvironmentId{uuid_of_name("new")}));
}

TEST_F(SessionsTest, ASessionEndsAfterItsLifetimeHoweverMuchItIsUsed)
{
    auto const value = opened();
    for (int i = 0; i < 24 * 7 - 1; ++i) {
        clock_.advance(1h);
        ASSERT_TRUE(authenticate(value)) << i;
    }
    clock_.advance(1h);
    EXPECT_EQ(authenticate(value).error().code(), ErrorCode::unauthenticated);
}

TEST_F(SessionsTest, ASessionEndsWhenItIsNotUsed)
{
    auto const value = opened();
    EXPECT_TRUE(authenticate(value));
    clock_.advance(12h);
    EXPECT_TRUE(authenticate(value));
    clock_.advance(12h + 1s);
    EXPECT_EQ(authenticate(value).error().code(), ErrorCode::unauthenticated);
}

/// Another replica has served the session meanwhile; this one has an old copy.
TEST_F(SessionsTest, UseElsewhereKeepsASessionAlive)
{
    auto const value = opened();
    EXPECT_TRUE(authenticate(value));
    clock_.advance(11h);
    people_.sessions[0].session.seen_at = clock_.now();
    clock_.advance(2h);
    EXPECT_TRUE(authenticate(value));
}

TEST_F(SessionsTest, UseIsWrittenEveryFiveMinutesAtMost)
{
    auto const value = opened();
    EXPECT_TRUE(authenticate(value));
    clock_.advance(5min - 1s);
    EXPECT_TRUE(authenticate(value));
    EXPECT_TRUE(people_.seen.empty());
    clock_.advance(1s);
    EXPECT_TRUE(authenticate(value));
    EXPECT_TRUE(authenticate(value));
    EXPECT_EQ(people_.seen.size(), 1U);
    clock_.advance(5min);
    EXPECT_TRUE(authenticate(value));
    EXPECT_EQ(people_.seen.size(), 2U);
}

TEST_F(SessionsTest, ADatabaseThatIsDownIsNoSignOut)
{
    auto const value = opened();
    people_.failure = Error{ErrorCode::unavailable, "Down."};
    EXPECT_EQ(authenticate(value).error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::identity
