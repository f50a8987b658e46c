#include "caller_identity.hpp"

#include "session_identity.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

Task<Result<void>> identify_account_token(Call& call, std::string_view token, accounts::AccountTokens& tokens)
{
    if (auto const may = call.place.take(tokens.known_environment(token)); !may)
        co_return may.error();
    auto const found = co_await tokens.authenticate(token, call.asker(), call.deadline);
    if (!found)
        co_return found.error();
    if (auto const origin = call.request.headers.find("origin");
        origin && !found->origins.empty() && std::ranges::find(found->origins, *origin) == found->origins.end())
        co_return Error{ErrorCode::forbidden, "Pages of this site may not use the token: the environment's "
                                              "`link_origins` do not have its origin."};
    call.caller.environment = found->environment;
    call.caller.account = found->account;
    co_return call.belongs_to(call.environment());
}

Task<Result<void>> identify_api_token(Call& call, std::string_view token, Route const& route,
                                      tenancy::ApiTokens& tokens)
{
    auto const warm = tokens.authenticate_warm(token, call.client_address());
    if (!warm)
        if (auto const may = call.place.take(tokens.known_environment(token)); !may)
            co_return may.error();
    auto const found = warm ? *warm : co_await tokens.authenticate(token, call.client_address(), call.deadline);
    if (!found)
        co_return found.error();
    auto const& known = **found;
    if (known.is_mcp_only)
        co_return Error{ErrorCode::unauthenticated,
                        "This API token serves only as the second factor of MCP servers: it was made with --mcp-only."};
    if (!route.needs)
        co_return Error{ErrorCode::forbidden, "This is for users who have signed in, and not for API tokens."};
    if (auto const may = check_permission(known.permissions, *route.needs); !may)
        co_return may.error();
    call.caller.environment = known.environment;
    call.caller.permissions = known.permissions;
    call.caller.name = known.name;
    call.caller.token = known.id;
    call.trace.origin.token = known.id;
    co_return call.belongs_to(call.environment());
}

} // namespace

Task<Result<void>> identify(Call& call, Route const& route, Recognisers const& recognisers, Config const& config)
{
    if (!call.request.headers.contains("authorization") && call.request.headers.contains("cookie"))
        return identify_session(call, route, recognisers.sessions, config);
    auto const token = http::bearer_of(call.request);
    bool const is_account_token = token.starts_with(crypto::prefix_of(crypto::TokenKind::account));
    if (route.access == Access::account_token || (route.access == Access::any_token && is_account_token))
        return identify_account_token(call, token, recognisers.account_tokens);
    return identify_api_token(call, token, route, recognisers.tokens);
}

} // namespace sluice::api
