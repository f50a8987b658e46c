#pragma once

#include "runtime/task.hpp"

#include <optional>
#include <utility>

namespace sluice {

/// `run_to_end` for any result: the task keeps its own. Not a template, so that Asio's code is compiled once.
void run_any_to_end(asio::io_context& io, Task<void> task);

/// Runs a coroutine to its end on the calling thread, and with it whatever else is due on `io`, which nobody else may
/// run meanwhile. What is due after that stays in `io`. For commands, for what a service does before it serves, and for
/// tests. Throws what the coroutine throws; std::logic_error if it waits for something that nothing on `io` will bring;
/// then `io` may only be destroyed.
template <class T>
T run_to_end(asio::io_context& io, Task<T> task)
{
    std::optional<T> result;
    run_any_to_end(io, [](Task<T> awaited, std::optional<T>& kept) -> Task<void> {
        kept.emplace(co_await std::move(awaited));
    }(std::move(task), result));
    return *std::move(result);
}

inline void run_to_end(asio::io_context& io, Task<void> task)
{
    run_any_to_end(io, std::move(task));
}

} // namespace sluice
