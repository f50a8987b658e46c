#pragma once

namespace sluice {

/// Gives freed memory of this thread back to the system. Takes up to a millisecond, so it is for idle threads. The
/// allocator itself does this only while a thread allocates; without this the memory of a burst of large requests would
/// stay until the next calls. Does nothing with another allocator than mimalloc.
void release_free_memory() noexcept;

} // namespace sluice
