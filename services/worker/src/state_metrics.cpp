#include "state_metrics.hpp"

#include <limits>

namespace sluice::worker {
namespace {

constexpr std::chrono::seconds kOld{15};
constexpr std::chrono::seconds kLimit{2};
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

} // namespace

StateMetrics::StateMetrics(accounts::AccountRepository& accounts, jobs::Queue& queue, std::vector<jobs::Kind> kinds,
                           telemetry::Registry& registry)
    : accounts_(accounts)
    , queue_(queue)
    , kinds_(std::move(kinds))
    , counts_(accounts::kStatuses.size(), kUnknown)
    , lateness_(kinds_.size(), kUnknown)
{
    for (std::size_t i = 0; i < counts_.size(); ++i)
        registry.gauge("sluice_accounts", "Integrated accounts of all environments by status.",
                       [&value = counts_[i]] { return value; },
                       {{"status", std::string(name_of(accounts::kStatuses[i]))}});
    for (std::size_t i = 0; i < kinds_.size(); ++i)
        registry.gauge("sluice_jobs_oldest_due_seconds", "How long the most overdue job of a kind has been due.",
                       [&value = lateness_[i]] { return value; }, {{"kind", std::string(kinds_[i].name)}});
}

Task<void> StateMetrics::refresh(std::chrono::steady_clock::time_point now)
{
    if (read_at_ != std::chrono::steady_clock::time_point{} && now - read_at_ < kOld)
        co_return;
    read_at_ = now;
    auto const deadline = Deadline::after(kLimit);
    auto const counts = co_await accounts_.count(deadline);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        auto const found = counts ? counts->find(accounts::kStatuses[i]) : decltype(counts->begin()){};
        counts_[i] = !counts ? kUnknown : (found == counts->end() ? 0 : static_cast<double>(found->second));
    }
    auto const late = co_await queue_.lateness(kinds_, deadline);
    for (std::size_t i = 0; i < lateness_.size(); ++i)
        lateness_[i] = late ? std::chrono::duration<double>((*late)[i]).count() : kUnknown;
}

} // namespace sluice::worker
