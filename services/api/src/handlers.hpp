#pragma once

#include "accounts/callable_accounts.hpp"
#include "accounts/integrations.hpp"
#include "api/behind.hpp"
#include "api/config.hpp"
#include "base/clock.hpp"
#include "call.hpp"
#include "connecting/connect_form.hpp"
#include "connecting/connector.hpp"
#include "connecting/links.hpp"
#include "crypto/cursor.hpp"
#include "http_api/byte_budget.hpp"
#include "http_client/egress.hpp"
#include "mcp/account_schemas.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/servers.hpp"
#include "proxy/caller.hpp"
#include "snapshots/change.hpp"
#include "static_files.hpp"
#include "store/store.hpp"
#include "telemetry/metrics.hpp"
#include "tenancy/waiters.hpp"

#include <functional>

namespace sluice::api {

/// What handlers work with. Everything outlives them.
struct Services {
    Config const& config;
    Clock const& clock;
    crypto::Keyring const& keyring;
    crypto::CursorSealer const& cursors;
    http::EgressPolicy const& egress;
    store::Store& store;
    accounts::Integrations& integrations;
    snapshots::Announcer& announcer;
    StaticFiles const& files;
    mcp::Streams& streams;
    http::ByteBudget& bodies;  ///< Of requests.
    http::ByteBudget& answers; ///< That clients have not read yet.
    tenancy::SecretGate& secrets;
};

// One class a resource. A handler reads its input whole before it changes anything.

class TokenHandlers {
public:
    explicit TokenHandlers(Services const& services);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);

private:
    Services const& services_;
};

class IntegrationHandlers {
public:
    explicit IntegrationHandlers(Services const& services);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);

private:
    Task<Result<tenancy::Page<accounts::StoredIntegration>>> page(EnvironmentId environment, tenancy::ListQuery query,
                                                                  Deadline deadline);

    Services const& services_;
};

class InstallationHandlers {
public:
    explicit InstallationHandlers(Services const& services);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);

private:
    Task<Result<void>> check_override(Call& call, IntegrationId integration, json::object override);

    Services const& services_;
};

class DocumentationHandlers {
public:
    explicit DocumentationHandlers(Services const& services);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);

private:
    /// Whether the row names something that exists and gives a valid tool.
    Task<Result<void>> check(Call& call, accounts::DocumentationRow row);
    Task<void> announce(Call& call);

    Services const& services_;
};

class AccountHandlers {
public:
    /// `behind` runs what the caller need not wait for.
    AccountHandlers(Services const& services, accounts::CallableAccounts& connected, accounts::Refresher& refresher,
                    connecting::Connector& connector, Behind& behind);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult patch_credentials(Call& call);
    HandlerResult refresh_credentials(Call& call);
    HandlerResult create_token(Call& call);
    HandlerResult bulk_delete(Call& call);
    HandlerResult get_own(Call& call);
    HandlerResult patch_own(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult tools(Call& call);

private:
    Task<Result<accounts::InstalledPtr>> installed(Call& call, accounts::EnvironmentIntegration const& row);
    Task<Result<accounts::Account>> change(Call& call, IntegratedAccountId id, bool new_credentials,
                                           accounts::AccountChange change);
    /// Deletes an account here and tells all threads; what it was granted at the vendor is revoked behind the answer,
    /// as far as it can be reached.
    Task<Result<void>> remove_one(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);

    Services const& services_;
    accounts::CallableAccounts& connected_;
    accounts::Refresher& refresher_;
    connecting::Connector& connector_;
    Behind& behind_;
};

/// MCP servers, of an account or of a tenant.
class ServerHandlers {
public:
    /// `behind` runs what the caller need not wait for.
    ServerHandlers(Services const& services, accounts::CallableAccounts& connected, mcp::AccountSchemas& schemas,
                   mcp::ToolSets& tool_sets, Behind& behind);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult rotate_token(Call& call);
    HandlerResult explain(Call& call);
    HandlerResult refresh_schema(Call& call);

private:
    /// Whether a server's accounts are chosen with this request: then there may not be too many.
    enum class Accounts { as_known, chosen };
    /// The accounts and tools of a server, as far as they are known here: no vendor is asked. Errors: not_found;
    /// invalid_argument at `integrations` for too many.
    Task<Result<mcp::ServedPtr>> served_by(mcp::McpServer server, Accounts accounts, Deadline deadline);
    /// Asks the accounts of which nothing is known yet about themselves, so that the first list shows it, and waits a
    /// moment for that. What was found out in that time is served; the rest comes behind.
    Task<mcp::ServedPtr> ask_ahead(mcp::McpServer server, mcp::ServedPtr served, Deadline deadline);
    Task<void> ask_accounts(mcp::ServedPtr served, std::shared_ptr<bool> is_changed);
    /// The secret, which is told once.
    void add_token(json::object& answer, Secret const& token) const;

