#include "runtime/task_group.hpp"

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace sluice {
namespace {

/// Whether a task has ended, and the timer of the caller that waits for it.
struct Ending {
    Ending(asio::io_context& io, Deadline until)
        : timer(io, until.at())
    {
    }
    SteadyTimer timer;
    bool is_over = false;
};

Task<void> run_and_tell(Task<void> task, std::shared_ptr<Ending> ending)
{
    std::exception_ptr failure;
    try {
        co_await std::move(task);
    } catch (...) {
        failure = std::current_exception();
    }
    ending->is_over = true;
    ending->timer.cancel();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

TaskGroup::TaskGroup(asio::io_context& io, std::size_t limit, telemetry::Log& log, std::string_view name)
    : io_(io)
    , limit_(limit)
    , log_(log)
    , name_(name)
{
}

bool TaskGroup::spawn(Task<void> task)
{
    if (full())
        return false;
    ++running_;
    asio::co_spawn(io_.get_executor(), std::move(task), [this](std::exception_ptr failure) {
        --running_;
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (std::exception const& error) {
                log_.write(telemetry::Level::error, "background task failed",
                           {{"group", name_}, {"detail", std::string_view(error.what())}});
            } catch (...) {
                log_.write(telemetry::Level::error, "background task failed", {{"group", name_}});
            }
        }
        if (running_ == 0 && drained_ != nullptr)
            drained_->cancel();
    });
    return true;
}

Task<bool> TaskGroup::run(Task<void> task, Deadline until)
{
    auto const ending = std::make_shared<Ending>(io_, until);
    if (!spawn(run_and_tell(std::move(task), ending)))
        co_return false;
    if (!ending->is_over)
        co_await ending->timer.async_wait(kUseTask);
    co_return ending->is_over;
}

Task<bool> TaskGroup::drain(Deadline deadline)
{
    if (running_ > 0) {
        SteadyTimer timer(io_, deadline.at());
        drained_ = &timer;
        co_await timer.async_wait(kUseTask);
        drained_ = nullptr;
    }
    co_return running_ == 0;
}

} // namespace sluice
