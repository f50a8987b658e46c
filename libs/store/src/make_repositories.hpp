#pragma once

#include "accounts/account_tokens.hpp"
#include "accounts/repositories.hpp"
#include "connecting/connection.hpp"
#include "core/backend.hpp"
#include "events/webhook.hpp"
#include "jobs/queue.hpp"
#include "mcp/mcp_server.hpp"
#include "mcp/streams.hpp"
#include "safeguards/write_calls.hpp"
#include "tenancy/retention.hpp"
#include "tenancy/tenancy.hpp"
#include "toolcalls/account_schemas.hpp"

#include <memory>

namespace sluice::store {

std::unique_ptr<tenancy::TenancyRepository> make_tenancy(Backend const& backend);
std::unique_ptr<tenancy::ApiTokenRepository> make_api_tokens(Backend const& backend);
std::unique_ptr<accounts::IntegrationRepository> make_integrations(Backend const& backend);
std::unique_ptr<accounts::InstallationRepository> make_installations(Backend const& backend);
std::unique_ptr<accounts::DocumentationRepository> make_documentation(Backend const& backend);
std::unique_ptr<accounts::AccountRepository> make_accounts(Backend const& backend);
std::unique_ptr<mcp::ServerRepository> make_servers(Backend const& backend);
std::unique_ptr<toolcalls::SchemaRepository> make_account_schemas(Backend const& backend);
std::unique_ptr<mcp::StreamRepository> make_streams(Backend const& backend);
std::unique_ptr<safeguards::WriteCallRepository> make_write_calls(Backend const& backend);
std::unique_ptr<jobs::Queue> make_jobs(Backend const& backend);
std::unique_ptr<connecting::ConnectionRepository> make_connections(Backend const& backend);
std::unique_ptr<events::WebhookRepository> make_webhooks(Backend const& backend);
std::unique_ptr<accounts::AccountTokenRepository> make_account_tokens(Backend const& backend);
std::unique_ptr<tenancy::KeyRepository> make_keys(Backend const& backend);
std::unique_ptr<tenancy::Retention> make_retention(Backend const& backend);

} // namespace sluice::store
