#pragma once

#include <cstdint>
#include <span>

namespace sluice {

/// Fills `out` from the kernel's generator (getrandom(2)); fit for keys. Aborts if the kernel has none, which no
/// supported kernel does after boot.
void random_bytes(std::span<std::uint8_t> out);

/// Equally random, for values that anyone may see: nonces, jitter. The thread reads 256 bytes from the kernel at a
/// time, so most calls cost no system call. After a fork both processes would get the same bytes; Sluice does not fork.
void public_random_bytes(std::span<std::uint8_t> out);

/// From 0 to just below 1, for jitter.
[[nodiscard]] double random_fraction();

} // namespace sluice
