#pragma once

// Only declares the parts, so that each handler includes just what it uses.

namespace sluice::crypto {
class CursorSealer;
}
namespace sluice::http {
class ByteBudget;
}
namespace sluice::limits {
class ShardLimits;
}
namespace sluice::tenancy {
class ApiTokenRepository;
class AuditRepository;
class SecretGate;
class TenancyRepository;
class TokenMint;
class Waiters;
} // namespace sluice::tenancy
namespace sluice::identity {
class IdentityProviderRepository;
class IdentityProviders;
class Oidc;
class OidcSignIn;
class Sessions;
class SignIn;
class Users;
} // namespace sluice::identity
namespace sluice::accounts {
class AccountRepository;
class CallableAccounts;
class Demo;
class Directory;
class DocumentationEditor;
class DocumentationRepository;
class InstallationRepository;
class Installer;
class IntegrationRepository;
class Integrations;
} // namespace sluice::accounts
namespace sluice::proxy {
class Caller;
}
namespace sluice::batch {
class Runner;
}
namespace sluice::calllog {
class LogRepository;
}
namespace sluice::connecting {
class ConnectForm;
class ConnectionRepository;
class Connector;
class Links;
} // namespace sluice::connecting
namespace sluice::safeguards {
class Decisions;
class KeyedRequests;
class WriteCallRepository;
} // namespace sluice::safeguards
namespace sluice::toolcalls {
class AccountSchemas;
class AccountTools;
} // namespace sluice::toolcalls
namespace sluice::mcp {
class Endpoint;
class Mint;
class ServerRepository;
} // namespace sluice::mcp
namespace sluice::events {
class DestinationRepository;
class Destinations;
class Subscriptions;
class WebhookRepository;
} // namespace sluice::events

namespace sluice::api {

struct Config;
class LiveStreams;
class StaticFiles;

/// The rows of every kind.
struct Repositories {
    tenancy::TenancyRepository& tenancy;
    tenancy::ApiTokenRepository& api_tokens;
    tenancy::AuditRepository& audit;
    accounts::IntegrationRepository& integrations;
    accounts::InstallationRepository& installations;
    accounts::DocumentationRepository& documentation;
    accounts::AccountRepository& accounts;
    mcp::ServerRepository& servers;
    safeguards::WriteCallRepository& write_calls;
    connecting::ConnectionRepository& connections;
    events::WebhookRepository& webhooks;
    events::DestinationRepository& destinations;
    calllog::LogRepository& call_log;
    identity::IdentityProviderRepository& identity_providers;
};

/// What the handlers of one shard work with: use-cases, repositories, and what views need. Everything outlives the
/// handlers.
struct ShardParts {
    Config const& config;
    crypto::CursorSealer const& cursors;
    StaticFiles const& files;
    http::ByteBudget& bodies;  ///< The budget for bodies of requests.
    http::ByteBudget& answers; ///< The budget for answers that clients have not read.
    tenancy::SecretGate& secrets;
    accounts::Integrations& integrations;
    Repositories rows;
    limits::ShardLimits& limits;
    tenancy::Waiters& waiters;
    LiveStreams& live;
    tenancy::TokenMint& token_mint;
    identity::Sessions& sessions;
    identity::SignIn& sign_in;
    identity::Users& users;
    identity::IdentityProviders& identity_providers;
    identity::Oidc& oidc;
    identity::OidcSignIn& oidc_sign_in;
    accounts::CallableAccounts& callable_accounts;
    accounts::Directory& directory;
    accounts::Demo& demo;
    accounts::Installer& installer;
    accounts::DocumentationEditor& documentation;
    proxy::Caller& caller;
    batch::Runner& batches;
    connecting::Links& links;
    connecting::Connector& connector;
    connecting::ConnectForm& connect_form;
    safeguards::Decisions& decisions;
    safeguards::KeyedRequests& keyed_requests;
    toolcalls::AccountSchemas& schemas;
    toolcalls::AccountTools& account_tools;
    mcp::Mint& mint;
    mcp::Endpoint& endpoint;
    events::Subscriptions& subscriptions;
    events::Destinations& destinations;
};

} // namespace sluice::api
