#include "connecting/trial.hpp"

#include "connecting_fixture.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::connecting {
namespace {

class TrialTest : public ConnectingTest {
protected:
    accounts::Account active()
    {
        accounts::Account account;
        account.environment = environment_;
        account.environment_integration = installation_;
        account.integration = definitions_.stored.id;
        account.status = accounts::Status::active;
        account.authentication_method = "api_key";
        account.refresh_due_at = clock_.now();
        return accounts_.put(std::move(account), {{{"email", "me"}}, {{"api_key", "old-key"}}});
    }
    Result<void> tried(accounts::Account account)
    {
        return test::run_on(
            io_, trial_.try_context(std::move(account), {{{"email", "you"}}, {{"api_key", "new-key"}}}, soon()));
    }
    Result<accounts::Account> ran(accounts::Account account)
    {
        return test::run_on(io_, trial_.run(std::nullopt, std::nullopt, std::move(account), soon()));
    }
};

TEST_F(TrialTest, OfNewCredentialsLeavesTheAccountAsItIs)
{
    auto const account = active();
    EXPECT_TRUE(tried(account));
    ASSERT_EQ(vendor_.checked.size(), 1U);
    auto const& checked = vendor_.checked.front();
    EXPECT_NE(checked.id, account.id) << "what is learnt belongs to no row";
    EXPECT_EQ(checked.context.at("email"), "you");
    EXPECT_EQ(checked.refresh_due_at, std::nullopt) << "a renewal would use the new tokens up";
    EXPECT_EQ(row(account.id).context.at("email"), "me");
    EXPECT_EQ(secrets_of(account.id).at("api_key"), "old-key");
}

TEST_F(TrialTest, OfCredentialsWithoutAnAccountNeedsNoRow)
{
    accounts::Account account;
    account.environment = environment_;
    account.environment_integration = installation_;
    account.authentication_method = "api_key";
    EXPECT_TRUE(tried(account));
    ASSERT_EQ(vendor_.checked.size(), 1U);
    EXPECT_EQ(vendor_.checked.front().context.at("email"), "you");
    EXPECT_TRUE(accounts_.rows.empty());
}

TEST_F(TrialTest, SaysWhyNewCredentialsAreNoGood)
{
    auto const account = active();
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    auto const refused = tried(account);
    EXPECT_EQ(refused.error().code(), ErrorCode::reauth_needed);
    EXPECT_EQ(refused.error().public_detail(), "Wrong key.");
    vendor_.said = Error{ErrorCode::upstream_timeout, "Too slow."};
    EXPECT_EQ(tried(account).error().code(), ErrorCode::upstream_timeout);
    auto elsewhere = account;
    elsewhere.environment_integration = EnvironmentIntegrationId{Uuid{99}};
    EXPECT_EQ(tried(elsewhere).error().code(), ErrorCode::not_found);
    installations_.rows.at(installation_).override = json::object{{"label", 5}};
    EXPECT_EQ(tried(account).error().code(), ErrorCode::invalid_argument);
}

TEST_F(TrialTest, OfAnAccountStoresItsStatus)
{
    auto account = active();
    row(account.id).status = accounts::Status::connecting;
    EXPECT_EQ(test::must(ran(account)).status, accounts::Status::active);
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    EXPECT_EQ(ran(account).error().code(), ErrorCode::reauth_needed);
    EXPECT_EQ(row(account.id).status, accounts::Status::validation_error);
    EXPECT_EQ(row(account.id).last_error.at("error_type"), "validation_error");
    EXPECT_EQ(row(account.id).last_error.at("message"), "Wrong key.");
}

TEST_F(TrialTest, CannotEndWhatIsNotStored)
{
    auto const account = active();
    connections_.before = [](std::string_view) {
        return Error{ErrorCode::unavailable, "The database is not available."};
    };
    EXPECT_EQ(ran(account).error().code(), ErrorCode::unavailable);
    accounts_.before = [](std::string_view) { return Error{ErrorCode::unavailable, "The database is not available."}; };
    vendor_.checked.clear();
    EXPECT_EQ(ran(account).error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(vendor_.checked.empty());
}

TEST(TrialErrors, AreNamedForClients)
{
    EXPECT_EQ(error_type_of({ErrorCode::reauth_needed, ""}), "validation_error");
    EXPECT_EQ(error_type_of({ErrorCode::setup_failed, ""}), "post_install_error");
    for (auto const code : {ErrorCode::not_found, ErrorCode::conflict, ErrorCode::unauthenticated})
        EXPECT_EQ(error_type_of({code, ""}), "invalid_token");
    EXPECT_EQ(error_type_of({ErrorCode::upstream_timeout, ""}), "connection_error");
}

} // namespace
} // namespace sluice::connecting
