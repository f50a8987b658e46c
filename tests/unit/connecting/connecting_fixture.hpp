#pragma once

#include "connecting/connector.hpp"
#include "connecting/links.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/fake_connections.hpp"
#include "support/fake_installations.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::connecting {

/// A vendor whose answers are scripted.
class ScriptedVendor final : public proxy::VendorCalls {
public:
    Task<Result<Check>> check(accounts::CallableAccountPtr account, Deadline) override
    {
        checked.push_back(account->account);
        co_return said;
    }
    Task<Result<json::value>> call(accounts::CallableAccountPtr, catalog::MethodCall const& call, json::value values,
                                   Deadline) override
    {
        auto const arguments = call.arguments.render(values);
        if (!arguments)
            co_return arguments.error();
        calls.push_back(*arguments);
        co_return answer;
    }
    Task<Result<Listed>> list(accounts::CallableAccountPtr, catalog::MethodCall const&, std::size_t, Deadline) override
    {
        co_return Listed{};
    }

    Result<Check> said = Check{};
    Result<json::value> answer = json::value(json::object{});
    std::vector<accounts::Account> checked;
    std::vector<json::value> calls; ///< The arguments of each.
};

/// Acme in one environment, with the developer's OAuth app; and all that connects accounts of it.
class ConnectingTest : public ::testing::Test {
protected:
    static constexpr std::chrono::hours kLong{1};

    ConnectingTest()
    {
        accounts::EnvironmentIntegration row;
        row.id = installation_;
        row.environment = environment_;
        row.integration = definitions_.stored.id;
        row.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
        installations_.put(row);
        auto const& key = accounts_.key_of(environment_);
        accounts_.installations[installation_].app_secret = accounts::SealedSecret{
            key, accounts::app_place(installation_), key.seal(accounts::app_place(installation_), "app-secret")};
    }

    LinkToken link(std::function<void(LinkToken&)> const& edit = {})
    {
        LinkToken made;
        made.environment = environment_;
        made.tenant_id = "acme-42";
        made.expires_at = clock_.now() + kLong;
        if (edit)
            edit(made);
        auto const secret = crypto::mint_token(keyring_, crypto::TokenKind::link);
        secret_ = secret.reveal();
        return *test::run(connections_.create_link(made, crypto::hash_token(keyring_, secret_), {}, soon()));
    }
    ConnectRequest by_key()
    {
        ConnectRequest request;
        request.environment = environment_;
        request.tenant_id = "acme-42";
        request.installation = installation_;
        request.authentication_method = "api_key";
        request.entered = {{"email", "me@acme.example"}, {"api_key", "key-123456"}};
        return request;
    }
    static Deadline soon() { return Deadline::after(kLong); }
    accounts::Account& row(IntegratedAccountId id) { return accounts_.rows.at({environment_, id}).account; }
    json::object secrets_of(IntegratedAccountId id) { return accounts_.context_of(environment_, id)->secret; }

    asio::io_context io_{1};
    test::FakeClock clock_;
    test::FakeSteadyClock steady_;
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeChanges changes_;
    test::FakeAccounts accounts_{changes_, clock_};
    test::FakeInstallations installations_{accounts_};
    test::FakeConnections connections_{changes_, accounts_, installations_, clock_};
    test::FakeIntegrations definitions_;
    WorkerPool workers_{1, 100};
    accounts::Integrations integrations_{definitions_, workers_};
    test::FakeClient client_;
    ScriptedVendor vendor_;
    tenancy::Waiters waiters_{io_};
    tenancy::SecretGate gate_{keyring_, {}, steady_};
    Links links_{connections_, accounts_, installations_, definitions_, integrations_, gate_, keyring_, clock_};
    Trial trial_{connections_, accounts_, installations_, integrations_, client_, vendor_, clock_};
    Connector connector_{connections_, accounts_, installations_, integrations_, client_,
                         trial_,       waiters_,  keyring_,       clock_,        "https://s.example/connect/callback"};
    EnvironmentId environment_{Uuid{7}};
    EnvironmentIntegrationId installation_{Uuid{8}};
    std::string secret_; ///< Of the last link.
};

} // namespace sluice::connecting
