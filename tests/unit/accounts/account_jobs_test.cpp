#include "accounts/refresh_job.hpp"
#include "accounts/uninstall_job.hpp"

#include "support/desk_calls.hpp"
#include "support/fake_installations.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono_literals;

/// An account by OAuth whose token ends in ten minutes and is to be renewed in eight.
class RefreshJobTest : public ::testing::Test {
protected:
    RefreshJobTest()
    {
        auto& installed = desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}];
        installed.override = json::parse(R"({"base_url":"https://acme.desk.example",
            "credentials":{"oauth2":{"client_id":"app"}}})")
                                 ->get_object();
        auto const place = app_place(EnvironmentIntegrationId{Uuid{8}});
        auto const& key = desk_.rows.key_of(desk_.environment);
        installed.app_secret = SealedSecret{key, place, key.seal(place, "app-secret")};
        auto account = row();
        account.authentication_method = "oauth2";
        account.access_expires_at = desk_.clock.now() + 10min;
        account.refresh_due_at = desk_.clock.now() + 8min;
        desk_.rows.put(account,
                       {account.context,
                        json::parse(R"({"oauth":{"token":{"access_token":"a","refresh_token":"r"}}})")->get_object()});
    }
    Account& row() { return desk_.rows.rows.at({desk_.environment, id_}).account; }
    Result<jobs::Next> run()
    {
        jobs::Job job;
        job.kind = kRefreshJob;
        job.environment = desk_.environment;
        job.id = id_.uuid();
        return test::run_on(desk_.io, job_.run(job));
    }
    /// What the database answers to the call, the next time it is made.
    void fail_once(std::string method)
    {
        desk_.rows.before = [this, method = std::move(method)](std::string_view called) -> std::optional<Error> {
            if (called != method)
                return std::nullopt;
            desk_.rows.before = nullptr;
            return Error{ErrorCode::unavailable, "The database is not available."};
        };
    }

    test::DeskCalls desk_;
    IntegratedAccountId id_ = desk_.connect();
    RefreshJob job_{desk_.rows, desk_.integrations, desk_.refresher, desk_.clock};
};

TEST_F(RefreshJobTest, WaitsUntilTheRenewalIsDue)
{
    EXPECT_EQ(test::must(run()), row().refresh_due_at);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(RefreshJobTest, RenewsWhatIsDueAndEnds)
{
    desk_.clock.advance(8min);
    desk_.vendor.answer(200, R"({"access_token":"b","refresh_token":"s","expires_in":3600})");
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_EQ(row().generation, 2);
}

TEST_F(RefreshJobTest, HasNothingToDoForAnAccountThatIsGoneOrDeadOrRenewsNothing)
{
    desk_.clock.advance(8min);
    row().status = Status::needs_reauth;
    EXPECT_EQ(test::must(run()), std::nullopt);
    row().status = Status::active;
    row().refresh_due_at.reset();
    EXPECT_EQ(test::must(run()), std::nullopt);
    desk_.rows.rows.clear();
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(RefreshJobTest, LooksAgainAfterAMinuteWhileTheAppIsRefused)
{
    desk_.clock.advance(8min);
    desk_.vendor.answer(401, R"({"error":"invalid_client"})");
    EXPECT_EQ(test::must(run()), desk_.clock.now() + 1min);
    EXPECT_EQ(row().status, Status::active);
}

TEST_F(RefreshJobTest, EndsWithTheAccount)
{
    desk_.clock.advance(8min);
    desk_.vendor.answer(400, R"({"error":"invalid_grant"})");
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_EQ(row().status, Status::needs_reauth);
}

TEST_F(RefreshJobTest, ComesBackWhenTheRowSaysSo)
{
    desk_.clock.advance(8min);
    desk_.vendor.answer(200, R"({"error":"bad_refresh_token"})");
    EXPECT_EQ(test::must(run()), desk_.clock.now() + 1min) << "a refusal is asked about once more";
    EXPECT_EQ(row().refresh_due_at, desk_.clock.now() + 1min);
    desk_.clock.advance(1min);
    desk_.vendor.fail({ErrorCode::upstream_unreachable, "No way."});
    auto const next = test::must(run());
    EXPECT_EQ(next, row().refresh_due_at);
    EXPECT_GT(next, desk_.clock.now());
    EXPECT_EQ(row().status, Status::active);
}

TEST_F(RefreshJobTest, IsTriedAgainWhileTheDatabaseIsDown)
{
    desk_.clock.advance(8min);
    fail_once("load_state");
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(desk_.vendor.requests.empty());
    desk_.vendor.fail({ErrorCode::upstream_unreachable, "No way."});
    fail_once("find");
    EXPECT_EQ(run().error().code(), ErrorCode::upstream_unreachable);
}

/// A removed installation whose rest is deleted in batches.
class Rest final : public InstallationRepository {
public:
    Task<Result<Ensured>> ensure(EnvironmentIntegration, tenancy::Author, Deadline) override { co_return none(); }
    Task<Result<EnvironmentIntegration>> find(EnvironmentId, EnvironmentIntegrationId, Deadline) override
    {
        co_return none();
    }
    Task<Result<InstallationState>> load(EnvironmentId, EnvironmentIntegrationId, Deadline) override
    {
        co_return none();
    }
    Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return none();
    }
    Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration, tenancy::Author, Deadline) override
    {
        co_return none();
    }
    Task<Result<void>> remove(EnvironmentId, EnvironmentIntegrationId, tenancy::Author, Deadline) override
    {
        co_return none();
    }
    Task<Result<bool>> remove_rest(EnvironmentId, EnvironmentIntegrationId id, Deadline) override
    {
        ids.push_back(id);
        if (batches == 0)
            co_return none();
        co_return --batches > 0;
    }

    int batches = 0; ///< With none left the database is down.
    std::vector<EnvironmentIntegrationId> ids;

private:
    static Error none() { return {ErrorCode::unavailable, "The database is not available."}; }
};

Result<jobs::Next> uninstalled(Rest& rest)
{
    test::FakeClock const clock;
    jobs::Job job;
    job.kind = kUninstallJob;
    job.id = Uuid{8};
    return test::run(uninstall(rest, clock, job));
}

TEST(UninstallJob, DeletesUntilNothingIsLeft)
{
    Rest rest;
    rest.batches = 3;
    EXPECT_EQ(test::must(uninstalled(rest)), std::nullopt);
    EXPECT_EQ(rest.ids, std::vector(3, EnvironmentIntegrationId{Uuid{8}}));
}

TEST(UninstallJob, IsTriedAgainWhileTheDatabaseIsDown)
{
    Rest rest;
    EXPECT_EQ(uninstalled(rest).error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::accounts
