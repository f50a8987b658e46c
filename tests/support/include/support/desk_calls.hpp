#pragma once

#include "accounts/callable_accounts.hpp"
#include "proxy/account_observer.hpp"
#include "proxy/caller.hpp"
#include "safeguards/safe_writes.hpp"
#include "support/call_log.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_client.hpp"
#include "support/fake_integrations.hpp"
#include "support/fake_write_calls.hpp"
#include "support/log_file.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <string>
#include <utility>

namespace sluice::test {

/// All that calls of accounts of a desk take (`support/desk.hpp`), over fakes. The vendor is a client that answers what
/// it is told. Belongs to one thread.
struct DeskCalls {
    explicit DeskCalls(std::string const& manifest = catalog::test::kManifest,
                       std::string const& document = catalog::test::kDocument)
    {
        definitions.stored.name = "desk";
        definitions.stored.label = "Desk";
        definitions.stored.manifest = must(documents::read_source("integration.yaml", manifest)).root;
        definitions.stored.document = must(documents::read_source("openapi.yaml", document)).root;
        write_calls.ended = [this](ApprovalId id) { waiters.heard(to_hex(id.uuid())); };
        waiters.set_listening(true);
    }

    /// Connects an account of the tenant at `https://<subdomain>.desk.example`, by API key.
    IntegratedAccountId connect(std::string tenant = "acme", std::string subdomain = "acme")
    {
        accounts::Account account;
        account.environment = environment;
        account.environment_integration = EnvironmentIntegrationId{Uuid{8}};
        account.integration = definitions.stored.id;
        account.integration_name = definitions.stored.name;
        account.status = accounts::Status::active;
        account.authentication_method = "api_key";
        account.tenant_id = std::move(tenant);
        accounts::Context context;
        context.visible = json::object{{"subdomain", std::move(subdomain)}, {"email", "me@acme.example"}};
        context.secret = json::object{{"api_key", "key-123456"}};
        return rows.put(std::move(account), context).id;
    }
    accounts::CallableAccountPtr callable(IntegratedAccountId id)
    {
        auto state = must(run_on(io, rows.load_state(environment, id, soon())));
        return must(run_on(io, accounts::make_callable(integrations, std::move(state), soon())));
    }
    /// Runs what is left to do behind the calls' backs.
    void settle()
    {
        io.restart();
        io.poll();
    }

    asio::io_context io{1};
    FakeClock clock;
    LogFile log_file;
    telemetry::Registry registry;
    accounts::RefresherMetrics refresher_metrics{registry};
    proxy::CallerMetrics caller_metrics{registry};
    proxy::UnreadLimits unread_limits{registry, log_file.log()};
    FakeChanges changes;
    FakeAccounts rows{changes, clock};
    FakeIntegrations definitions;
    WorkerPool workers{1, 100};
    accounts::Integrations integrations{definitions, workers};
    FakeClient vendor;
    accounts::Refresher refresher{rows, integrations, vendor, clock, log_file.log(), refresher_metrics};
    accounts::Vault vault{clock};
    crypto::Keyring keyring = crypto::Keyring::generate();
    crypto::CursorSealer sealer{keyring, clock};
    proxy::AccountObserver observer{io, rows, clock, log_file.log()};
    CallLog call_log{io, clock, registry, log_file.log()};
    proxy::Caller caller{vendor,   vault,          refresher,      sealer,       clock,
                         observer, call_log.calls, caller_metrics, unread_limits};
    FakeWriteCalls write_calls{clock};
    tenancy::Waiters waiters{io};
    safeguards::SafeWrites safe_writes{write_calls, waiters, keyring, clock, "https://sluice.example/approve"};
    EnvironmentId const environment{Uuid{7}};
};

} // namespace sluice::test
