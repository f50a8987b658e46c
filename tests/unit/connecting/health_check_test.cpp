#include "connecting/health_check.hpp"

#include "accounts/callable_accounts.hpp"
#include "support/clock.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::connecting {
namespace {

using namespace std::chrono_literals;

/// A vendor that says of every credential the same.
class FakeVendor final : public proxy::VendorCalls {
public:
    Task<Result<Check>> check(accounts::CallableAccountPtr, Deadline) override { co_return said; }
    Task<Result<json::value>> call(accounts::CallableAccountPtr, catalog::MethodCall const&, json::value,
                                   Deadline) override
    {
        co_return Error{ErrorCode::internal, "not part of this test"};
    }
    Task<Result<Listed>> list(accounts::CallableAccountPtr, catalog::MethodCall const&, std::size_t, Deadline) override
    {
        co_return Error{ErrorCode::internal, "not part of this test"};
    }

    Result<Check> said = Check{};
};

proxy::VendorCalls::Check const kRefused{"Acme refuses these credentials: Wrong key."};

class HealthCheckTest : public ::testing::Test {
protected:
    HealthCheckTest()
    {
        accounts::Account account;
        account.environment = environment_;
        account.integration = definitions_.stored.id;
        account.status = accounts::Status::active;
        account.authentication_method = "api_key";
        id_ = rows_.put(std::move(account), accounts::Context{{{"email", "me"}}, {{"api_key", "key-123456"}}}).id;
    }

    Result<bool> check()
    {
        return test::run([](HealthCheckTest& self) -> Task<Result<bool>> {
            auto state = co_await self.rows_.load_state(self.environment_, self.id_, Deadline::after(1h));
            auto account = co_await accounts::make_callable(self.integrations_, *std::move(state), Deadline::after(1h));
            if (!account)
                co_return account.error();
            co_return co_await self.health_check_.run(*account, Deadline::after(1h));
        }(*this));
    }
    accounts::Account& row() { return rows_.rows.at({environment_, id_}).account; }

    test::FakeClock clock_;
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeIntegrations definitions_;
    WorkerPool workers_{1, 100};
    accounts::Integrations integrations_{definitions_, workers_};
    FakeVendor vendor_;
    HealthCheck health_check_{rows_, vendor_, clock_};
    EnvironmentId environment_{Uuid{7}};
    IntegratedAccountId id_;
};

TEST_F(HealthCheckTest, TwoRefusalsFiveMinutesApartAreTheVerdict)
{
    vendor_.said = kRefused;
    EXPECT_TRUE(check().value());
    EXPECT_EQ(row().status, accounts::Status::active);
    clock_.advance(4min);
    EXPECT_TRUE(check().value());
    EXPECT_EQ(row().status, accounts::Status::active);
    clock_.advance(1min);
    EXPECT_TRUE(check().value());
    EXPECT_EQ(row().status, accounts::Status::needs_reauth);
    EXPECT_EQ(row().last_error.at("message"), "Acme refuses these credentials: Wrong key.");
}

TEST_F(HealthCheckTest, AVendorThatRefusesEverybodyForAMinuteHurtsNobody)
{
    vendor_.said = kRefused;
    EXPECT_TRUE(check().value());
    vendor_.said = proxy::VendorCalls::Check{};
    clock_.advance(5min);
    EXPECT_FALSE(check().value());
    EXPECT_EQ(row().doubts, accounts::Doubts{});
    vendor_.said = kRefused;
    clock_.advance(5min);
    EXPECT_TRUE(check().value());
    EXPECT_EQ(row().status, accounts::Status::active) << "it is the first again";
}

TEST_F(HealthCheckTest, WhatElseAVendorSaysIsNothingAboutTheCredentials)
{
    for (auto const code :
         {ErrorCode::upstream_failed, ErrorCode::upstream_timeout, ErrorCode::upstream_unreachable,
          ErrorCode::rate_limited, ErrorCode::forbidden, ErrorCode::unavailable, ErrorCode::reauth_needed}) {
        vendor_.said = Error{code, "no"};
        EXPECT_FALSE(check().value());
        clock_.advance(1h);
    }
    EXPECT_EQ(row().doubts, accounts::Doubts{});
    EXPECT_TRUE(changes_.sent.empty()) << "nothing is written where nothing changed";
}

TEST_F(HealthCheckTest, WhatCouldNotBeStoredIsAFailure)
{
    vendor_.said = kRefused;
    rows_.before = [](std::string_view method) {
        return method == "note" ? std::optional(Error{ErrorCode::unavailable, "gone"}) : std::nullopt;
    };
    EXPECT_EQ(check().error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::connecting
