#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

constexpr std::size_t kLongestText = 1000;

} // namespace

Result<identity::NewIdentityProvider> read_provider(json::object const& body)
{
    http::Fields fields(body);
    identity::NewIdentityProvider provider;
    provider.label = fields.text("label", true, 100).value_or("");
    provider.issuer = fields.text("issuer", true, kLongestText).value_or("");
    provider.client_id = fields.text("client_id", true, kLongestText).value_or("");
    if (auto secret = fields.text("client_secret", false, kLongestText))
        provider.client_secret = Secret(*std::move(secret));
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return provider;
}

Result<identity::IdentityProviderChange> read_provider_patch(json::object const& body)
{
    http::Fields fields(body);
    identity::IdentityProviderChange change;
    change.label = fields.text("label", false, 100);
    change.is_enabled = fields.flag("is_enabled");
    if (auto secret = fields.text("client_secret", false, kLongestText))
        change.client_secret = Secret(*std::move(secret));
    else if (fields.has("client_secret"))
        change.client_secret = Secret{}; // Null: from now on none.
    fields.refuse_null({"label", "is_enabled"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return change;
}

} // namespace sluice::api
