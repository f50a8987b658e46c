#pragma once

#include <cstddef>

namespace sluice::telemetry {

/// More than the I/O threads of one process; two threads that share a shard are still correct, only slower.
inline constexpr std::size_t kShards = 16;
inline constexpr std::size_t kCacheLine = 64;

/// The calling thread's shard, the same for its whole life.
[[nodiscard]] std::size_t this_shard() noexcept;

} // namespace sluice::telemetry
