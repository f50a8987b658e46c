#pragma once

#include "runtime/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace sluice::test {

/// Drives a coroutine to its end on an io_context of its own.
template <class T>
T run(Task<T> task)
{
    asio::io_context io(1);
    auto result = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    return result.get();
}

/// The same on a context that other objects of the test live on.
template <class T>
T run_on(asio::io_context& io, Task<T> task)
{
    auto result = asio::co_spawn(io, std::move(task), asio::use_future);
    io.restart();
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready && io.run_one() > 0) {
    }
    return result.get();
}

} // namespace sluice::test
