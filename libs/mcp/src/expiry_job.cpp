#include "mcp/expiry_job.hpp"

namespace sluice::mcp {
namespace {

constexpr std::chrono::seconds kLimit{10};

} // namespace

Task<Result<jobs::Next>> remove_if_expired(ServerRepository& servers, jobs::Job job)
{
    auto const removed = co_await servers.remove_expired(job.environment, McpServerId{job.id}, Deadline::after(kLimit));
    if (!removed)
        co_return removed.error();
    co_return std::nullopt;
}

} // namespace sluice::mcp
