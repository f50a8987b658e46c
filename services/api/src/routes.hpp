#pragma once

#include "call.hpp"
#include "http_api/message.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::api {

class TokenHandlers;
class IntegrationHandlers;
class InstallationHandlers;
class DocumentationHandlers;
class AccountHandlers;
class ServerHandlers;
class ProxyHandlers;
class EnvironmentHandlers;
class LinkHandlers;
class ConnectHandlers;
class ApprovalHandlers;
class ConnectFormHandlers;
class WebhookHandlers;
class CapabilityHandlers;
class OperationHandlers;
class McpHandlers;

/// Who may call a route.
enum class Access {
    open,          ///< Anyone.
    mcp_token,     ///< Whoever has the URL; the endpoint checks.
    link,          ///< Whoever has a link of ours; the handlers check its token, cookie or code.
    api_token,     ///< The holder of an API token.
    account_token, ///< The holder of an integrated-account token.
    any_token,     ///< Either.
};

/// What is fixed about a route. A test compares this table with api-spec/openapi.yaml both ways.
struct RouteSpec {
    http::Method method;
    std::string_view path;
    Access access;
    std::size_t body_limit;
};

[[nodiscard]] std::span<RouteSpec const> route_specs();

using Handler = std::function<HandlerResult(Call&)>;

/// The handlers of one shard.
struct HandlerSet {
    TokenHandlers& tokens;
    IntegrationHandlers& integrations;
    InstallationHandlers& installations;
    DocumentationHandlers& documentation;
    AccountHandlers& accounts;
    ServerHandlers& servers;
    ProxyHandlers& proxy;
    EnvironmentHandlers& environments;
    LinkHandlers& links;
    ConnectHandlers& connect;
    ConnectFormHandlers& connect_form;
    ApprovalHandlers& approvals;
    WebhookHandlers& webhooks;
    CapabilityHandlers& capabilities;
    OperationHandlers& operation;
    McpHandlers& mcp;
};

/// One handler per entry of `route_specs`, in its order.
[[nodiscard]] std::vector<Handler> handlers_of(HandlerSet set);

} // namespace sluice::api
