#include "routes.hpp"

#include "handlers.hpp"

#include <array>

namespace sluice::api {
namespace {

using http::Method;

constexpr std::size_t kNoBody = 64 * 1024;   ///< Some clients send one with GET or DELETE.
constexpr std::size_t kLinkBody = 64 * 1024; ///< All that somebody may bring who is known only once the handler looks.
constexpr std::size_t kSmallBody = 1024 * 1024;
constexpr std::size_t kProxyBody = 8 * 1024 * 1024;
constexpr std::size_t kMcpBody = mcp::Endpoint::kBodyLimit;

template <class Handlers>
Handler bind(Handlers& handlers, HandlerResult (Handlers::*method)(Call&))
{
    return [&handlers, method](Call& call) { return (handlers.*method)(call); };
}

/// A row: what is fixed, and who answers.
struct Row {
    RouteSpec spec;
    Handler (*bind)(HandlerSet const& set);
};

#define SLUICE_ROUTE(method, path, access, limit, member, type, function)                                              \
    Row                                                                                                                \
    {                                                                                                                  \
        {method, path, access, limit}, [](HandlerSet const& set) { return bind(set.member, &type::function); }         \
    }

// clang-format off
constexpr std::array kRows{
    SLUICE_ROUTE(Method::get,     "/healthz", Access::open, kNoBody, operation, OperationHandlers, healthz),

    SLUICE_ROUTE(Method::get,     "/api-token",      Access::api_token, kNoBody, tokens, TokenHandlers, list),
    SLUICE_ROUTE(Method::get,     "/api-token/{id}", Access::api_token, kNoBody, tokens, TokenHandlers, get),

    SLUICE_ROUTE(Method::get,     "/integration",      Access::api_token, kNoBody, integrations, IntegrationHandlers, list),
    SLUICE_ROUTE(Method::get,     "/integration/{id}", Access::api_token, kNoBody, integrations, IntegrationHandlers, get),

    SLUICE_ROUTE(Method::get,     "/documentation",      Access::api_token, kNoBody,    documentation, DocumentationHandlers, list),
    SLUICE_ROUTE(Method::post,    "/documentation",      Access::api_token, kSmallBody, documentation, DocumentationHandlers, create),
    SLUICE_ROUTE(Method::get,     "/documentation/{id}", Access::api_token, kNoBody,    documentation, DocumentationHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/documentation/{id}", Access::api_token, kSmallBody, documentation, DocumentationHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/documentation/{id}", Access::api_token, kNoBody,    documentation, DocumentationHandlers, remove),

    SLUICE_ROUTE(Method::get,     "/environment-integration",      Access::api_token, kNoBody,    installations, InstallationHandlers, list),
    SLUICE_ROUTE(Method::post,    "/environment-integration",      Access::api_token, kSmallBody, installations, InstallationHandlers, create),
    SLUICE_ROUTE(Method::get,     "/environment-integration/{id}", Access::api_token, kNoBody,    installations, InstallationHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/environment-integration/{id}", Access::api_token, kSmallBody, installations, InstallationHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/environment-integration/{id}", Access::api_token, kNoBody,    installations, InstallationHandlers, remove),

    SLUICE_ROUTE(Method::get,     "/integrated-account",                  Access::api_token, kNoBody,    accounts, AccountHandlers, list),
    SLUICE_ROUTE(Method::post,    "/integrated-account",                  Access::api_token, kSmallBody, accounts, AccountHandlers, create),
    SLUICE_ROUTE(Method::post,    "/integrated-account/token",            Access::api_token, kSmallBody, accounts, AccountHandlers, create_token),
    SLUICE_ROUTE(Method::post,    "/integrated-account/bulk-delete",      Access::api_token, kSmallBody, accounts, AccountHandlers, bulk_delete),
    SLUICE_ROUTE(Method::get,     "/integrated-account/me",               Access::account_token, kNoBody,    accounts, AccountHandlers, get_own),
    SLUICE_ROUTE(Method::patch,   "/integrated-account/me",               Access::account_token, kSmallBody, accounts, AccountHandlers, patch_own),
    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}/capabilities", Access::api_token, kNoBody, capabilities, CapabilityHandlers, of_account),
    SLUICE_ROUTE(Method::get,     "/integration/{id}/capabilities",       Access::api_token, kNoBody, capabilities, CapabilityHandlers, of_integration),
    SLUICE_ROUTE(Method::post,    "/integrated-account/refresh-credentials", Access::api_token, kSmallBody, accounts, AccountHandlers, refresh_credentials),
    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}",             Access::api_token, kNoBody,    accounts, AccountHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/integrated-account/{id}",             Access::api_token, kSmallBody, accounts, AccountHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/integrated-account/{id}",             Access::api_token, kNoBody,    accounts, AccountHandlers, remove),
    SLUICE_ROUTE(Method::patch,   "/integrated-account/{id}/credentials", Access::api_token, kSmallBody, accounts, AccountHandlers, patch_credentials),
    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}/tools",       Access::api_token, kNoBody,    accounts, AccountHandlers, tools),

    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}/mcp",             Access::api_token, kNoBody,    servers, ServerHandlers, list),
    SLUICE_ROUTE(Method::post,    "/integrated-account/{id}/mcp",             Access::api_token, kSmallBody, servers, ServerHandlers, create),
    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kNoBody,    servers, ServerHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kSmallBody, servers, ServerHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kNoBody,    servers, ServerHandlers, remove),
    SLUICE_ROUTE(Method::post,    "/integrated-account/{id}/mcp/{server_id}/rotate-token", Access::api_token, kSmallBody, servers, ServerHandlers, rotate_token),
    SLUICE_ROUTE(Method::post,    "/integrated-account/{id}/refresh-schema", Access::api_token, kSmallBody, servers, ServerHandlers, refresh_schema),
    SLUICE_ROUTE(Method::get,     "/integrated-account/{id}/mcp/{server_id}/explain", Access::api_token, kNoBody, servers, ServerHandlers, explain),

    SLUICE_ROUTE(Method::get,     "/mcp-server",                          Access::api_token, kNoBody,    servers, ServerHandlers, list),
    SLUICE_ROUTE(Method::post,    "/mcp-server",                          Access::api_token, kSmallBody, servers, ServerHandlers, create),
    SLUICE_ROUTE(Method::get,     "/mcp-server/{server_id}",              Access::api_token, kNoBody,    servers, ServerHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/mcp-server/{server_id}",              Access::api_token, kSmallBody, servers, ServerHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/mcp-server/{server_id}",              Access::api_token, kNoBody,    servers, ServerHandlers, remove),
    SLUICE_ROUTE(Method::post,    "/mcp-server/{server_id}/rotate-token", Access::api_token, kSmallBody, servers, ServerHandlers, rotate_token),
    SLUICE_ROUTE(Method::get,     "/mcp-server/{server_id}/explain",      Access::api_token, kNoBody,    servers, ServerHandlers, explain),

    SLUICE_ROUTE(Method::get,     "/approval",      Access::api_token, kNoBody,    approvals, ApprovalHandlers, list),
    SLUICE_ROUTE(Method::get,     "/approval/{id}", Access::api_token, kNoBody,    approvals, ApprovalHandlers, get),
    SLUICE_ROUTE(Method::post,    "/approval/{id}", Access::api_token, kSmallBody, approvals, ApprovalHandlers, decide),
    SLUICE_ROUTE(Method::get,     "/approve",       Access::link,      kNoBody,    approvals, ApprovalHandlers, page),
    SLUICE_ROUTE(Method::post,    "/approve/call",  Access::link,      kLinkBody,  approvals, ApprovalHandlers, use_code),

    SLUICE_ROUTE(Method::get,     "/environment",      Access::api_token, kNoBody,    environments, EnvironmentHandlers, list),
    SLUICE_ROUTE(Method::get,     "/environment/{id}", Access::api_token, kNoBody,    environments, EnvironmentHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/environment/{id}", Access::api_token, kSmallBody, environments, EnvironmentHandlers, patch),

    SLUICE_ROUTE(Method::get,     "/webhook",                    Access::api_token, kNoBody,    webhooks, WebhookHandlers, list),
    SLUICE_ROUTE(Method::post,    "/webhook",                    Access::api_token, kSmallBody, webhooks, WebhookHandlers, create),
    SLUICE_ROUTE(Method::post,    "/webhook/test",               Access::api_token, kSmallBody, webhooks, WebhookHandlers, send_test),
    SLUICE_ROUTE(Method::get,     "/webhook/{id}",               Access::api_token, kNoBody,    webhooks, WebhookHandlers, get),
    SLUICE_ROUTE(Method::patch,   "/webhook/{id}",               Access::api_token, kSmallBody, webhooks, WebhookHandlers, patch),
    SLUICE_ROUTE(Method::delete_, "/webhook/{id}",               Access::api_token, kNoBody,    webhooks, WebhookHandlers, remove),
    SLUICE_ROUTE(Method::post,    "/webhook/{id}/replay",        Access::api_token, kSmallBody, webhooks, WebhookHandlers, replay),
    SLUICE_ROUTE(Method::post,    "/webhook/{id}/rotate-secret", Access::api_token, kSmallBody, webhooks, WebhookHandlers, rotate_secret),
    SLUICE_ROUTE(Method::get,     "/log",                        Access::api_token, kNoBody,    webhooks, WebhookHandlers, log),

    SLUICE_ROUTE(Method::post,    "/link-token",      Access::api_token, kSmallBody, links, LinkHandlers, create_token),
    SLUICE_ROUTE(Method::post,    "/connection",      Access::api_token, kSmallBody, links, LinkHandlers, create_connection),
    SLUICE_ROUTE(Method::get,     "/connection/{id}", Access::api_token, kNoBody,    links, LinkHandlers, get_connection),

    SLUICE_ROUTE(Method::get,     "/connect",                                    Access::link, kNoBody,    connect, ConnectHandlers, page),
    SLUICE_ROUTE(Method::get,     "/connect/done",                               Access::link, kNoBody,    connect, ConnectHandlers, page),
    SLUICE_ROUTE(Method::get,     "/connect/assets/{file}",                      Access::link, kNoBody,    connect, ConnectHandlers, asset),
    SLUICE_ROUTE(Method::get,     "/sluice-link.js",                             Access::link, kNoBody,    connect, ConnectHandlers, sdk),
    SLUICE_ROUTE(Method::get,     "/connect/session",                            Access::link, kNoBody,    connect, ConnectHandlers, session),
    SLUICE_ROUTE(Method::post,    "/connect/session",                            Access::link, kLinkBody,  connect, ConnectHandlers, submit),
    SLUICE_ROUTE(Method::get,     "/connect/session/connection/{connection_id}", Access::link, kNoBody,    connect, ConnectHandlers, connection),
    SLUICE_ROUTE(Method::get,     "/connect/form",                               Access::link, kNoBody,    connect_form, ConnectFormHandlers, get),
    SLUICE_ROUTE(Method::post,    "/connect/form",                               Access::link, kLinkBody,  connect_form, ConnectFormHandlers, submit),
    SLUICE_ROUTE(Method::post,    "/connect/form/options",                       Access::link, kLinkBody,  connect_form, ConnectFormHandlers, options),
    SLUICE_ROUTE(Method::get,     "/connect/start",                              Access::link, kNoBody,    connect, ConnectHandlers, start_page),
    SLUICE_ROUTE(Method::post,    "/connect/start",                              Access::link, kLinkBody,  connect, ConnectHandlers, start),
    SLUICE_ROUTE(Method::get,     "/connect/callback",                           Access::link, kNoBody,    connect, ConnectHandlers, callback),
    SLUICE_ROUTE(Method::get,     "/connect/result/{connection_id}",             Access::link, kNoBody,    connect, ConnectHandlers, result),

    SLUICE_ROUTE(Method::get,     "/proxy/{resource}",        Access::any_token, kNoBody,    proxy, ProxyHandlers, collection),
    SLUICE_ROUTE(Method::post,    "/proxy/{resource}",        Access::any_token, kProxyBody, proxy, ProxyHandlers, collection),
    SLUICE_ROUTE(Method::get,     "/proxy/{resource}/{item}", Access::any_token, kNoBody,    proxy, ProxyHandlers, item),
    SLUICE_ROUTE(Method::post,    "/proxy/{resource}/{item}", Access::any_token, kProxyBody, proxy, ProxyHandlers, item),
    SLUICE_ROUTE(Method::put,     "/proxy/{resource}/{item}", Access::any_token, kProxyBody, proxy, ProxyHandlers, item),
    SLUICE_ROUTE(Method::patch,   "/proxy/{resource}/{item}", Access::any_token, kProxyBody, proxy, ProxyHandlers, item),
    SLUICE_ROUTE(Method::delete_, "/proxy/{resource}/{item}", Access::any_token, kSmallBody, proxy, ProxyHandlers, item),

    SLUICE_ROUTE(Method::post,    "/mcp",         Access::mcp_token, kMcpBody, mcp, McpHandlers, handle_bearer),
    SLUICE_ROUTE(Method::post,    "/mcp/{token}", Access::mcp_token, kMcpBody, mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::get,     "/mcp/{token}", Access::mcp_token, kNoBody,  mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::put,     "/mcp/{token}", Access::mcp_token, kMcpBody, mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::patch,   "/mcp/{token}", Access::mcp_token, kMcpBody, mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::delete_, "/mcp/{token}", Access::mcp_token, kNoBody,  mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::head,    "/mcp/{token}", Access::mcp_token, kNoBody,  mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::options, "/mcp/{token}", Access::mcp_token, kNoBody,  mcp, McpHandlers, handle),
    SLUICE_ROUTE(Method::get,     "/mcp/{token}/sse", Access::mcp_token, kNoBody, mcp, McpHandlers, stream),
    SLUICE_ROUTE(Method::post,    "/mcp/{token}/sse", Access::mcp_token, kMcpBody, mcp, McpHandlers, stream),
    SLUICE_ROUTE(Method::options, "/mcp/{token}/sse", Access::mcp_token, kNoBody, mcp, McpHandlers, stream),
    SLUICE_ROUTE(Method::post,    "/mcp/{token}/messages", Access::mcp_token, kMcpBody, mcp, McpHandlers, messages),
    SLUICE_ROUTE(Method::options, "/mcp/{token}/messages", Access::mcp_token, kNoBody, mcp, McpHandlers, messages),
};
// clang-format on

#undef SLUICE_ROUTE

constexpr auto kSpecs = [] {
    std::array<RouteSpec, kRows.size()> specs{};
    for (std::size_t i = 0; i < specs.size(); ++i)
        specs[i] = kRows[i].spec;
    return specs;
}();

} // namespace

std::span<RouteSpec const> route_specs()
{
    return kSpecs;
}

std::vector<Handler> handlers_of(HandlerSet set)
{
    std::vector<Handler> handlers;
    for (auto const& row : kRows)
        handlers.push_back(row.bind(set));
    return handlers;
}

} // namespace sluice::api
