#pragma once

#include "accounts/directory.hpp"
#include "fake_account_tokens.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/fake_installations.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::accounts {

/// A vendor that answers every trial in the same way.
class ScriptedTrial final : public CredentialTrial {
public:
    Task<Result<void>> try_credentials(Account const&, Context const& context, Deadline) override
    {
        tried.push_back(context.secret);
        co_return said;
    }
    Result<void> said;
    std::vector<json::object> tried; ///< The secrets of each trial.
};

/// What developers do with accounts, over rows in memory.
class DirectoryFixture : public ::testing::Test {
protected:
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
    ScriptedTrial trial_;
    Directory directory_{rows_,      installations_, definitions_, tokens_, integrations_, callable_,
                         refresher_, trial_,         client_,      behind_, keyring_,      clock_};
    EnvironmentId const environment_{Uuid{7}};
};

} // namespace sluice::accounts