    Services const& services_;
    accounts::CallableAccounts& connected_;
    mcp::AccountSchemas& schemas_;
    mcp::ToolSets& tool_sets_;
    Behind& behind_;
};

class ProxyHandlers {
public:
    ProxyHandlers(Services const& services, accounts::CallableAccounts& connected, proxy::Caller& caller);
    /// `GET` or `POST /proxy/{resource}`
    HandlerResult collection(Call& call);
    /// `GET`, `PATCH`, `PUT`, `DELETE` or `POST /proxy/{resource}/{item}`
    HandlerResult item(Call& call);

private:
    HandlerResult run(Call& call, std::string method, std::optional<std::string> id);

    Services const& services_;
    accounts::CallableAccounts& connected_;
    proxy::Caller& caller_;
};

class EnvironmentHandlers {
public:
    explicit EnvironmentHandlers(Services const& services);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);

private:
    Services const& services_;
};

/// Link tokens, and connections that a back end starts without the Link UI.
class LinkHandlers {
public:
    LinkHandlers(Services const& services, connecting::Connector& connector, tenancy::Waiters& waiters);
    HandlerResult create_token(Call& call);
    HandlerResult create_connection(Call& call);
    HandlerResult get_connection(Call& call);

private:
    Task<Result<accounts::EnvironmentIntegration>> installation_named(Call& call, std::string name);

    Services const& services_;
    connecting::Connector& connector_;
    tenancy::Waiters& waiters_;
};

/// The Link UI: its pages, and what they talk to.
class ConnectHandlers {
public:
    ConnectHandlers(Services const& services, connecting::Links& links, connecting::Connector& connector,
                    connecting::ConnectForm& form);
    HandlerResult session(Call& call);
    HandlerResult submit(Call& call);
    HandlerResult connection(Call& call);
    HandlerResult start_page(Call& call);
    HandlerResult start(Call& call);
    HandlerResult callback(Call& call);
    HandlerResult result(Call& call);
    HandlerResult page(Call& call);
    HandlerResult asset(Call& call);
    HandlerResult sdk(Call& call);

private:
    /// Errors: unauthenticated for a link token that is unknown, used or expired.
    Task<Result<connecting::LinkToken>> authenticate(Call& call);
    /// Errors: rate_limited.
    [[nodiscard]] Result<void> admit_state(std::string_view state) const;
    /// Who may frame the page: the environment's to say. A token that is unknown shows nothing but that.
    Task<Result<std::vector<std::string>>> frame_origins(Call& call);
    HandlerResult answer_outcome(Call& call, connecting::Connection const& connection);

    Services const& services_;
    connecting::Links& links_;
    connecting::Connector& connector_;
    connecting::ConnectForm& form_;
};

/// The form after connecting; whoever holds its token may answer it.
class ConnectFormHandlers {
public:
    explicit ConnectFormHandlers(connecting::ConnectForm& form);
    HandlerResult get(Call& call);
    HandlerResult options(Call& call);
    HandlerResult submit(Call& call);

private:
    Task<Result<accounts::CallableAccountPtr>> open(Call& call);

    connecting::ConnectForm& form_;
};

/// Calls of tools that wait for a person: decided by the developer's back end, or on our page by whoever has its link.
class ApprovalHandlers {
public:
    explicit ApprovalHandlers(Services const& services);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult decide(Call& call);
    HandlerResult page(Call& call);
    HandlerResult use_code(Call& call);

private:
    Services const& services_;
};

class WebhookHandlers {
public:
    explicit WebhookHandlers(Services const& services);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult rotate_secret(Call& call);
    HandlerResult send_test(Call& call);
    HandlerResult replay(Call& call);
    HandlerResult log(Call& call);

private:
    Services const& services_;
};

class CapabilityHandlers {
public:
    CapabilityHandlers(Services const& services, accounts::CallableAccounts& connected);
    HandlerResult of_account(Call& call);
    HandlerResult of_integration(Call& call);

private:
    Services const& services_;
    accounts::CallableAccounts& connected_;
};

class OperationHandlers {
public:
    HandlerResult healthz(Call& call);
};

class McpHandlers {
public:
    explicit McpHandlers(mcp::Endpoint& endpoint);
    HandlerResult handle(Call& call);
    HandlerResult stream(Call& call);
    HandlerResult messages(Call& call);
    /// The token in the Authorization header instead of the URL.
    HandlerResult handle_bearer(Call& call);
    /// The answer to a call that may not bring a body; else whose call it is stands in it.
    Task<Result<std::optional<http::Response>>> refuse_stranger(Call& call);

private:
    mcp::Endpoint& endpoint_;
};

} // namespace sluice::api
