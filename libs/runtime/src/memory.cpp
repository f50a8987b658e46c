#include "runtime/memory.hpp"

extern "C" void mi_collect(bool force) noexcept __attribute__((weak)); // Null unless mimalloc is linked.

namespace sluice {

void release_free_memory() noexcept
{
    if (mi_collect != nullptr)
        mi_collect(true);
}

} // namespace sluice
