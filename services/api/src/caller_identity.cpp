#include "caller_identity.hpp"

namespace sluice::api {

Task<Result<void>> identify(Call& call, Access access, tenancy::ApiTokens& tokens,
                            accounts::AccountTokens& account_tokens)
{
    auto const token = http::bearer_of(call.request);
    bool const is_account_token = token.starts_with(crypto::prefix_of(crypto::TokenKind::account));
    bool const is_of_account = access == Access::account_token || (access == Access::any_token && is_account_token);
    auto const warm = is_of_account ? std::nullopt : tokens.authenticate_warm(token);
    if (!warm)
        if (auto const may = call.place.take(is_of_account ? account_tokens.known_environment(token)
                                                           : tokens.known_environment(token));
            !may)
            co_return may.error();
    if (is_of_account) {
        auto const found = co_await account_tokens.authenticate(token, call.deadline);
        if (!found)
            co_return found.error();
        call.caller.environment = found->environment;
        call.account = found->account;
    } else {
        auto caller = warm ? *warm : co_await tokens.authenticate(token, call.deadline);
        if (!caller)
            co_return caller.error();
        if (caller->is_mcp_only)
            co_return Error{ErrorCode::unauthenticated,
                            "This API token serves only as the second factor of MCP servers: it "
                            "was made with --mcp-only."};
        call.caller = *std::move(caller);
    }
    co_return call.belongs_to(call.environment());
}

} // namespace sluice::api
