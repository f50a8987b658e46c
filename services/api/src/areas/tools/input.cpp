#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {

Result<toolcalls::NamedCall> read_execution(Call const& call, json::object body)
{
    auto arguments = toolcalls::ToolCalls::arguments_in(body);
    body.erase("arguments");
    http::Fields fields(body);
    if (!arguments)
        fields.fail("arguments", "must be an object: the arguments of the tool");
    toolcalls::NamedCall wanted{call.environment(),
                                fields.id<IntegratedAccountId>("integrated_account_id", false),
                                fields.text("tenant_id", false).value_or(""),
                                std::string(call.parameter("name")),
                                {}};
    bool const names_account = fields.has("integrated_account_id") && !fields.is_null("integrated_account_id");
    if (!wanted.tenant_id.empty() && call.caller.account)
        fields.fail("tenant_id", "is not taken with an integrated-account token, which means its own account");
    else if (!wanted.tenant_id.empty() && names_account)
        fields.fail("tenant_id", "must be left out if integrated_account_id is given");
    else if (wanted.tenant_id.empty() && !names_account && !call.caller.account)
        fields.fail("integrated_account_id", "is required, or tenant_id if the tenant has one account with this tool");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    if (call.caller.account && wanted.account && *wanted.account != *call.caller.account)
        return Error{ErrorCode::forbidden, "The integrated-account token belongs to another account."};
    if (call.caller.account)
        wanted.account = call.caller.account;
    wanted.arguments = *std::move(arguments);
    return wanted;
}

} // namespace sluice::api
