#include "support/clock.hpp"
#include "support/fake_accounts.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using Lease = RefreshLease::Kind;

/// What the tests of others rely on: the fake keeps the rules of the real repository.
class FakeAccountsTest : public ::testing::Test {
protected:
    FakeAccountsTest()
    {
        Account account;
        account.environment = environment_;
        account.tenant_id = "acme";
        account.status = Status::active;
        id_ = rows_.put(std::move(account), {json::object{{"shop", "a"}}, json::object{{"api_key", "k"}}}).id;
    }
    RefreshLease lease(Uuid owner)
    {
        return *test::run(rows_.lease_refresh(environment_, id_, 1, owner, std::chrono::seconds(30), deadline_));
    }
    Result<Account> finish(Uuid owner, AccountChange change)
    {
        return test::run(rows_.finish_refresh(environment_, id_, owner, {accounts::RefreshEnd::Kind::renewed, {}},
                                              std::move(change), deadline_));
    }

    test::FakeClock clock_;
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    EnvironmentId environment_{uuid_of_name("e")};
    IntegratedAccountId id_;
    Deadline deadline_ = Deadline::after(std::chrono::seconds(5));
    Uuid one_ = uuid_of_name("one");
    Uuid two_ = uuid_of_name("two");
};

TEST_F(FakeAccountsTest, GivesALeaseToOneOnlyAndToTheNextOneWhenItIsOver)
{
    EXPECT_EQ(lease(one_).kind, Lease::taken);
    EXPECT_EQ(lease(two_).kind, Lease::busy);
    ASSERT_TRUE(test::run(rows_.intend_refresh(environment_, id_, one_, deadline_)));
    clock_.advance(std::chrono::seconds(31));
    auto const taken = lease(two_);
    EXPECT_EQ(taken.kind, Lease::taken);
    EXPECT_TRUE(taken.is_interrupted);
    EXPECT_EQ(finish(one_, [](Account&, Context&) -> Result<void> { return {}; }).error().code(), ErrorCode::conflict);
}

TEST_F(FakeAccountsTest, MovesTheGenerationAndAnnouncesWhatItCommits)
{
    (void)lease(one_);
    ASSERT_TRUE(finish(one_, [](Account&, Context& context) -> Result<void> {
        context.secret["api_key"] = "new";
        return {};
    }));
    EXPECT_EQ(rows_.context_of(environment_, id_)->secret.at("api_key"), "new");
    EXPECT_EQ(changes_.sent.size(), 1U);
    EXPECT_EQ(changes_.sent.front().id, id_.uuid());
    EXPECT_EQ(lease(two_).kind, Lease::renewed);
}

TEST_F(FakeAccountsTest, ChangesNothingWhenAChangeFails)
{
    auto const failed = test::run(rows_.update(
        environment_, id_, true,
        [](Account& account, Context&) -> Result<void> {
            account.tenant_id = "other";
            return Error{ErrorCode::invalid_argument, "no"};
        },
        {}, deadline_));
    EXPECT_FALSE(failed);
    EXPECT_EQ(rows_.rows.at({environment_, id_}).account.tenant_id, "acme");
    EXPECT_TRUE(changes_.sent.empty());
}

} // namespace
} // namespace sluice::accounts
