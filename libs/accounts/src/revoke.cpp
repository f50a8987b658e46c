#include "accounts/revoke.hpp"

#include "accounts/context.hpp"
#include "accounts/oauth.hpp"

namespace sluice::accounts {

Task<Result<void>> revoke(http::Client& client, CallableAccountPtr account, Deadline deadline)
{
    auto const* format = account->installed->integration->find_credentials(account->account.authentication_method);
    if (format == nullptr || !format->oauth || format->oauth->revoke_url.empty())
        co_return Result<void>{};
    auto const context = open_context(account->account, account->key);
    if (!context)
        co_return context.error();
    auto const app = oauth_app(*format->oauth, account->app_secret, *context);
    auto url = format->oauth->revoke_url.render_url(account->visible);
    if (!app || !url)
        co_return app ? url.error() : app.error();
    json::value const secret = context->secret;
    // Revoking the refresh token also ends the access tokens made with it. Without one the access token is revoked.
    for (auto const* path : {"oauth.token.refresh_token", "oauth.token.access_token"}) {
        auto const* token = json::find_path(secret, path);
        if (token == nullptr || !token->is_string())
            continue;
        http::Query form;
        form.add("token", std::string(token->get_string()));
        auto request = token_request(*format->oauth, *std::move(url), *app, std::move(form), account->tls);
        request.owner = http::Owner{account->account.environment, account->account.id};
        auto const answer = co_await client.send(std::move(request), deadline);
        co_return answer ? Result<void>{} : Result<void>(answer.error());
    }
    co_return Result<void>{};
}

} // namespace sluice::accounts
