#pragma once

#include "http_api/place.hpp"
#include "runtime/task_group.hpp"

#include <memory>

namespace sluice::http {

/// Does work that an answer need not wait for. So many tasks run at once, and an environment has only its share.
/// Without room a task is done before the answer, so no work is lost. Belongs to one I/O thread; its owner drains it
/// before destroying it.
class Behind {
public:
    Behind(asio::io_context& io, std::size_t limit, telemetry::Log& log);

    /// Starts the task, which goes on after the answer. If the environment's share is used up, waits for the task's
    /// end. A failure is logged.
    Task<void> leave(EnvironmentId environment, Task<Result<void>> task);
    /// Starts the task and waits for its end until `until`; after that it goes on in the background. False if it has
    /// not ended, or was not started because the environment's share is used up.
    Task<bool> run(EnvironmentId environment, Task<void> task, Deadline until);
    Task<bool> drain(Deadline deadline) { return group_.drain(deadline); }

private:
    Task<void> finish(EnvironmentId environment, Task<Result<void>> task, Place place);

    telemetry::Log& log_;
    TaskGroup group_;
    std::shared_ptr<Shares> const shares_; ///< Shared with the tasks.
};

} // namespace sluice::http
