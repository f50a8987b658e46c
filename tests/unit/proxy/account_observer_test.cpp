#include "proxy/account_observer.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

using namespace std::chrono_literals;

class AccountObserverTest : public ::testing::Test {
protected:
    void forbid(std::string_view method, std::string message = "Not this.",
                std::vector<std::string> const& missing = {})
    {
        auto const account = desk_.callable(account_);
        desk_.observer.forbidden(account, *account->installed->integration->find("tickets", method), std::move(message),
                                 missing);
        desk_.settle();
    }
    test::FakeAccounts::Row& row() { return desk_.rows.rows.at({desk_.environment, account_}); }
    json::value const& written() { return row().account.last_forbidden_error; }

    test::DeskCalls desk_{
        catalog::test::replaced(catalog::test::kManifest, "tool_tags:", "health: tickets.list\ntool_tags:")};
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(AccountObserverTest, WritesWhatWasForbidden)
{
    forbid("create");
    EXPECT_EQ(written(), *json::parse(R"({"resource":"tickets","method":"create","message":"Not this.",
        "occurred_at":"2026-11-20T12:00:00Z","missing_scopes":[]})"));
}

TEST_F(AccountObserverTest, WritesTheScopesThatAreMissing)
{
    forbid("create", "Not this.", {"tickets:write"});
    EXPECT_EQ(written().at("missing_scopes"), json::array{"tickets:write"});
}

TEST_F(AccountObserverTest, WritesOfOneMethodAtMostOnceAMinute)
{
    forbid("create");
    forbid("create", "Still not.");
    EXPECT_EQ(written().at("message"), "Not this.");
    forbid("get", "Nor this.");
    EXPECT_EQ(written().at("message"), "Nor this.") << "of another method";
    desk_.clock.advance(1min);
    forbid("create", "Still not.");
    EXPECT_EQ(written().at("message"), "Still not.");
}

TEST_F(AccountObserverTest, WritesNothingThatIsWrittenAlready)
{
    forbid("create");
    auto const at = written().at("occurred_at");
    desk_.clock.advance(5min);
    forbid("create");
    EXPECT_EQ(written().at("occurred_at"), at);
}

TEST_F(AccountObserverTest, SaysInTheLogWhatCouldNotBeWritten)
{
    auto const account = desk_.callable(account_);
    auto const& method = *account->installed->integration->find("tickets", "create");
    desk_.rows.before = [](std::string_view) {
        return Error{ErrorCode::unavailable, "The database is not available."};
    };
    desk_.observer.forbidden(account, method, "Not this.", {});
    desk_.observer.unauthorised(account);
    desk_.settle();
    EXPECT_TRUE(desk_.log_file.text().contains("a vendor's refusal was not written into its account"))
        << desk_.log_file.text();
}

TEST_F(AccountObserverTest, IsSilentAboutAnAccountThatIsGone)
{
    auto const account = desk_.callable(account_);
    desk_.rows.rows.clear();
    desk_.observer.forbidden(account, *account->installed->integration->find("tickets", "create"), "Not this.", {});
    desk_.settle();
    EXPECT_EQ(desk_.log_file.text(), "");
}

TEST_F(AccountObserverTest, AsksForAHealthCheckOnlyWhereThereIsOne)
{
    desk_.observer.unauthorised(desk_.callable(account_));
    desk_.settle();
    EXPECT_EQ(row().health_checks, 1U);
    test::DeskCalls other;
    auto const id = other.connect();
    other.observer.unauthorised(other.callable(id));
    other.settle();
    EXPECT_EQ(other.rows.rows.at({other.environment, id}).health_checks, 0U);
}

TEST_F(AccountObserverTest, WritesForNoMoreThanAFewAtOnce)
{
    std::vector<accounts::CallableAccountPtr> many;
    for (int i = 0; i < 70; ++i)
        many.push_back(desk_.callable(desk_.connect("tenant " + std::to_string(i))));
    auto const& method = *many.front()->installed->integration->find("tickets", "create");
    for (auto const& account : many)
        desk_.observer.forbidden(account, method, "Not this.", {});
    desk_.settle();
    auto const count = [&] {
        return std::ranges::count_if(
            desk_.rows.rows, [](auto const& each) { return !each.second.account.last_forbidden_error.is_null(); });
    };
    EXPECT_EQ(count(), 64);
    for (auto const& account : many)
        desk_.observer.forbidden(account, method, "Not this.", {});
    desk_.settle();
    EXPECT_EQ(count(), 70) << "the others are written the next time";
}

TEST_F(AccountObserverTest, KeepsTheLimitsThatAnAnswerTellsAndWarnsOnceOfThem)
{
    limits::ProcessLimits process({}, desk_.registry, desk_.clock);
    limits::ShardLimits limits(process);
    AccountObserver observer(desk_.io, desk_.rows, desk_.clock, desk_.log_file.log(), &limits);
    auto const account = desk_.callable(account_);
    Outcome outcome;
    observer.answered(*account, outcome);
    EXPECT_FALSE(limits.forecast(account_)) << "it told nothing";
    outcome.limits = {.limit = 40, .remaining = 5, .reset_s = 60};
    outcome.windows = {{.name = "minute", .limit = 40, .remaining = 5, .reset_s = 60}};
    observer.answered(*account, outcome);
    desk_.settle();
    EXPECT_EQ(limits.forecast(account_)->text(), "5 calls left for 60 s");
    EXPECT_TRUE(desk_.rows.warnings.empty());
    outcome.windows.front().remaining = 4;
    observer.answered(*account, outcome);
    observer.answered(*account, outcome);
    desk_.settle();
    ASSERT_EQ(desk_.rows.warnings.size(), 1U);
    EXPECT_EQ(desk_.rows.warnings.front().window, "minute");
    EXPECT_EQ(desk_.rows.warnings.front().until, desk_.clock.now() + 1h) << "and not after 60 s again";
    EXPECT_NE(desk_.registry.text().find(R"(sluice_limits_vendor_left_ratio_count{integration="custom"} 3)"),
              std::string::npos)
        << desk_.registry.text();
}

} // namespace
} // namespace sluice::proxy
