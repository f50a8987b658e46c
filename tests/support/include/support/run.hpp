#pragma once

#include "runtime/run_to_end.hpp"

namespace sluice::test {

/// Runs a coroutine to its end on an io_context of its own, and what it leaves behind as well.
template <class T>
T run(Task<T> task)
{
    asio::io_context io(1);
    if constexpr (std::is_void_v<T>) {
        run_to_end(io, std::move(task));
        io.run();
    } else {
        auto result = run_to_end(io, std::move(task));
        io.run();
        return result;
    }
}

/// The same on a context that other objects of the test live on; what is due after that stays.
template <class T>
T run_on(asio::io_context& io, Task<T> task)
{
    return run_to_end(io, std::move(task));
}

} // namespace sluice::test
