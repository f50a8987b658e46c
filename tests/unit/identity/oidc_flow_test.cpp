#include "identity/oidc_flow.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::identity {
namespace {

using namespace std::chrono_literals;

TEST(OidcReturnPathTest, IsAPathOfOurs)
{
    for (auto const* path : {"/", "/accounts", "/accounts?tenant_id=a&x=%2F%2Fb", "/a//b", "/logs#errors"})
        EXPECT_EQ(return_path_of(path), path);
    for (auto const* bad : {"", "accounts", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
                            "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example",
                            " /a", "/a b", "/a\\b", "/\xc3\xa4", "/a\r\nset-cookie: b=c", "\t//evil.example"})
        EXPECT_EQ(return_path_of(bad), "/") << bad;
    EXPECT_EQ(return_path_of("/" + std::string(kLongestReturnPath - 1, 'a')).size(), kLongestReturnPath);
    EXPECT_EQ(return_path_of("/" + std::string(kLongestReturnPath, 'a')), "/");
}

class OidcCookiesTest : public ::testing::Test {
protected:
    OidcFlow flow(OidcPurpose purpose = {}, std::string_view path = "/accounts")
    {
        return begin_flow(team_, provider_, std::move(purpose), path);
    }
    /// What a browser sends after it was given `set_cookie`.
    static std::string sent(std::string const& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }

    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeClock clock_;
    TeamId team_{uuid_of_name("team")};
    IdentityProviderId provider_{uuid_of_name("provider")};
    OidcCookies cookies_{keyring_, clock_, "https://sluice.example"};
};

TEST_F(OidcCookiesTest, KeepAFlow)
{
    auto const begun = flow(LinkPurpose{UserId{uuid_of_name("ann")}});
    auto const taken = cookies_.take(begun.state, sent(cookies_.add(begun, "")));
    ASSERT_TRUE(taken.flow);
    EXPECT_EQ(taken.flow->nonce, begun.nonce);
    EXPECT_EQ(taken.flow->verifier, begun.verifier);
    EXPECT_EQ(taken.flow->team, team_);
    EXPECT_EQ(taken.flow->provider, provider_);
    EXPECT_EQ(taken.flow->return_path, "/accounts");
    EXPECT_EQ(std::get<LinkPurpose>(taken.flow->purpose).user, UserId{uuid_of_name("ann")});
}

TEST_F(OidcCookiesTest, KeepTheSecretOfAnInvitationSealed)
{
    auto const begun = flow(InvitationPurpose{Secret{"slx_invite_abc"}});
    auto const cookie = cookies_.add(begun, "");
    for (auto const& secret : {std::string("slx_invite"), begun.state, begun.nonce, begun.verifier})
        EXPECT_EQ(cookie.find(secret), std::string::npos);
    auto const taken = cookies_.take(begun.state, sent(cookie));
    EXPECT_EQ(std::get<InvitationPurpose>(taken.flow->purpose).secret.reveal(), "slx_invite_abc");
}

TEST_F(OidcCookiesTest, AreOfThisHostAlone)
{
    auto const cookie = cookies_.add(flow(), "");
    EXPECT_TRUE(cookie.starts_with("__Host-sluice_oidc="));
    EXPECT_TRUE(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")) << cookie;
    OidcCookies const local(keyring_, clock_, "http://127.0.0.1:8080");
    auto const plain = local.add(flow(), "");
    EXPECT_TRUE(plain.starts_with("sluice_oidc="));
    EXPECT_TRUE(plain.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")) << plain;
    EXPECT_TRUE(cookies_.are_safe());
    EXPECT_TRUE(local.are_safe());
    EXPECT_FALSE(OidcCookies(keyring_, clock_, "http://sluice.example").are_safe());
    // A cookie of the other name, which another host may have set, is not looked at.
    auto const begun = flow();
    EXPECT_FALSE(cookies_.take(begun.state, sent(local.add(begun, ""))).flow);
}

TEST_F(OidcCookiesTest, AreUsedOnce)
{
    auto const begun = flow();
    auto const cookie = sent(cookies_.add(begun, ""));
    auto const taken = cookies_.take(begun.state, cookie);
    EXPECT_TRUE(taken.set_cookie.starts_with("__Host-sluice_oidc=; "));
    EXPECT_NE(taken.set_cookie.find("Max-Age=0"), std::string::npos);
    EXPECT_FALSE(cookies_.take(begun.state, sent(taken.set_cookie)).flow);
}

TEST_F(OidcCookiesTest, GiveNoFlowToAnotherState)
{
    auto const begun = flow();
    auto const cookie = sent(cookies_.add(begun, ""));
    EXPECT_FALSE(cookies_.take(flow().state, cookie).flow);
    EXPECT_FALSE(cookies_.take("", cookie).flow);
    EXPECT_FALSE(cookies_.take(begun.state.substr(0, 42), cookie).flow);
    EXPECT_FALSE(cookies_.take(begun.state, "").flow);
    // The flow is still there for its own answer: a stranger's link cannot end it.
    EXPECT_TRUE(cookies_.take(begun.state, sent(cookies_.take("another", cookie).set_cookie)).flow);
}

TEST_F(OidcCookiesTest, KeepFourFlowsSideBySide)
{
    std::vector<OidcFlow> flows;
    std::string cookie;
    for (int i = 0; i < 5; ++i) {
        flows.push_back(
            flow(InvitationPurpose{Secret{std::string(80, 's')}}, "/" + std::string(kLongestReturnPath - 1, 'a')));
        auto const set = cookies_.add(flows.back(), cookie);
        EXPECT_LE(set.size(), 4096U);
        cookie = sent(set);
    }
    EXPECT_FALSE(cookies_.take(flows[0].state, cookie).flow);
    for (std::size_t i = 1; i < flows.size(); ++i) {
        auto const taken = cookies_.take(flows[i].state, cookie);
        EXPECT_TRUE(taken.flow) << i;
        cookie = sent(taken.set_cookie);
    }
}

TEST_F(OidcCookiesTest, LetTheOldestFlowGiveWay)
{
    std::vector<OidcFlow> flows;
    std::string cookie;
    for (int i = 0; i < 5; ++i) {
        flows.push_back(flow());
        cookie = sent(cookies_.add(flows.back(), cookie));
    }
    EXPECT_FALSE(cookies_.take(flows[0].state, cookie).flow);
    EXPECT_EQ(std::ranges::count(cookie, '.'), 3);
}

TEST_F(OidcCookiesTest, EndAfterTenMinutes)
{
    auto const begun = flow();
    auto const cookie = sent(cookies_.add(begun, ""));
    clock_.advance(10min - 1s);
    EXPECT_TRUE(cookies_.take(begun.state, cookie).flow);
    clock_.advance(1s);
    EXPECT_FALSE(cookies_.take(begun.state, cookie).flow);
}

TEST_F(OidcCookiesTest, CannotBeMadeElsewhere)
{
    auto const begun = flow();
    auto const others = crypto::Keyring::generate();
    auto const foreign = sent(OidcCookies(others, clock_, "https://sluice.example").add(begun, ""));
    EXPECT_FALSE(cookies_.take(begun.state, foreign).flow);
    auto cookie = sent(cookies_.add(begun, ""));
    cookie.back() = cookie.back() == 'A' ? 'B' : 'A';
    cookie[cookie.size() / 2] = cookie[cookie.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(cookies_.take(begun.state, cookie).flow);
    for (auto const* text : {"__Host-sluice_oidc=", "__Host-sluice_oidc=....", "__Host-sluice_oidc=a.b.c",
                             "__Host-sluice_oidc", "; ;;", "__Host-sluice_oidc=%00"})
        EXPECT_FALSE(cookies_.take(begun.state, text).flow);
}

TEST_F(OidcCookiesTest, AreFoundAmongOthers)
{
    auto const begun = flow();
    auto const cookie = sent(cookies_.add(begun, ""));
    EXPECT_TRUE(cookies_.take(begun.state, "a=b; " + cookie + "; __Host-sluice_session=x").flow);
    EXPECT_FALSE(cookies_.take(begun.state, "x" + cookie).flow);
}

TEST_F(OidcCookiesTest, StayReadableWhenTheKeyIsRotated)
{
    auto const begun = flow();
    auto const cookie = sent(cookies_.add(begun, ""));
    ASSERT_TRUE(keyring_.activate(keyring_.add()));
    EXPECT_TRUE(cookies_.take(begun.state, cookie).flow);
}

} // namespace
} // namespace sluice::identity
