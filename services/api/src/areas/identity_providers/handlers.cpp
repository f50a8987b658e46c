#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "identity/identity_provider.hpp"
#include "identity/oidc.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

auto view_with(identity::Oidc const& oidc)
{
    return [&oidc](identity::IdentityProvider const& provider) {
        return provider_view(provider, oidc.redirect_url(provider.team));
    };
}

} // namespace

IdentityProviderHandlers::IdentityProviderHandlers(ShardParts const& parts)
    : providers_(parts.identity_providers)
    , oidc_(parts.oidc)
    , cursors_(parts.cursors)
{
}

HandlerResult IdentityProviderHandlers::list(Call& call)
{
    return answer_list(call, cursors_, view_with(oidc_), [this, &call](tenancy::ListQuery query) {
        return providers_.list(call.caller.team, std::move(query), call.deadline);
    });
}

HandlerResult IdentityProviderHandlers::get(Call& call)
{
    return answer_get<IdentityProviderId>(
        call, "identity provider", view_with(oidc_),
        [this, &call](IdentityProviderId id) { return providers_.find(call.caller.team, id, call.deadline); });
}

HandlerResult IdentityProviderHandlers::create(Call& call)
{
    return answer_create(call, view_with(oidc_), read_provider, [this, &call](identity::NewIdentityProvider provider) {
        return providers_.create(call.caller.team, std::move(provider), call.author(), call.deadline);
    });
}

HandlerResult IdentityProviderHandlers::patch(Call& call)
{
    return answer_change<IdentityProviderId>(
        call, "identity provider", view_with(oidc_), read_provider_patch,
        [this, &call](IdentityProviderId id, identity::IdentityProviderChange change) {
            return providers_.change(call.caller.team, id, std::move(change), call.author(), call.deadline);
        });
}

HandlerResult IdentityProviderHandlers::remove(Call& call)
{
    return answer_remove<IdentityProviderId>(call, "identity provider", [this, &call](IdentityProviderId id) {
        return providers_.remove(call.caller.team, id, call.author(), call.deadline);
    });
}

} // namespace sluice::api
