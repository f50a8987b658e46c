#pragma once

namespace sluice {

/// Gives the memory that this thread has freed back to the system. Takes up to a millisecond, so it is for threads that
/// have fallen idle: the allocator itself only does it while a thread goes on allocating, and a burst of large requests
/// would stay resident for as long as nobody calls. Does nothing under another allocator than mimalloc.
void release_free_memory() noexcept;

} // namespace sluice
