#pragma once

#include <cstdint>
#include <span>

namespace sluice {

/// Fills `out` from the kernel's generator (getrandom(2)); fit for keys. Aborts if the kernel has none, which no
/// supported kernel does after boot.
void random_bytes(std::span<std::uint8_t> out);

} // namespace sluice
