#include "support/clock.hpp"
#include "support/fake_api_tokens.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"
#include "tenancy/api_tokens.hpp"

#include <gtest/gtest.h>

namespace sluice::tenancy {
namespace {

class ApiTokensTest : public ::testing::Test {
protected:
    ApiTokensTest()
    {
        changes_.on_change = [this](snapshots::Change const& change) { tokens_.apply(change); };
    }
    Result<ApiTokens::Pointer> authenticate(std::string_view token, std::string_view address = "")
    {
        return test::run(tokens_.authenticate(token, address, Deadline::after(std::chrono::seconds(30))));
    }
    std::string made(std::string_view secret)
    {
        std::string token(secret);
        (void)test::run(rows_.create(environment_, {.name = "name " + token}, crypto::hash_token(keyring_, token), {},
                                     Deadline::after(std::chrono::seconds(30))));
        return token;
    }
    std::string minted() { return crypto::mint_token(keyring_, crypto::TokenKind::api).reveal(); }
    /// As tokens were before they had a MAC.
    std::string unkeyed()
    {
        auto token = minted();
        token.resize(token.size() - 8);
        return token;
    }
    /// What somebody makes up who knows the form and has a keyring of their own.
    std::string made_up() { return crypto::mint_token(crypto::Keyring::generate(), crypto::TokenKind::api).reveal(); }

    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeClock clock_;
    test::FakeSteadyClock steady_;
    test::FakeChanges changes_;
    test::FakeApiTokens rows_{changes_};
    SecretGate gate_{keyring_, {}, steady_};
    ApiTokens tokens_{rows_, keyring_, gate_, clock_, {}};
    EnvironmentId environment_{uuid_of_name("e")};
};

TEST_F(ApiTokensTest, KnowsATokenAfterOneQuery)
{
    auto const token = made(minted());
    EXPECT_TRUE(authenticate(token));
    EXPECT_TRUE(authenticate(token));
    EXPECT_EQ(rows_.lookups, 1U);
}

TEST_F(ApiTokensTest, RefusesAReplacedTokenFromItsChangeOn)
{
    auto const token = made(minted());
    EXPECT_TRUE(authenticate(token));
    ASSERT_TRUE(test::run(rows_.replace_secret(environment_, "name " + token, crypto::hash_token(keyring_, minted()),
                                               {}, Deadline::after(std::chrono::seconds(30)))));
    EXPECT_EQ(authenticate(token).error().code(), ErrorCode::unauthenticated);
}

/// While announcements are lost each entry is read again before use; whose it is does not change.
TEST_F(ApiTokensTest, KnowsWhoseATokenIsAlsoWhileItMustBeReadAgain)
{
    auto const token = made(minted());
    EXPECT_TRUE(tokens_.known_environment(token).empty());
    EXPECT_TRUE(authenticate(token));
    tokens_.set_listening(false);
    EXPECT_FALSE(tokens_.authenticate_warm(token, ""));
    EXPECT_EQ(tokens_.known_environment(token), environment_);
    EXPECT_TRUE(tokens_.known_environment(made_up()).empty());
    EXPECT_TRUE(tokens_.known_environment("slx_api_x").empty());
}

TEST_F(ApiTokensTest, AMadeUpTokenCostsNoQuery)
{
    for (int i = 0; i < 1'000; ++i)
        EXPECT_EQ(authenticate(made_up()).error().code(), ErrorCode::unauthenticated);
    EXPECT_EQ(rows_.lookups, 0U);
}

TEST_F(ApiTokensTest, UnknownTokensWithoutMacCostFiftyQueriesASecond)
{
    int limited = 0;
    for (int i = 0; i < 1'000; ++i)
        limited += authenticate(unkeyed()).error().code() == ErrorCode::rate_limited ? 1 : 0;
    EXPECT_EQ(rows_.lookups, 50U);
    EXPECT_EQ(limited, 950);
    steady_.advance(std::chrono::milliseconds(1'000));
    for (int i = 0; i < 1'000; ++i)
        (void)authenticate(unkeyed());
    EXPECT_EQ(rows_.lookups, 100U);
}

TEST_F(ApiTokensTest, AFloodOfUnknownTokensHurtsNeitherNewTokensNorThoseInUse)
{
    auto const old = made(unkeyed());
    EXPECT_TRUE(authenticate(old));
    for (int i = 0; i < 10'000; ++i)
        (void)authenticate(i % 2 == 0 ? unkeyed() : made_up());
    EXPECT_TRUE(authenticate(old));
    EXPECT_TRUE(authenticate(made(minted())));
    // Nor does it while every use is a query.
    tokens_.set_listening(false);
    EXPECT_TRUE(authenticate(old));
    EXPECT_TRUE(authenticate(made(minted())));
}

TEST_F(ApiTokensTest, LooksUpNoTokenWithoutMacOnceTheyAreNotAccepted)
{
    SecretGate closed(keyring_, {.accept_unkeyed = false}, steady_);
    ApiTokens tokens(rows_, keyring_, closed, clock_, {});
    auto const deadline = Deadline::after(std::chrono::seconds(30));
    EXPECT_EQ(test::run(tokens.authenticate(made(unkeyed()), {}, deadline)).error().code(), ErrorCode::unauthenticated);
    EXPECT_EQ(rows_.lookups, 0U);
    EXPECT_TRUE(test::run(tokens.authenticate(made(minted()), {}, deadline)));
}

/// A stolen token is worth nothing elsewhere.
TEST_F(ApiTokensTest, ATokenWithAListOfAddressesIsTakenFromTheseOnly)
{
    auto const token = minted();
    ASSERT_TRUE(
        test::run(rows_.create(environment_, {.name = "listed", .addresses = {"198.51.100.0/24", "2001:db8::/32"}},
                               crypto::hash_token(keyring_, token), {}, Deadline::after(std::chrono::seconds(30)))));
    EXPECT_TRUE(authenticate(token, "198.51.100.7"));
    EXPECT_TRUE(authenticate(token, "::ffff:198.51.100.7"));
    EXPECT_TRUE(authenticate(token, "2001:db8::1"));
    for (auto const* const elsewhere : {"198.51.101.7", "2001:db9::1", "", "somewhere"})
        EXPECT_EQ(authenticate(token, elsewhere).error().code(), ErrorCode::forbidden) << elsewhere;
    EXPECT_EQ(tokens_.authenticate_warm(token, "203.0.113.1")->error().code(), ErrorCode::forbidden);
}

TEST_F(ApiTokensTest, ANarrowerTokenIsNarrowerFromTheNextRequestOn)
{
    auto const token = made(minted());
    auto const before = authenticate(token);
    ASSERT_TRUE(before);
    EXPECT_TRUE((*before)->permissions.has(Permission::webhooks_write));
    ASSERT_TRUE(test::run(rows_.update(environment_, (*before)->id, {.scopes = std::vector<std::string>{"read_only"}},
                                       {}, Deadline::after(std::chrono::seconds(30)))));
    EXPECT_FALSE((*authenticate(token))->permissions.has(Permission::webhooks_write));
}

} // namespace
} // namespace sluice::tenancy
