#include "telemetry/shard.hpp"

#include <atomic>

namespace sluice::telemetry {

std::size_t this_shard() noexcept
{
    static std::atomic<std::size_t> next{0};
    thread_local std::size_t const mine = next.fetch_add(1, std::memory_order_relaxed) % kShards;
    return mine;
}

} // namespace sluice::telemetry
