#include "view.hpp"

namespace sluice::api {

json::object provider_view(identity::IdentityProvider const& provider, std::string const& redirect_url)
{
    return {{"id", provider.id.str()},
            {"label", provider.label},
            {"issuer", provider.issuer},
            {"client_id", provider.client_id},
            {"has_client_secret", provider.has_secret},
            {"is_enabled", provider.is_enabled},
            {"redirect_url", redirect_url},
            {"created_at", to_rfc3339(provider.created_at)}};
}

} // namespace sluice::api
