#include "runtime/elsewhere.hpp"

#include "runtime/offload.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace sluice {
namespace {

/// Is touched only on the thread of the caller that waits.
struct Waiting {
    Waiting(asio::io_context::executor_type executor, Deadline until, std::size_t count)
        : done(executor, until.at())
        , left(count)
    {
    }
    SteadyTimer done;
    std::size_t left;
    bool all = true;
};

} // namespace

Task<bool> run_elsewhere(std::vector<Elsewhere> tasks, Deadline limit)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const waiting = std::make_shared<Waiting>(executor, limit, tasks.size());
    // A weak pointer: only the caller's thread may touch the timer, and the caller may be gone before the tasks end.
    for (auto& [io, task] : tasks)
        asio::co_spawn(*io, std::move(task),
                       [executor, weak = std::weak_ptr(waiting)](std::exception_ptr failure, bool said) {
                           asio::post(executor, [weak, is_yes = !failure && said] {
                               auto const still = weak.lock();
                               if (!still)
                                   return;
                               still->all = still->all && is_yes;
                               if (--still->left == 0)
                                   still->done.cancel();
                           });
                       });
    if (waiting->left > 0)
        co_await waiting->done.async_wait(kUseTask);
    co_return waiting->left == 0 && waiting->all;
}

} // namespace sluice
