#include "runtime/run_to_end.hpp"

#include <exception>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>

namespace sluice {

void run_any_to_end(asio::io_context& io, Task<void> task)
{
    std::exception_ptr failure;
    bool is_over = false;
    asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown) {
        failure = std::move(thrown);
        is_over = true;
    });
    io.restart();
    while (!is_over && io.run_one() > 0) {
    }
    io.restart(); // Without work it has stopped.
    if (!is_over)
        throw std::logic_error("a coroutine waits for something that never comes");
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace sluice
