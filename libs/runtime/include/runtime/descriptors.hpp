#pragma once

#include "base/result.hpp"

#include <cstddef>

namespace sluice {

/// Raises the soft limit of open descriptors to the hard one, and gives what this process may have open at once.
[[nodiscard]] std::size_t raise_descriptor_limit();

/// How many connections of clients fit into `descriptors`, when `wanted` are asked for and `others` are taken by what
/// has a bound of its own (databases, listeners). A quarter of the rest is kept for calls of vendors.
/// Errors: unavailable with what to do, if too few fit to be of use.
[[nodiscard]] Result<std::size_t> connections_that_fit(std::size_t descriptors, std::size_t wanted, std::size_t others);

/// How many descriptors a process needs for all `wanted` connections.
[[nodiscard]] std::size_t descriptors_for(std::size_t wanted, std::size_t others) noexcept;

} // namespace sluice
