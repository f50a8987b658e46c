#include "accounts/account_tokens.hpp"

#include "fake_account_tokens.hpp"
#include "support/clock.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono_literals;

class AccountTokensTest : public ::testing::Test {
protected:
    /// A token that ends in a quarter of an hour.
    std::string made()
    {
        auto const secret = crypto::mint_token(keyring_, crypto::TokenKind::account);
        std::string token(secret.reveal());
        test::must(test::run(rows_.create({environment_, account_, clock_.now() + AccountTokens::kLifetime},
                                          crypto::hash_token(keyring_, token), {}, test::soon())));
        return token;
    }
    Result<AccountToken> authenticate(std::string_view token)
    {
        return test::run(tokens_.authenticate(token, {}, test::soon()));
    }
    ErrorCode refusal_of(std::string_view token)
    {
        auto const known = authenticate(token);
        return known ? ErrorCode::internal : known.error().code();
    }

    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeClock clock_;
    FakeAccountTokens rows_;
    tenancy::SecretGate gate_{keyring_, {}};
    AccountTokens tokens_{rows_, keyring_, gate_, clock_, {}};
    EnvironmentId environment_{Uuid{7}};
    IntegratedAccountId account_{Uuid{9}};
};

TEST_F(AccountTokensTest, KnowATokenAfterOneQuery)
{
    auto const token = made();
    EXPECT_TRUE(tokens_.known_environment(token).empty());
    EXPECT_EQ(authenticate(token)->account, account_);
    EXPECT_EQ(authenticate(token)->environment, environment_);
    EXPECT_EQ(rows_.lookups, 1);
    EXPECT_EQ(tokens_.known_environment(token), environment_);
    EXPECT_TRUE(tokens_.known_environment("slx_account_x").empty());
}

TEST_F(AccountTokensTest, RefuseATokenFromItsEndOn)
{
    auto const token = made();
    clock_.advance(AccountTokens::kLifetime - 1ms);
    EXPECT_TRUE(authenticate(token));
    clock_.advance(1ms);
    EXPECT_EQ(refusal_of(token), ErrorCode::unauthenticated);
}

TEST_F(AccountTokensTest, RefuseWhatIsNoTokenWithoutAQuery)
{
    auto const made_up = crypto::mint_token(crypto::Keyring::generate(), crypto::TokenKind::account);
    auto const of_another_kind = crypto::mint_token(keyring_, crypto::TokenKind::api);
    EXPECT_EQ(refusal_of(made_up.reveal()), ErrorCode::unauthenticated);
    EXPECT_EQ(refusal_of(of_another_kind.reveal()), ErrorCode::unauthenticated);
    EXPECT_EQ(refusal_of(""), ErrorCode::unauthenticated);
    EXPECT_EQ(rows_.lookups, 0);
}

TEST_F(AccountTokensTest, RefuseATokenThatIsNotStored)
{
    auto const token = crypto::mint_token(keyring_, crypto::TokenKind::account);
    EXPECT_EQ(refusal_of(token.reveal()), ErrorCode::unauthenticated);
    EXPECT_EQ(rows_.lookups, 1);
}

TEST_F(AccountTokensTest, TellADatabaseThatIsDownFromATokenThatIsUnknown)
{
    auto const token = made();
    rows_.is_down = true;
    EXPECT_EQ(refusal_of(token), ErrorCode::unavailable);
    rows_.is_down = false;
    EXPECT_TRUE(authenticate(token)) << "the failure was not kept";
}

TEST_F(AccountTokensTest, ForgetTheTokensOfAnAccountThatChanged)
{
    auto const token = made();
    EXPECT_TRUE(authenticate(token));
    using Kind = snapshots::Change::Kind;
    tokens_.apply({Kind::account, environment_, Uuid{1}});
    EXPECT_EQ(tokens_.known_environment(token), environment_);
    tokens_.apply({Kind::account, environment_, account_.uuid()});
    EXPECT_TRUE(tokens_.known_environment(token).empty());
    EXPECT_TRUE(authenticate(token));
    tokens_.apply({Kind::environment, environment_, {}});
    EXPECT_TRUE(tokens_.known_environment(token).empty());
}

} // namespace
} // namespace sluice::accounts
