#pragma once

#include "base/result.hpp"

#include <cstddef>

namespace sluice {

/// Raises the soft limit of open descriptors to the hard limit. Gives how many this process may have open at once.
[[nodiscard]] std::size_t raise_descriptor_limit();

/// How many connections of clients fit into `descriptors`. `wanted` are asked for; `others` are used by databases and
/// listeners. A quarter of the rest is kept for calls of vendors. Errors: unavailable if too few fit; the text says
/// what to do.
[[nodiscard]] Result<std::size_t> connections_that_fit(std::size_t descriptors, std::size_t wanted, std::size_t others);

/// The descriptors that a process needs for all `wanted` connections.
[[nodiscard]] std::size_t descriptors_for(std::size_t wanted, std::size_t others) noexcept;

} // namespace sluice
