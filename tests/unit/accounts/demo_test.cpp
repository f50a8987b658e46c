#include "accounts/demo.hpp"

#include "fake_account_tokens.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/fake_installations.hpp"
#include "support/fake_integrations.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::accounts {
namespace {

constexpr char kOffer[] = R"({"integration": "acme", "tenant_id": "demo", "authentication_method": "api_key",
    "override": {"base_url": "https://sim.example"}, "context": {"email": "me@acme.example", "api_key": "key-123456"}})";

class TrialThatPasses final : public CredentialTrial {
public:
    Task<Result<void>> try_credentials(Account const&, Context const&, Deadline) override { co_return Result<void>{}; }
};

class DemoTest : public ::testing::Test {
protected:
    DemoTest() { definitions_.stored.id = catalog::builtin_id("acme"); }

    Result<Demo::Connected> connect(Secret const* offer)
    {
        Demo demo(offer, installer_, directory_, rows_);
        EXPECT_EQ(demo.is_offered(), offer != nullptr);
        return test::run(demo.connect(environment_, {}, Deadline::after(std::chrono::hours(1))));
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    RefresherMetrics metrics_{registry_};
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeInstallations installations_{rows_};
    test::FakeIntegrations definitions_;
    FakeAccountTokens tokens_;
    WorkerPool workers_{1, 100};
    Integrations integrations_{definitions_, workers_};
    CallableAccounts callable_{rows_, integrations_, {}};
    test::FakeClient client_;
    Refresher refresher_{rows_, integrations_, client_, clock_, log_, metrics_};
    http::Behind behind_{io_, 10, log_};
    TrialThatPasses trial_;
    Directory directory_{rows_,      installations_, definitions_, tokens_, integrations_, callable_,
                         refresher_, trial_,         client_,      behind_, keyring_,      clock_};
    http::EgressPolicy const egress_ = http::EgressPolicy::anywhere();
    Installer installer_{installations_, definitions_, integrations_, egress_, clock_};
    EnvironmentId const environment_{Uuid{7}};
    Secret const offer_{kOffer};
};

TEST_F(DemoTest, InstallsTheIntegrationAndConnectsTheAccountOnce)
{
    auto const connected = test::must(connect(&offer_));
    EXPECT_TRUE(connected.is_new);
    auto const& account = connected.account;
    EXPECT_EQ(account.tenant_id, "demo");
    EXPECT_EQ(account.status, Status::active);
    EXPECT_EQ(rows_.context_of(environment_, account.id)->secret.at("api_key"), "key-123456");
    ASSERT_EQ(installations_.rows.size(), 1U);
    EXPECT_EQ(installations_.rows.begin()->second.override.at("base_url"), "https://sim.example");
}

TEST_F(DemoTest, LeavesAnIntegrationOfOtherAccountsAsItIs)
{
    EnvironmentIntegration theirs;
    theirs.id = EnvironmentIntegrationId{Uuid{8}};
    theirs.environment = environment_;
    theirs.integration = definitions_.stored.id;
    installations_.put(theirs);
    EXPECT_EQ(connect(&offer_).error().code(), ErrorCode::conflict);
    EXPECT_TRUE(rows_.rows.empty());
    EXPECT_FALSE(installations_.rows.begin()->second.override.contains("base_url"));
}

TEST_F(DemoTest, IsNotThereWithoutAnOffer)
{
    EXPECT_EQ(connect(nullptr).error().code(), ErrorCode::not_found);
    EXPECT_TRUE(installations_.rows.empty());
}

TEST(DemoFile, IsCheckedAtTheStart)
{
    EXPECT_TRUE(Demo::check(Secret(kOffer)));
    for (auto const* text :
         {"", "{}", "[]", R"({"integration": "acme"})",
          R"({"integration": "acme", "tenant_id": "t", "authentication_method": "k", "override": 1})"})
        EXPECT_FALSE(Demo::check(Secret(text))) << text;
}

} // namespace
} // namespace sluice::accounts
