#include "accounts/uninstall_job.hpp"

namespace sluice::accounts {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::seconds kTurn{5};

} // namespace

Task<Result<jobs::Next>> uninstall(InstallationRepository& installations, Clock const& clock, jobs::Job job)
{
    EnvironmentIntegrationId const installation{job.id};
    for (auto const until = Deadline::after(kTurn); !until.expired();) {
        auto const is_more = co_await installations.remove_rest(job.environment, installation, Deadline::after(kLimit));
        if (!is_more)
            co_return is_more.error();
        if (!*is_more)
            co_return std::nullopt;
    }
    co_return clock.now();
}

} // namespace sluice::accounts
