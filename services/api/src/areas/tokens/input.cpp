#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {

Result<tenancy::NewApiToken> read_token(json::object const& body, EnvironmentId environment)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    tenancy::NewApiToken token;
    token.name = fields.text("name", true).value_or("");
    token.is_mcp_only = fields.flag("mcp_only").value_or(false);
    token.scopes = fields.texts("scopes").value_or(token.scopes);
    token.addresses = fields.texts("addresses").value_or(token.addresses);
    token.expires_at = fields.time("expires_at");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return token;
}

Result<tenancy::ApiTokenChange> read_token_patch(json::object const& body)
{
    http::Fields fields(body);
    tenancy::ApiTokenChange change;
    change.name = fields.text("name", false);
    change.scopes = fields.texts("scopes");
    change.addresses = fields.texts("addresses");
    auto const end = fields.time("expires_at");
    if (fields.has("expires_at"))
        change.expires_at = end;
    fields.refuse_null({"name", "scopes", "addresses"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return change;
}

} // namespace sluice::api
