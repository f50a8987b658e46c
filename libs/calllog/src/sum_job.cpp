#include "calllog/sum_job.hpp"

namespace sluice::calllog {
namespace {

constexpr std::chrono::seconds kLimit{25};

} // namespace

Task<Result<jobs::Next>> sum_up_hour(LogRepository& repository, jobs::Job job)
{
    auto const hour = std::chrono::floor<std::chrono::hours>(time_of(job.id));
    auto const done = co_await repository.sum_up(job.environment, hour, Deadline::after(kLimit));
    if (!done)
        co_return done.error();
    co_return std::nullopt;
}

} // namespace sluice::calllog
