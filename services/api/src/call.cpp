#include "call.hpp"

#include <fmt/format.h>

namespace sluice::api {

tenancy::Author Call::author() const
{
    return author_as(caller.actor());
}

tenancy::Author Call::author_as(tenancy::Actor actor) const
{
    return {std::move(actor), std::string(client_address()), request_id};
}

Result<void> Call::belongs_to(EnvironmentId environment)
{
    trace.environment = environment.str();
    return place.take(environment);
}

Result<std::optional<IntegratedAccountId>> Call::take_account(http::Query& from) const
{
    auto const given = from.take("integrated_account_id");
    if (!given)
        return caller.account;
    auto const named = IntegratedAccountId::parse(*given);
    if (!named)
        return invalid("integrated_account_id", "must be an id such as ia_01h455vb4pex5vsknk084sn02q");
    if (caller.account && *named != *caller.account)
        return Error{ErrorCode::forbidden, "The integrated-account token belongs to another account."};
    return named;
}

std::string_view Call::parameter(std::string_view name) const
{
    for (auto const& [known, value] : parameters)
        if (known == name)
            return value;
    return {};
}

Error Call::unknown_id(std::string_view prefix, std::string_view what)
{
    return {ErrorCode::not_found,
            fmt::format("There is no such {} in this environment: its id starts with {}_.", what, prefix)};
}

} // namespace sluice::api
