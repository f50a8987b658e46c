#include "fake_provider.hpp"
#include "identity/oidc_sign_in.hpp"
#include "people_fixture.hpp"
#include "support/fake_identity_providers.hpp"

namespace sluice::identity {
namespace {

/// Ann's team has a provider, at which she is the subject `ann`.
class OidcSignInTest : public PeopleTest {
protected:
    OidcSignInTest()
    {
        http_.respond = [this](http::OutgoingRequest const& request) { return provider_.answer(request); };
        NewIdentityProvider wish{"Example", std::string(kIssuer), "client:1", Secret{"secret"}};
        id_ = run(rows_.create(team_, std::move(wish), {}, soon()))->id;
    }

    OidcArrival go(OidcPurpose purpose, SignedIn const* who = nullptr)
    {
        Oidc::Wish wish{team_, id_, std::move(purpose), "/accounts", ""};
        auto const begun = run(oidc_.begin(std::move(wish), soon()));
        auto cookie = begun->set_cookie.substr(0, begun->set_cookie.find(';'));
        return run(arrivals_.arrive(team_, provider_.visit(begun->url), std::move(cookie), who, client(), soon()));
    }
    void link_ann() { rows_.subjects[{team_, id_, "ann"}] = ann_; }
    SignedIn session_of(UserId user) const
    {
        SignedIn who;
        who.team = team_;
        who.user = user;
        who.email = "ann@example.com";
        return who;
    }

    FakeProvider provider_{clock_};
    test::FakeClient http_;
    http::EgressPolicy egress_;
    test::FakeIdentityProviders rows_;
    Oidc oidc_{rows_, http_, egress_, keyring_, clock_, "https://sluice.example"};
    OidcSignIn arrivals_{oidc_, rows_, sign_in_, keyring_};
    IdentityProviderId id_;
};

TEST_F(OidcSignInTest, SignsInWhoIsLinked)
{
    link_ann();
    auto const arrival = go(SignInPurpose{});
    ASSERT_TRUE(arrival.opened);
    EXPECT_FALSE(arrival.fault);
    EXPECT_EQ(arrival.opened->who.user, ann_);
    EXPECT_EQ(arrival.opened->who.method, SignInMethod::oidc);
    EXPECT_EQ(arrival.return_path, "/accounts");
    EXPECT_NE(arrival.set_cookie.find("Max-Age=0"), std::string::npos);
}

TEST_F(OidcSignInTest, LetsNobodyInByTheirEmail)
{
    provider_.claims = {{"email", "ann@example.com"}, {"email_verified", true}};
    auto const arrival = go(SignInPurpose{});
    EXPECT_FALSE(arrival.opened);
    EXPECT_EQ(arrival.fault, OidcFault::not_invited);
    EXPECT_TRUE(rows_.subjects.empty());
    EXPECT_FALSE(arrival.set_cookie.empty());
}

TEST_F(OidcSignInTest, LetsNobodyInWhoIsNotActive)
{
    link_ann();
    people_.row(team_, ann_)->user.is_active = false;
    EXPECT_EQ(go(SignInPurpose{}).fault, OidcFault::not_invited);
}

TEST_F(OidcSignInTest, LinksOnlyTheUserOfTheLiveSession)
{
    EXPECT_EQ(go(LinkPurpose{ann_}).fault, OidcFault::not_signed_in);
    auto const bob = session_of(UserId{uuid_of_name("bob")});
    EXPECT_EQ(go(LinkPurpose{ann_}, &bob).fault, OidcFault::not_signed_in);
    auto elsewhere = session_of(ann_);
    elsewhere.team = TeamId{uuid_of_name("another")};
    EXPECT_EQ(go(LinkPurpose{ann_}, &elsewhere).fault, OidcFault::not_signed_in);
    EXPECT_TRUE(rows_.subjects.empty());

    auto const ann = session_of(ann_);
    auto const arrival = go(LinkPurpose{ann_}, &ann);
    EXPECT_FALSE(arrival.fault);
    EXPECT_FALSE(arrival.opened);
    EXPECT_EQ(rows_.subjects.begin()->second, ann_);
}

TEST_F(OidcSignInTest, LinksNoSubjectTwice)
{
    rows_.subjects[{team_, id_, "ann"}] = UserId{uuid_of_name("bob")};
    auto const ann = session_of(ann_);
    EXPECT_EQ(go(LinkPurpose{ann_}, &ann).fault, OidcFault::conflict);
}

/// A session alone links nothing: somebody who goes there to sign in is only signed in.
TEST_F(OidcSignInTest, ASignInNeverLinks)
{
    auto const ann = session_of(ann_);
    EXPECT_EQ(go(SignInPurpose{}, &ann).fault, OidcFault::not_invited);
    EXPECT_TRUE(rows_.subjects.empty());
}

TEST_F(OidcSignInTest, AcceptsAnInvitationOnce)
{
    auto const secret = linked(LinkKind::invitation, crypto::TokenKind::invitation);
    rows_.invitations.emplace_back(crypto::hash_token(keyring_, secret.reveal()), ann_);
    auto const arrival = go(InvitationPurpose{secret});
    ASSERT_TRUE(arrival.opened) << arrival.error.public_detail();
    EXPECT_EQ(arrival.opened->who.user, ann_);
    EXPECT_EQ(rows_.subjects.begin()->second, ann_);
    EXPECT_EQ(go(InvitationPurpose{secret}).fault, OidcFault::invitation_over);
    EXPECT_EQ(go(InvitationPurpose{Secret{"slx_invite_made_up"}}).fault, OidcFault::invitation_over);
}

TEST_F(OidcSignInTest, TellsWhatWasWrong)
{
    link_ann();
    provider_.claims = {{"nonce", "another"}};
    auto const arrival = go(SignInPurpose{});
    EXPECT_EQ(arrival.fault, OidcFault::refused);
    EXPECT_FALSE(arrival.opened);
    EXPECT_EQ(arrival.return_path, "/");
}

} // namespace
} // namespace sluice::identity
