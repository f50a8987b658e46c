#include "connecting/health_job.hpp"

#include "accounts/verdict.hpp"
#include "connecting_fixture.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::connecting {
namespace {

using namespace std::chrono_literals;

/// An active account of Acme, by API key.
class HealthJobTest : public ConnectingTest {
protected:
    HealthJobTest()
    {
        accounts::Account account;
        account.environment = environment_;
        account.environment_integration = installation_;
        account.integration = definitions_.stored.id;
        account.status = accounts::Status::active;
        account.authentication_method = "api_key";
        id_ = accounts_.put(std::move(account), {{{"email", "me"}}, {{"api_key", "key-123456"}}}).id;
    }
    Result<jobs::Next> run()
    {
        jobs::Job job;
        job.kind = kHealthJob;
        job.environment = environment_;
        job.id = id_.uuid();
        return test::run_on(io_, job_.run(job));
    }

    HealthCheck check_{accounts_, vendor_, clock_};
    HealthJob job_{accounts_, integrations_, connector_, check_, clock_, 1h};
    IntegratedAccountId id_;
};

TEST_F(HealthJobTest, TriesAnAccountOnceInEachInterval)
{
    EXPECT_EQ(test::must(run()), clock_.now() + 1h);
    EXPECT_EQ(vendor_.checked.size(), 1U);
    vendor_.said = Error{ErrorCode::upstream_unreachable, "No way."};
    EXPECT_EQ(test::must(run()), clock_.now() + 1h) << "a vendor that is down says nothing";
}

TEST_F(HealthJobTest, LooksAgainSoonAfterARefusalUntilTheVerdict)
{
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    auto const next = test::must(run());
    EXPECT_EQ(next, clock_.now() + accounts::kCredentialApart + 1s);
    EXPECT_EQ(row(id_).status, accounts::Status::active);
    clock_.advance(std::chrono::duration_cast<std::chrono::milliseconds>(*next - clock_.now()));
    EXPECT_TRUE(test::must(run()));
    EXPECT_EQ(row(id_).status, accounts::Status::needs_reauth);
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_EQ(vendor_.checked.size(), 2U);
}

TEST_F(HealthJobTest, LooksAgainSoonWhileACredentialIsInDoubtAndTheVendorIsDown)
{
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    test::must(run());
    clock_.advance(6min);
    vendor_.said = Error{ErrorCode::upstream_unreachable, "No way."};
    EXPECT_EQ(test::must(run()), clock_.now() + accounts::kCredentialApart + 1s);
    EXPECT_EQ(row(id_).status, accounts::Status::active);
    clock_.advance(6min);
    vendor_.said = proxy::VendorCalls::Check{};
    EXPECT_EQ(test::must(run()), clock_.now() + 1h);
}

TEST_F(HealthJobTest, LooksAtShortIntervalsIfToldSo)
{
    HealthJob often{accounts_, integrations_, connector_, check_, clock_, 1min};
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    jobs::Job job;
    job.environment = environment_;
    job.id = id_.uuid();
    EXPECT_EQ(test::must(test::run_on(io_, often.run(job))), clock_.now() + 1min);
}

TEST_F(HealthJobTest, DoesNotCallForAnAccountThatMayNotBeCalled)
{
    row(id_).is_blocked = true;
    EXPECT_EQ(test::must(run()), clock_.now() + 1h);
    row(id_).is_blocked = false;
    accounts_.installations[installation_].is_enabled = false;
    EXPECT_EQ(test::must(run()), clock_.now() + 1h);
    EXPECT_TRUE(vendor_.checked.empty());
}

TEST_F(HealthJobTest, EndsWithTheAccount)
{
    row(id_).status = accounts::Status::needs_reauth;
    EXPECT_EQ(test::must(run()), std::nullopt);
    accounts_.rows.clear();
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_TRUE(vendor_.checked.empty());
}

TEST_F(HealthJobTest, FinishesAnAccountThatACrashLeft)
{
    row(id_).status = accounts::Status::connecting;
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_EQ(row(id_).status, accounts::Status::active);
}

TEST_F(HealthJobTest, IsTriedAgainWhileTheDatabaseIsDownOrTheDefinitionIsBroken)
{
    accounts_.before = [](std::string_view) { return Error{ErrorCode::unavailable, "The database is not available."}; };
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
    accounts_.before = nullptr;
    accounts_.installations[installation_].override = json::object{{"label", 5}};
    EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);
    accounts_.installations[installation_].override = {};
    vendor_.said = proxy::VendorCalls::Check{"Wrong key."};
    accounts_.before = [](std::string_view method) -> std::optional<Error> {
        if (method == "note")
            return Error{ErrorCode::unavailable, "The database is not available."};
        return std::nullopt;
    };
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::connecting
