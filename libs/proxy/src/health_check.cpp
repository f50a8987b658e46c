#include "proxy/health_check.hpp"

#include <fmt/format.h>

namespace sluice::proxy {

Task<Result<void>> HealthCheck::check(accounts::ConnectedPtr account, Deadline deadline)
{
    auto const& integration = *account->installed->integration;
    auto const dot = integration.health.find('.');
    if (dot == std::string::npos)
        co_return Result<void>{};
    auto const* method = integration.find(integration.health.substr(0, dot), integration.health.substr(dot + 1));
    // It is the credentials that are asked about, whatever the account's row says of itself.
    auto usable = std::make_shared<accounts::ConnectedAccount>(*account);
    usable->account.status = accounts::Status::active;
    auto const outcome = co_await caller_.call(std::move(usable), *method, {}, nullptr, deadline);
    if (!outcome)
        co_return outcome.error();
    // A 403 knows who asks: the credentials work, they are only not allowed this.
    if (outcome->kind != Outcome::Kind::error || outcome->status == 403)
        co_return Result<void>{};
    auto const text = fmt::format("{} answered {}: {}", integration.label, outcome->status, outcome->message);
    if (outcome->status == 401)
        co_return Error{ErrorCode::reauth_needed,
                        fmt::format("{} refuses these credentials: {}", integration.label, outcome->message)};
    co_return Error{outcome->limits.throttled ? ErrorCode::rate_limited : ErrorCode::upstream_failed, text};
}

} // namespace sluice::proxy
