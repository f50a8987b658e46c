#pragma once

#include <memory>

// Declared, not included: each file of this room would read the headers of all rooms.
namespace sluice::accounts {
class AccountRepository;
class AccountTokenRepository;
class DocumentationRepository;
class InstallationRepository;
class IntegrationRepository;
} // namespace sluice::accounts
namespace sluice::calllog {
class LogRepository;
} // namespace sluice::calllog
namespace sluice::connecting {
class ConnectionRepository;
} // namespace sluice::connecting
namespace sluice::events {
class DestinationRepository;
class WebhookRepository;
} // namespace sluice::events
namespace sluice::identity {
class AttemptRepository;
class LinkRepository;
class SessionRepository;
class UserRepository;
class IdentityProviderRepository;
} // namespace sluice::identity
namespace sluice::jobs {
class Queue;
} // namespace sluice::jobs
namespace sluice::limits {
class CountRepository;
} // namespace sluice::limits
namespace sluice::mcp {
class ServerRepository;
class StreamRepository;
} // namespace sluice::mcp
namespace sluice::safeguards {
class KeyedRequestRepository;
class WriteCallRepository;
} // namespace sluice::safeguards
namespace sluice::tenancy {
class ApiTokenRepository;
class AuditRepository;
class KeyRepository;
class Retention;
class TenancyRepository;
} // namespace sluice::tenancy
namespace sluice::toolcalls {
class SchemaRepository;
} // namespace sluice::toolcalls

namespace sluice::store {

struct Backend;

std::unique_ptr<tenancy::TenancyRepository> make_tenancy(Backend const& backend);
std::unique_ptr<tenancy::ApiTokenRepository> make_api_tokens(Backend const& backend);
std::unique_ptr<tenancy::AuditRepository> make_audit(Backend const& backend);
std::unique_ptr<identity::UserRepository> make_users(Backend const& backend);
std::unique_ptr<identity::SessionRepository> make_sessions(Backend const& backend);
std::unique_ptr<identity::LinkRepository> make_links(Backend const& backend);
std::unique_ptr<identity::AttemptRepository> make_attempts(Backend const& backend);
std::unique_ptr<identity::IdentityProviderRepository> make_identity_providers(Backend const& backend);
std::unique_ptr<accounts::IntegrationRepository> make_integrations(Backend const& backend);
std::unique_ptr<accounts::InstallationRepository> make_installations(Backend const& backend);
std::unique_ptr<accounts::DocumentationRepository> make_documentation(Backend const& backend);
std::unique_ptr<accounts::AccountRepository> make_accounts(Backend const& backend);
std::unique_ptr<mcp::ServerRepository> make_servers(Backend const& backend);
std::unique_ptr<toolcalls::SchemaRepository> make_account_schemas(Backend const& backend);
std::unique_ptr<mcp::StreamRepository> make_streams(Backend const& backend);
std::unique_ptr<safeguards::WriteCallRepository> make_write_calls(Backend const& backend);
std::unique_ptr<safeguards::KeyedRequestRepository> make_keyed_requests(Backend const& backend);
std::unique_ptr<limits::CountRepository> make_counts(Backend const& backend);
std::unique_ptr<jobs::Queue> make_jobs(Backend const& backend);
std::unique_ptr<connecting::ConnectionRepository> make_connections(Backend const& backend);
std::unique_ptr<events::WebhookRepository> make_webhooks(Backend const& backend);
std::unique_ptr<events::DestinationRepository> make_destinations(Backend const& backend);
std::unique_ptr<accounts::AccountTokenRepository> make_account_tokens(Backend const& backend);
std::unique_ptr<tenancy::KeyRepository> make_keys(Backend const& backend);
std::unique_ptr<calllog::LogRepository> make_call_log(Backend const& backend);
std::unique_ptr<tenancy::Retention> make_retention(Backend const& backend);

} // namespace sluice::store
