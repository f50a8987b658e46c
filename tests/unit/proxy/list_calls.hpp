#pragma once

#include "accounts/integrations.hpp"
#include "proxy/account_observer.hpp"
#include "proxy/pages.hpp"
#include "proxy/parts.hpp"
#include "support/call_log.hpp"
#include "support/clock.hpp"
#include "support/fake_accounts.hpp"
#include "support/fake_client.hpp"
#include "support/fake_integrations.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace sluice::proxy {

/// Calls of the lists of one account, whose subdomain is acme and whose API key is k.
class ListCalls {
public:
    explicit ListCalls(catalog::IntegrationPtr integration)
        : integration_(std::move(integration))
    {
        auto const parts = accounts::split_context(
            json::parse(R"({"subdomain":"acme","email":"e","api_key":"k"})")->get_object(), *integration_);
        auto connected = std::make_shared<accounts::CallableAccount>();
        connected->key = crypto::DataKey::generate(EnvironmentId{Uuid{7}}, 1);
        connected->account.id = IntegratedAccountId{Uuid{9}};
        connected->account.status = accounts::Status::active;
        connected->account.authentication_method = "api_key";
        connected->account.context = parts.visible;
        connected->account.sealed =
            connected->key.seal(accounts::sealing_place(connected->account.id), boost::json::serialize(parts.secret));
        connected->installed =
            std::make_shared<accounts::InstalledIntegration>(accounts::InstalledIntegration{integration_, nullptr});
        connected->base_url = "https://acme.desk.example";
        connected->place = accounts::sealing_place(connected->account.id);
        connected->visible = json::object{{"context", parts.visible}};
        account_ = std::move(connected);
    }

    Result<Outcome> call(std::string_view method, catalog::CallParts parts, Gathering gathering = {})
    {
        return test::run(call_pages(caller_, account_, *integration_->find("tickets", method), std::move(parts),
                                    gathering, Deadline::after(std::chrono::hours(1))));
    }

    /// What a cursor contains.
    std::string opened(std::string_view cursor, catalog::Method const& method, catalog::CallParts const& parts = {})
    {
        auto text = cursors_.open(cursor_binding(account_->account.id.str(), method, parts), cursor);
        return text ? *text : text.error().public_detail();
    }
    std::string sealed(std::string_view text, catalog::Method const& method, catalog::CallParts const& parts = {})
    {
        return cursors_.seal(cursor_binding(account_->account.id.str(), method, parts), text);
    }
    [[nodiscard]] catalog::Integration const& integration() const { return *integration_; }
    [[nodiscard]] test::FakeClient& client() { return client_; }

private:
    catalog::IntegrationPtr integration_;
    asio::io_context io_{1};
    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY)};
    telemetry::Registry registry_;
    accounts::RefresherMetrics refresher_metrics_{registry_};
    CallerMetrics caller_metrics_{registry_};
    UnreadLimits unread_limits_{registry_, log_};
    test::FakeChanges changes_;
    test::FakeAccounts rows_{changes_, clock_};
    test::FakeIntegrations definitions_{"tolerated"};
    WorkerPool workers_{1, 100};
    accounts::Integrations integrations_{definitions_, workers_};
    test::FakeClient client_;
    accounts::Refresher refresher_{rows_, integrations_, client_, clock_, log_, refresher_metrics_};
    accounts::Vault vault_{clock_};
    crypto::Keyring keyring_ = *crypto::Keyring::parse(
        R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    crypto::CursorSealer cursors_{keyring_, clock_};
    AccountObserver observer_{io_, rows_, clock_, log_};
    test::CallLog call_log_{io_, clock_, registry_, log_};
    Caller caller_{client_,   vault_,          refresher_,      cursors_,      clock_,
                   observer_, call_log_.calls, caller_metrics_, unread_limits_};
    accounts::CallableAccountPtr account_;
};

} // namespace sluice::proxy
